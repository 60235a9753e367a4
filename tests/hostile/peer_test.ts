/**
 * The peers that were written from docs/protocol.md alone, against real nodes within this process:
 * the page is enough to become a member, and what is recorded of one opens nothing.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startNode } from "../../lib/mod.ts";
import type { RunningNode } from "../../lib/mod.ts";
import { needing } from "../permissions.ts";
import { type Channel, clusterOf, dial, frame, Frames } from "./channel.ts";
import { bytesOf, Initiator, joined, prologueOf, pskOf } from "./noise.ts";
import { answer, newInstance, Peer } from "./peer.ts";
import { fingerprintsOf, type RecordContent } from "./view.ts";
import { rowOf, Writer } from "./writer.ts";

const cookie = "u3Wn0uS1kq3cN4v6YjzXb1Tt8lQm5Ro7Gh2Ed9Fa0Pw";
let clusters = 0;

/** A node on loopback in a cluster of its own. */
function startOne(registry = `memory:peer-test-${++clusters}`): Promise<RunningNode> {
  return startNode({
    registry,
    cookie: [cookie],
    name: "n1@127.0.0.1",
    listen: "127.0.0.1:0",
    interval: "100ms",
    profile: "wan",
  });
}

function addressOf({ port }: RunningNode): Deno.ConnectOptions & { hostname: string } {
  return { hostname: "127.0.0.1", port };
}

/** Resolves once the node tells of that change. */
async function told(node: RunningNode, name: string, ...kinds: string[]): Promise<void> {
  for await (const change of node.changes()) {
    if (change.name === name && kinds.includes(change.kind)) return;
  }
}

function statusOf(node: RunningNode, name: string): string | undefined {
  return node.members().find((member) => member.name === name)?.status;
}

function peerTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing(name, "net", "sys", "read", "write"), fn });
}

/** What a ping with its own content is answered with. */
async function pong(peer: Peer, channel: Channel): Promise<{ fingerprint: number }> {
  const found = await channel.request({ kind: "ping", content: peer.content });
  return (found as { content: { fingerprint: number } }).content;
}

peerTest(
  "a peer written from the specification is a member, knows the same, and leaves",
  async () => {
    await using node = await startOne();
    await node.joined;
    let pings = 0;
    await using peer = new Peer({
      cookie,
      name: "p1@127.0.0.1",
      onRequest(...args) {
        pings++;
        answer(...args);
      },
    });
    const joined = told(node, peer.name, "joined");
    const channel = await peer.dial(addressOf(node));
    assert.equal(channel.peer.name, "n1@127.0.0.1");
    await pong(peer, channel);
    await joined;
    const { buckets } = fingerprintsOf([peer.record]);
    const synced = await channel.request({ kind: "sync", buckets }) as { records: RecordContent[] };
    for (const record of synced.records) peer.learn(record);
    assert.deepEqual([...peer.known.keys()], ["n1@127.0.0.1"]);
    // Both have computed the same number of what they know.
    assert.equal((await pong(peer, channel)).fingerprint, peer.content.fingerprint);
    while (pings < 10) await pong(peer, channel);
    assert.equal(statusOf(node, peer.name), "alive");
    const left = told(node, peer.name, "left", "forgotten");
    const records = [{ ...peer.record, state: "left" }];
    await channel.send("notice", 0, { kind: "news", news: { records, votes: [], sightings: [] } });
    await left;
  },
);

peerTest(
  "a row written from the specification introduces a peer, which then is dialled",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "clusternode-test-" });
    try {
      await using node = await startOne(`file://${folder}`);
      await node.joined;
      await using peer = new Peer({ cookie, name: "p1@127.0.0.1" });
      const joined = told(node, peer.name, "joined");
      await new Writer(folder).write(peer.name, rowOf(peer), true);
      await joined;
      assert.ok(peer.accepted > 0);
      assert.equal(statusOf(node, peer.name), "alive");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

peerTest(
  "a handshake under another cookie or cluster is rejected, and the cluster is told",
  async () => {
    await using node = await startOne();
    const hello = new Hello();
    await assert.rejects(
      dial(addressOf(node), { cookie: `${cookie}.`, cluster: "default", hello }),
      /closed without a word/,
    );
    await assert.rejects(
      dial(addressOf(node), { cookie, cluster: "blue", hello }),
      /closed without a word/,
    );
    assert.equal(await clusterOf(addressOf(node), cookie), "default");
    await assert.rejects(async () => {
      if (await clusterOf(addressOf(node), `${cookie}.`) === undefined) throw new Error("closed");
    }, /closed/);
    assert.equal(node.members().length, 1);
  },
);

peerTest("a recorded connection that is sent again identifies nobody", async () => {
  await using node = await startOne();
  const initiator = new Initiator(prologueOf("default"), pskOf(cookie));
  const first = frame(initiator.first());
  using conn = await Deno.connect(addressOf(node));
  await conn.write(first);
  const message = await new Frames(conn).next();
  assert.ok(message !== undefined);
  const { ciphers } = initiator.finish(message);
  const words = joined(Uint8Array.of(4), bytesOf(JSON.stringify(new Hello())));
  const second = frame(ciphers.send.encrypt(words));
  const ping = frame(ciphers.send.encrypt(
    joined(Uint8Array.of(1, 0, 0, 0, 0), bytesOf(JSON.stringify({ kind: "ping" }))),
  ));
  const recorded = joined(first, second, ping);
  const readable = new TextDecoder("latin1").decode(joined(recorded, message));
  for (const word of ["n1@", "p1@", "member", "ping", "default"]) {
    assert.ok(!readable.includes(word), `who listens reads "${word}"`);
  }
  await conn.write(joined(second, ping));
  for (let replays = 0; replays < 3; replays++) {
    using again = await Deno.connect(addressOf(node));
    await again.write(recorded);
    const frames = new Frames(again);
    const answer = await frames.next();
    // Message 2 with the hello is all that it gets, and cannot open: the key of the node is new.
    assert.notDeepEqual(answer, message);
    assert.equal(await frames.next(), undefined);
  }
});

/** A legal hello. */
class Hello {
  readonly role = "member";
  readonly name = "p1@127.0.0.1";
  readonly instance = newInstance();
  readonly cluster = "default";
  readonly addresses = [];
  readonly software = "stranger/1";
}
