/**
 * When the prober asks which member, and what it makes of the outcome.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pingsMaxPerInterval, Prober } from "../../../lib/core/detector/prober.ts";
import type { Finding } from "../../../lib/core/detector/prober.ts";
import type { Effect, PingOutcome } from "../../../lib/core/input.ts";
import type { MemberPing, Sent } from "../../../lib/core/pings.ts";
import { effectsOf, nameOf, recordOf } from "../records.ts";
import { pong, View } from "../view.ts";

/** A prober that has begun, and its pings. */
class Scene {
  readonly view: View;
  readonly prober: Prober;
  readonly out: Effect[] = [];

  constructor(members: number) {
    this.view = new View(members);
    this.prober = new Prober(this.view);
    this.prober.start(0);
  }

  /** Lets it send what is due; the names of those that it asks. */
  wake(now: number): string[] {
    this.out.length = 0;
    this.prober.wake(now, this.out);
    return effectsOf("ping", this.out).map(({ to }) => to.name).sort();
  }

  /** Ends the ping that was sent to that member. */
  end(number: number, outcome: PingOutcome, now: number): Finding {
    const sent = [...this.view.pings.all()].find((ping) =>
      ping.purpose !== "candidate" && ping.purpose !== "name-claim" &&
      ping.record.name === nameOf(number)
    );
    const ping = this.view.pings.end(sent?.number ?? -1) as Sent<MemberPing>;
    return this.prober.ended(ping, outcome, now, this.out);
  }
}

const silent: PingOutcome = { kind: "silent", detail: "" };

Deno.test("Prober asks nobody before it starts, then all that it watches, each interval", () => {
  const view = new View(3);
  const idle = new Prober(view);
  idle.hasten(nameOf(1), 0);
  const out: Effect[] = [];
  idle.wake(0, out);
  assert.deepEqual(out, []);
  const scene = new Scene(3);
  assert.deepEqual(scene.wake(0), [1, 2, 3].map(nameOf));
  assert.deepEqual(scene.wake(0), [], "they are on their way");
  assert.equal(scene.end(1, pong, 1).kind, "pong");
  assert.deepEqual(scene.wake(899), []);
  assert.deepEqual(scene.wake(1100), [nameOf(1)]);
});

Deno.test("Prober asks again soon after a miss; the second makes the link bad", () => {
  const scene = new Scene(2);
  scene.wake(0);
  assert.equal(scene.end(1, silent, 700).kind, "missed");
  const soon = 700 + scene.view.settings.timings.secondPingDelayMs;
  assert.deepEqual(scene.wake(soon - 1), []);
  assert.deepEqual(scene.wake(soon), [nameOf(1)]);
  assert.equal(scene.end(1, silent, 1500).kind, "bad");
});

Deno.test("Prober believes no miss of a ping that was on its way in a standstill", () => {
  const scene = new Scene(2);
  scene.wake(0);
  scene.view.pings.stalled(5000);
  assert.deepEqual(scene.end(1, silent, 5000), { kind: "none" });
  assert.equal(scene.view.links.of(nameOf(1)).misses.length, 0);
  assert.deepEqual(scene.wake(5000), [nameOf(1)]);
});

Deno.test("Prober.ended() finds nothing in the outcome of an instance that was replaced", () => {
  const scene = new Scene(2);
  scene.wake(0);
  const successor = { instance: recordOf(9).instance, incarnation: 5 };
  scene.view.memberList.merge(recordOf(1, successor), 1);
  assert.deepEqual(scene.end(1, pong, 2), { kind: "none" });
});

Deno.test("Prober.hasten() asks out of turn once an interval, and once more as a connection broke", () => {
  const scene = new Scene(1);
  scene.wake(0);
  scene.end(1, pong, 1);
  scene.prober.hasten(nameOf(1), 100);
  assert.deepEqual(scene.wake(100), []);
  scene.prober.lost(nameOf(1), 100);
  assert.deepEqual(scene.wake(100), [nameOf(1)]);
  scene.end(1, pong, 101);
  scene.prober.lost(nameOf(1), 102);
  assert.deepEqual(scene.wake(102), []);
});

Deno.test("Prober.probe() answers for others by one ping, and makes no miss of its own of it", () => {
  const scene = new Scene(1);
  const subject = scene.view.links.addressee(scene.view.member(1));
  for (const reply of [41, 42]) scene.prober.probe(subject, reply, 0, scene.out);
  assert.equal(effectsOf("ping", scene.out).length, 1);
  assert.deepEqual(scene.end(1, silent, 700), { kind: "none" });
  assert.deepEqual(effectsOf("probe-answer", scene.out), [
    { kind: "probe-answer", reply: 41, reached: false },
    { kind: "probe-answer", reply: 42, reached: false },
  ]);
  scene.prober.probe({ ...subject, instance: recordOf(9).instance }, 43, 701, scene.out);
  assert.deepEqual(effectsOf("probe-answer", scene.out).at(-1), {
    ...{ kind: "probe-answer", reply: 43, reached: false },
  });
});

Deno.test("Prober.sweep() asks those that it does not watch, over a connection of their own", () => {
  const scene = new Scene(30);
  for (let now = 500; now <= 20_000; now += 500) scene.prober.sweep(true, now, scene.out);
  const swept = effectsOf("ping", scene.out);
  const { ring } = scene.view.memberList;
  assert.ok(swept.length >= 20, `${swept.length} were swept`);
  assert.ok(swept.every(({ to, fresh }) => fresh && !ring.watches(to.name)));
});

Deno.test("Prober sends no more in an interval than it may, whatever it is told to hasten", () => {
  const scene = new Scene(200);
  for (let number = 1; number <= 200; number++) scene.prober.hasten(nameOf(number), 0);
  assert.ok(scene.wake(0).length <= pingsMaxPerInterval(false));
  assert.ok(scene.prober.wakeAt > 0 && scene.prober.wakeAt < 1000, "the others wait");
});
