/** T4: unauthenticated peers, floods, replays and damage reach nobody and cost little. */
import assert from "node:assert/strict";
import { encodeEnvelope } from "../../lib/protocol/envelope.ts";
import { encodeFrame } from "../../lib/protocol/frame.ts";
import { Initiator } from "../../lib/protocol/noise_handshake.ts";
import { makeKeys } from "../../lib/transport/handshake.ts";
import { needing } from "../permissions.ts";
import {
  assertAnswer,
  assertFailure,
  bytes,
  closeQuietly,
  cookie,
  dialRaw,
  openNode,
  openProxy,
  openRogue,
  openWitness,
  patient,
  randomBytes,
  readToEnd,
  through,
} from "./fixtures.ts";
import { until } from "../support/waiting.ts";

const hostile = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ ...needing(name, "net"), fn });

const intrusions: readonly [string, Uint8Array<ArrayBuffer>][] = [
  ["speaks HTTP", bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ["sends random bytes", crypto.getRandomValues(new Uint8Array(200))],
  ["announces 4 GiB", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1)],
  ["announces nothing", new Uint8Array(8)],
  ["sends a first message of random bytes", new Uint8Array(encodeFrame(randomBytes(48)))],
  ["sends a first message that is too short", new Uint8Array(encodeFrame(randomBytes(20)))],
];

for (const [what, sent] of intrusions) {
  hostile(`T4 a stranger that ${what} is closed without a byte`, async () => {
    const seen: string[] = [];
    await using node = await openWitness(seen);
    using socket = await dialRaw(node.target);
    await socket.write(sent);
    assert.equal(await readToEnd(socket), 0);
    assert.match(await node.story.line("stranger"), /^stranger 127\.0\.0\.1 ./);
    assert.deepEqual(seen, []);
    await using member = await openNode();
    assertAnswer(await member.ask(node.target));
  });
}

hostile(
  "T4 a stranger that says nothing, or half a message, is closed after the timeout",
  async () => {
    await using node = await openNode({ limits: { handshakeTimeoutMs: 30 } });
    for (const sent of [new Uint8Array(0), Uint8Array.of(0, 0, 0, 48, 1, 2)]) {
      using socket = await dialRaw(node.target);
      await socket.write(sent);
      assert.equal(await readToEnd(socket), 0);
    }
    assert.match(await node.story.line("stranger"), /no handshake within 30 ms/);
    await until("nobody waits at the door", () => node.transport.pendingCount === 0);
  },
);

hostile("T4 a replayed first message gets nowhere", async () => {
  const seen: string[] = [];
  await using node = await openWitness(seen);
  const { starts: [start], newKey } = makeKeys([cookie], "default", randomBytes);
  assert.ok(start);
  const initiator = new Initiator({ start, newKey });
  const initiate = new Uint8Array(encodeFrame(initiator.writeMessage(new Uint8Array(0))));
  using socket = await dialRaw(node.target);
  await socket.write(initiate);
  await socket.read(new Uint8Array(4096));
  await socket.write(new Uint8Array(encodeFrame(randomBytes(100))));
  assert.equal(await readToEnd(socket), 0);
  assert.match(await node.story.line("stranger"), /hello does not open/);
  assert.deepEqual(seen, []);
  assert.equal(node.transport.connectionCount, 0);
});

hostile("T4 a replayed connection gets nowhere", async () => {
  const seen: string[] = [];
  const recorded: Uint8Array<ArrayBuffer>[] = [];
  await using node = await openWitness(seen);
  await using proxy = openProxy(node.target, (chunk) => {
    recorded.push(chunk);
    return chunk;
  });
  await using member = await openNode({ name: "member@test" });
  assertAnswer(await member.ask(through(proxy, node.target)));
  using socket = await dialRaw(node.target);
  for (const chunk of recorded) await socket.write(chunk).catch(() => 0);
  await readToEnd(socket);
  await node.story.line("stranger");
  assert.deepEqual(seen, ["member@test"]);
});

hostile(
  "T5 a flipped bit in a frame ends the connection, is told, and the next one works",
  async () => {
    let flip = false;
    await using node = await openNode({ name: "n2@test" });
    await using proxy = openProxy(node.target, (chunk) => {
      if (!flip) return chunk;
      flip = false;
      const last = chunk.length - 1;
      chunk[last] = (chunk[last] as number) ^ 0x10;
      return chunk;
    });
    await using member = await openNode({ name: "member@test" });
    const target = through(proxy, node.target);
    assertAnswer(await member.ask(target));
    flip = true;
    assertFailure(await member.ask(target), "reset");
    assert.equal(await node.story.line("lost"), "lost member@test");
    assert.equal(await member.story.line("lost"), "lost n2@test");
    assertAnswer(await member.ask(target));
  },
);

hostile("T5 a frame that is cut off ends the connection and is told", async () => {
  await using node = await openNode();
  const rogue = await openRogue(node.target);
  await rogue.socket.write(Uint8Array.of(0, 0, 0, 50, 1, 2, 3));
  rogue.socket.close();
  assert.equal(await node.story.line("lost"), "lost rogue@test");
  assert.equal(node.transport.connectionCount, 0);
});

hostile("T5 onLost is called when an identified peer is gone without a goodbye", async () => {
  await using node = await openNode();
  const rogue = await openRogue(node.target);
  await until("it is known", () => node.transport.connectionCount === 1);
  rogue.socket.close();
  assert.equal(await node.story.line("lost"), "lost rogue@test");
  assert.equal(node.transport.connectionCount, 0);
});

const misbehaviours: readonly [string, Uint8Array][] = [
  ["an envelope of no kind", Uint8Array.of(200)],
  ["a second hello", encodeEnvelope("hello", 0, new Uint8Array(1))],
];
for (const [what, envelope] of misbehaviours) {
  hostile(`T5 an identified peer that sends ${what} is closed and told`, async () => {
    await using node = await openNode();
    const rogue = await openRogue(node.target);
    rogue.framed.write(rogue.ciphers.send.seal(envelope));
    assert.equal(await node.story.line("lost"), "lost rogue@test");
    closeQuietly(rogue.socket);
  });
}

hostile("T4 an identified peer that asks without end is closed", async () => {
  await using node = await openNode({ limits: { requestsMax: 8 }, onRequest: () => {} });
  const rogue = await openRogue(node.target);
  for (let id = 0; id < 9; id++) {
    rogue.framed.write(rogue.ciphers.send.seal(encodeEnvelope("request", id, bytes("x"))));
  }
  await node.story.line("lost rogue@test");
  closeQuietly(rogue.socket);
});

hostile("T3 a peer that stops reading is given up, and delays nobody", async () => {
  await using node = await openNode({ limits: { writeQueueMaxBytes: 300_000 } });
  await using member = await openNode({ name: "member@test" });
  assertAnswer(await member.ask(node.target));
  const rogue = await openRogue(node.target);
  await until("it is known", () => node.transport.connectionCount === 2);
  const large = new Uint8Array(60_000);
  for (let sent = 0; node.transport.tell(rogue.hello.instance, large); sent++) {
    if (sent % 4 === 0) assertAnswer(await member.ask(node.target));
    assert.ok(sent < 10_000, "the queue of one peer has no end");
  }
  assert.equal(await node.story.line("lost"), "lost rogue@test");
  assertAnswer(await member.ask(node.target));
  closeQuietly(rogue.socket);
});

hostile("wrong-cookie is said to one side, and the other is told of a stranger", async () => {
  const seen: string[] = [];
  await using node = await openWitness(seen);
  await using other = await openNode({ name: "n2@test", cookies: ["another cookie"] });
  const detail = assertFailure(await other.ask(node.target), "wrong-cookie");
  assert.match(detail, /another cookie, speaks another protocol version, or is no clusternode/);
  assert.match(await node.story.line("stranger"), /not made with the cookie/);
  assert.deepEqual(seen, []);
});

hostile("wrong-cluster is said, with its name, when only the cookie is the same", async () => {
  const seen: string[] = [];
  await using node = await openWitness(seen);
  await using other = await openNode({ name: "n2@test", cluster: "staging" });
  const detail = assertFailure(await other.ask(node.target), "wrong-cluster");
  assert.match(detail, /belongs to cluster "default"/);
  assert.match(await node.story.line("stranger"), /./);
  assert.deepEqual(seen, []);
});

hostile("a cookie is changed without an outage when both are accepted for a while", async () => {
  await using old = await openNode({ name: "n1@test", cookies: ["old", "new"] });
  await using changed = await openNode({ name: "n2@test", cookies: ["new", "old"] });
  await using oldest = await openNode({ name: "n3@test", cookies: ["old"] });
  assertAnswer(await old.ask(changed.target));
  assertAnswer(await changed.ask(old.target, "hi", { ...patient, fresh: true }));
  assertAnswer(await oldest.ask(changed.target));
  assertFailure(await changed.ask({ ...oldest.target, instance: "0".repeat(32) }), "wrong-cookie");
});
