/** Two of ours meet as BEAM nodes do: links, names, registration, and both dialling at once. */
import assert from "node:assert/strict";
import { encodeStatus } from "../../lib/beam/handshake/handshake_message.ts";
import { pingFrame } from "../../lib/beam/control.ts";
import { encodeName, ownFlags } from "../../lib/beam/handshake/handshake_message.ts";
import { needing } from "../permissions.ts";
import { assertOutcome, nameOf, openTestBeam, type TestBeam } from "./fixtures.ts";
import { connectAs, wireOf } from "./scene.ts";
import { toHex } from "./hex.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";
import { ManualClock } from "../support/manual_clock.ts";

function netTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing(name, "net"), fn });
}

/** Two nodes on one machine; the first serves EPMD. */
async function openPair(): Promise<[TestBeam, TestBeam]> {
  const a = await openTestBeam({ name: "a" });
  return [a, await openTestBeam({ name: "b", epmdPort: a.epmdPort })];
}

netTest("B1 B3 two nodes ping each other over one link", async () => {
  const [a, b] = await openPair();
  await using _a = a;
  await using _b = b;
  const pong = await a.ping(b.name);
  assert.ok(pong.kind === "pong");
  assert.equal(pong.address.port, b.beam.port);
  assertOutcome(await b.ping(a.name), "pong");
  assert.deepEqual([a.beam.linkCount, b.beam.linkCount], [1, 1]);
  await a.beam[Symbol.asyncDispose]();
  await b.story.line("lost a@127.0.0.1");
  assert.ok(!a.story.lines.includes("lost b@127.0.0.1"), "who leaves has lost nobody");
  assertOutcome(await b.ping(a.name), "refused");
});

netTest("B6 both dial at once, again and again: no ping fails, and one link is left", async () => {
  const [a, b] = await openPair();
  await using _a = a;
  await using _b = b;
  let collisions = 0;
  for (let round = 0; round < 100; round++) {
    const before = a.beam.collisionCount + b.beam.collisionCount;
    const outcomes = await Promise.all([a.ping(b.name), b.ping(a.name), a.ping(b.name)]);
    for (const outcome of outcomes) assertOutcome(outcome, "pong");
    await until("one link is left", () => a.beam.linkCount === 1 && b.beam.linkCount === 1);
    if (a.beam.collisionCount + b.beam.collisionCount > before) collisions++;
    a.beam.disconnect(b.name);
    await until("both are apart", () => a.beam.linkCount === 0 && b.beam.linkCount === 0);
  }
  assert.ok(collisions > 10, `only ${collisions} collided: nothing was tested`);
});

netTest("B6 a link that both sides end is made anew by the ping that was on it", async () => {
  const [a, b] = await openPair();
  await using _a = a;
  await using _b = b;
  for (let round = 0; round < 50; round++) {
    assertOutcome(await a.ping(b.name), "pong");
    const waiting = a.ping(b.name);
    b.beam.disconnect(a.name);
    assertOutcome(await waiting, "pong");
  }
});

netTest("a node that dials anew replaces its old link, and nobody is told of a loss", async () => {
  await using us = await openTestBeam();
  const old = await connectAs(nameOf("n1"), us.name, us.beam.port);
  await until("it is linked", () => us.beam.linkCount === 1);
  const fresh = await connectAs(nameOf("n1"), us.name, us.beam.port);
  assert.equal(await old.read(), undefined);
  await until("one link is left", () => us.beam.linkCount === 1);
  fresh.write(pingFrame({ name: nameOf("n1"), creation: 5 }, [1, 2, 3]));
  assert.match(toHex(await fresh.read() ?? assert.fail()), /7703796573$/);
  assert.deepEqual(us.story.lines.filter((line) => line.startsWith("lost")), []);
  for (const packets of [old, fresh]) packets.close("ours", "");
});

netTest("B6 whoever says the name of a linked node without proof ends nothing", async () => {
  await using us = await openTestBeam();
  const honest = await connectAs(nameOf("n1"), us.name, us.beam.port);
  const liar = wireOf(await Deno.connect({ hostname: "127.0.0.1", port: us.beam.port }));
  const name = { version: 6, name: nameOf("n1"), flags: ownFlags, creation: 5 } as const;
  liar.write(encodeName(name));
  assert.equal(toHex(await liar.read() ?? assert.fail()), toHex(encodeStatus("alive")));
  liar.write(encodeStatus("true"));
  await liar.read();
  liar.write(new Uint8Array(21).fill(114));
  assert.equal(await liar.read(), undefined);
  assert.match(await us.story.line("stranger"), /n1@127\.0\.0\.1 has another cookie$/);
  honest.write(pingFrame({ name: nameOf("n1"), creation: 5 }, [1, 2, 3]));
  assert.match(toHex(await honest.read() ?? assert.fail()), /7703796573$/);
  honest.close("ours", "");
});

netTest("B6 whoever says a name and waits does not keep that node from being pinged", async () => {
  const [a, b] = await openPair();
  await using _a = a;
  await using _b = b;
  const liars = await Promise.all(Array.from({ length: 5 }, async () => {
    const packets = wireOf(await Deno.connect({ hostname: "127.0.0.1", port: a.beam.port }));
    packets.write(encodeName({ version: 6, name: b.name, flags: ownFlags, creation: 5 }));
    await packets.read();
    return packets;
  }));
  assertOutcome(await a.ping(b.name), "pong");
  a.beam.disconnect(b.name);
  assertOutcome(await b.ping(a.name), "pong");
  for (const packets of liars) packets.close("ours", "");
});

/** Time that stands still, and what was to happen when. */
class StillClock extends ManualClock {
  readonly delays: number[] = [];

  override after(delayMs: number, callback: () => void): () => void {
    this.delays.push(delayMs);
    return super.after(delayMs, callback);
  }
}

netTest("B6 whoever says a name and waits takes no more than a part of a ping's time", async () => {
  const clock = new StillClock();
  await using a = await openTestBeam({ name: "a", clock, limits: { comingMaxMs: 1_000_000 } });
  await using b = await openTestBeam({ name: "b", epmdPort: a.epmdPort });
  const liar = wireOf(await Deno.connect({ hostname: "127.0.0.1", port: a.beam.port }));
  liar.write(encodeName({ version: 6, name: b.name, flags: ownFlags, creation: 5 }));
  await liar.read();
  const outcome = a.ping(b.name, { connectTimeoutMs: 400, answerTimeoutMs: 20_000 });
  // A quarter before it dials, and a quarter of the rest before it says its name.
  for (const partMs of [100, 75]) {
    await until(`it waits for ${partMs} ms`, () => clock.delays.includes(partMs));
    clock.pass(partMs);
  }
  assertOutcome(await outcome, "pong");
  liar.close("ours", "");
});

netTest("no more links are taken in, or dialled, than the limit", async () => {
  await using us = await openTestBeam({ limits: { linksMax: 1 } });
  await using other = await openTestBeam({ name: "b", epmdPort: us.epmdPort });
  await using third = await openTestBeam({ name: "c", epmdPort: us.epmdPort });
  assertOutcome(await other.ping(us.name), "pong");
  assert.match(assertOutcome(await third.ping(us.name), "garbage"), /does not allow/);
  assert.match(assertOutcome(await us.ping(third.name), "no-answer"), /1 connections already/);
  assertOutcome(await us.ping(other.name), "pong");
});

netTest("a name that is registered already is told, and registered when it is free", async () => {
  const a = await openTestBeam({ name: "a", limits: { epmdRetryMs: 20 } });
  await using _a = a;
  const double = await openTestBeam({ name: "x", epmdPort: a.epmdPort });
  await using again = await openTestBeam({
    name: "x",
    epmdPort: a.epmdPort,
    limits: { epmdRetryMs: 20 },
  });
  assert.match(await again.story.line("warning"), /somebody else is registered as x\.$/);
  await double[Symbol.asyncDispose]();
  await again.story.line("info x is registered");
  // Every note is told once, however often it was tried.
  assert.equal(again.story.lines.filter((line) => line.startsWith("warning")).length, 1);
});

netTest("EPMD is taken over by another of ours when the one that served it leaves", async () => {
  const epmdPort = freePort();
  const a = await openTestBeam({ name: "a", epmdPort });
  await using b = await openTestBeam({ name: "b", epmdPort, limits: { epmdRetryMs: 20 } });
  assert.deepEqual([a.beam.epmdPort, b.beam.epmdPort], [epmdPort, 0]);
  await a[Symbol.asyncDispose]();
  await until("b serves it", () => b.beam.epmdPort === epmdPort);
  await using c = await openTestBeam({ name: "c", epmdPort });
  await until("b is found", async () => (await c.ping(b.name)).kind === "pong");
});

netTest("openBeam() says where it cannot listen, and why", async () => {
  await using us = await openTestBeam();
  const { port } = us.beam;
  await assert.rejects(
    () => openTestBeam({ listen: { host: "127.0.0.1", port } }),
    new RegExp(
      `^ListenError: Cannot listen for BEAM nodes on 127.0.0.1:${port} as another program`,
    ),
  );
});
