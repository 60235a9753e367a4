/** A link in virtual time: pings, ticks, limits. */
import assert from "node:assert/strict";
import { joined } from "../../lib/beam/term/bytes.ts";
import { pingFrame } from "../../lib/beam/control.ts";
import { type BeamLimits, defaultLimits, frameMaxBytes } from "../../lib/beam/limits.ts";
import { Link, type LinkOutcome } from "../../lib/beam/link.ts";
import { encodePacket } from "../../lib/beam/packets.ts";
import {
  atomTerm,
  byteTerm,
  pidTerm,
  referenceTerm,
  tupleTerm,
} from "../../lib/beam/term/term_writer.ts";
import { PacketSocket } from "../../lib/beam/packet_socket.ts";
import { nameOf } from "./fixtures.ts";
import { FakeSocket } from "./fake_socket.ts";
import { hex, toHex } from "./hex.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/waiting.ts";

const own = { name: "us@h", creation: 9 };
const peer = { name: nameOf("n1"), creation: 5 };
const linkNumber = 3;
const tickMs = 1_000;

interface Scene {
  readonly clock: ManualClock;
  readonly link: Link;
  /** The other side's end. */
  readonly far: FakeSocket;
  readonly near: FakeSocket;
  readonly asked: (() => void)[];
  /** The other way in which each of those can end. */
  readonly drops: (() => void)[];
  ends: number;
  /** What became of the pings that were begun. */
  readonly outcomes: LinkOutcome[];
  ping(timeoutMs: number): void;
  /** Sends a frame to the link. */
  say(frame: Uint8Array): Promise<void>;
}

async function open(limits: Partial<BeamLimits> = {}): Promise<Scene> {
  const clock = new ManualClock();
  const [near, far] = FakeSocket.pair();
  const all = { ...defaultLimits, ...limits };
  const packets = new PacketSocket(near.asSocket, 2, frameMaxBytes, all.writeQueueMaxBytes);
  const scene: Scene = {
    clock,
    far,
    near,
    asked: [],
    drops: [],
    ends: 0,
    outcomes: [],
    link: new Link(peer, packets, linkNumber, {
      ...{ own, clock, barrier: loudBarrier, tickMs, limits: all },
      onPing: (from, answer, drop) => {
        assert.equal(from, peer.name);
        scene.asked.push(answer);
        scene.drops.push(drop);
      },
      onEnd: () => void scene.ends++,
    }),
    ping: (timeoutMs) =>
      void scene.link.ping(timeoutMs).then((outcome) => scene.outcomes.push(outcome)),
    async say(frame) {
      await far.write(encodePacket(frame, 4));
      await settle();
    },
  };
  void scene.link.run();
  await settle();
  return scene;
}

/** The answer to a ping of ours, or something like it. */
function answerFrame(
  id: number,
  changes: Partial<typeof own> & { link?: number; word?: string } = {},
): Uint8Array {
  const { name, creation, link = linkNumber, word = "yes" } = { ...own, ...changes };
  const control = tupleTerm(byteTerm(2), atomTerm(""), pidTerm("us@h", 1, 9));
  const reference = referenceTerm(name, creation, [id, link, 0]);
  return joined(112, 131, control, 131, tupleTerm(reference, atomTerm(word)));
}

const theirPing = pingFrame({ name: peer.name, creation: 5 }, [7, 8, 9]);
const kinds = ({ outcomes }: Scene): string[] => outcomes.map(({ kind }) => kind);

Deno.test("B3 a ping is answered when the handler says so, once, and not before", async () => {
  const scene = await open();
  await scene.say(theirPing);
  await scene.say(theirPing);
  assert.equal(scene.far.take().length, 0);
  const [first, second] = scene.asked;
  second?.();
  second?.();
  await settle();
  const answer = scene.far.take();
  assert.match(toHex(answer), /7703796573$/);
  first?.();
  await settle();
  assert.equal(toHex(scene.far.take()), toHex(answer));
  scene.link.close("the test is over");
});

Deno.test("B2 pings run side by side, each with its own answer and round trip", async () => {
  const scene = await open();
  scene.ping(100);
  scene.clock.pass(10);
  scene.ping(100);
  await settle();
  scene.clock.pass(20);
  await scene.say(answerFrame(2));
  scene.clock.pass(5);
  await scene.say(answerFrame(1));
  assert.deepEqual(scene.outcomes, [
    { kind: "pong", roundTripUs: 20_000 },
    { kind: "pong", roundTripUs: 35_000 },
  ]);
  scene.link.close("the test is over");
  assert.equal(scene.clock.pending, 0);
});

Deno.test("B1 answers to somebody else's questions, and doubled ones, are none", async () => {
  const scene = await open();
  scene.ping(100);
  await settle();
  for (const changes of [{ name: "x@h" }, { creation: 8 }, { link: 4 }]) {
    await scene.say(answerFrame(1, changes));
  }
  await scene.say(answerFrame(2));
  assert.deepEqual(scene.outcomes, []);
  await scene.say(answerFrame(1));
  await scene.say(answerFrame(1));
  assert.deepEqual(kinds(scene), ["pong"]);
  scene.ping(100);
  await settle();
  await scene.say(answerFrame(2, { word: "no" }));
  assert.deepEqual(kinds(scene), ["pong", "garbage"]);
  scene.link.close("the test is over");
});

Deno.test("B2 a ping without an answer ends the link, and all others on it as silent", async () => {
  const scene = await open();
  scene.ping(100);
  scene.ping(50);
  scene.clock.pass(49);
  await settle();
  assert.deepEqual(scene.outcomes, []);
  scene.clock.pass(1);
  await settle();
  assert.deepEqual(kinds(scene), ["silent", "silent"]);
  assert.equal(scene.ends, 1);
  assert.ok(scene.near.isClosed);
  scene.ping(50);
  await settle();
  assert.deepEqual(kinds(scene), ["silent", "silent", "silent"]);
  assert.equal(scene.clock.pending, 0);
});

Deno.test("B5 a connection that ends tells so at once, and pings on it look for another", async () => {
  const scene = await open();
  scene.ping(100);
  await settle();
  scene.far.close();
  await settle();
  assert.equal(scene.ends, 1);
  assert.deepEqual(kinds(scene), ["lost"]);
  assert.equal(scene.clock.pending, 0);
});

Deno.test("a tick is sent in every interval in which nothing else was", async () => {
  const scene = await open();
  const pass = async (): Promise<string> => {
    scene.clock.pass(tickMs);
    await settle();
    // Something comes, too, so that the link stays.
    await scene.say(hex(""));
    return toHex(scene.far.take());
  };
  assert.equal(await pass(), "00000000");
  scene.ping(tickMs);
  await settle();
  scene.far.take();
  await scene.say(answerFrame(1));
  assert.equal(await pass(), "");
  for (let count = 0; count < 10; count++) assert.equal(await pass(), "00000000");
  assert.equal(scene.ends, 0);
  scene.link.close("the test is over");
});

Deno.test("a link from which nothing comes for four ticks ends", async () => {
  const scene = await open();
  for (let count = 1; count <= 4; count++) {
    assert.equal(scene.ends, 0);
    scene.clock.pass(tickMs);
    await settle();
  }
  assert.equal(scene.ends, 1);
  assert.equal(scene.clock.pending, 0);
});

Deno.test("B4 questions are answered at once, whatever nobody waits for is ignored", async () => {
  const scene = await open();
  const pid = pidTerm("n1@h", 1, 5);
  await scene.say(joined(112, 131, tupleTerm(byteTerm(1), pid, pid)));
  assert.match(toHex(scene.far.take()), /7706 ?6e6f70726f63$/);
  await scene.say(joined(112, 131, tupleTerm(byteTerm(99), pid)));
  assert.equal(scene.far.take().length, 0);
  assert.equal(scene.ends, 0);
  scene.link.close("the test is over");
});

Deno.test("B4 garbage, and a frame beyond the limit, end the link", async () => {
  for (const bytes of ["00000003 474554", "00010001", "ffffffff 00"]) {
    const scene = await open();
    scene.ping(100);
    await scene.far.write(hex(bytes));
    await settle();
    assert.equal(scene.ends, 1, bytes);
    assert.deepEqual(kinds(scene), ["garbage"]);
  }
  const scene = await open();
  await scene.say(joined(theirPing, new Uint8Array(frameMaxBytes - theirPing.length)));
  assert.equal(scene.ends, 0);
  assert.equal(scene.asked.length, 1);
  scene.link.close("the test is over");
});

Deno.test("B4 pings beyond the limit are refused in both directions", async () => {
  const scene = await open({ pingsMax: 2 });
  for (let count = 0; count < 3; count++) scene.ping(100);
  await settle();
  assert.deepEqual(kinds(scene), ["silent"]);
  await scene.say(theirPing);
  await scene.say(theirPing);
  assert.equal(scene.ends, 0);
  scene.asked[0]?.();
  await scene.say(theirPing);
  assert.equal(scene.ends, 0);
  await scene.say(theirPing);
  assert.equal(scene.ends, 1);
  assert.equal(scene.asked.length, 3);
  // Late, and harmless.
  scene.asked[1]?.();
});

Deno.test("a ping that will not be answered is no longer counted", async () => {
  const scene = await open({ pingsMax: 2 });
  for (let count = 0; count < 3; count++) {
    await scene.say(theirPing);
    scene.drops[count]?.();
    scene.asked[count]?.();
  }
  assert.equal(scene.ends, 0);
  // Each was counted down once, so the limit stands where it was.
  for (let count = 0; count < 3; count++) await scene.say(theirPing);
  assert.equal(scene.ends, 1);
});

Deno.test("B4 a node that does not read fills its own queue, and is given up", async () => {
  const scene = await open({ writeQueueMaxBytes: 2_000 });
  scene.near.stick();
  await scene.say(theirPing);
  scene.asked[0]?.();
  await settle();
  const pid = pidTerm("n1@h", 1, 5);
  const link = joined(112, 131, tupleTerm(byteTerm(1), pid, pid));
  for (let count = 0; count < 200 && scene.ends === 0; count++) await scene.say(link);
  assert.equal(scene.ends, 1);
  assert.match(scene.link.packets.end?.detail ?? "", /does not read: 20\d\d bytes are waiting/);
});
