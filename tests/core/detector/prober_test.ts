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
import type { Pulse } from "../../../lib/core/members/pulse.ts";
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

  /** Numbers of the members that it asks, and of those by which it is asked. */
  get askedAndAsking(): [number[], number[]] {
    const { ring } = this.view.memberList;
    const numbers = [...ring.targets.keys()].map((name) => Number(/\d+/.exec(name)));
    const asks = (number: number): boolean => ring.asks(this.view.member(number));
    return [numbers.filter(asks), numbers.filter((number) => !asks(number))];
  }

  /** Number of the first member that it watches, or of the first that it does not. */
  firstOf(isWatched: boolean): number {
    const { ring } = this.view.memberList;
    let number = 1;
    while (ring.watches(nameOf(number)) !== isWatched) number++;
    return number;
  }

  /** That member pings it, as one that watches it. */
  heard(number: number, pulse: Pulse, now: number): void {
    const content = { incarnation: 0, fingerprint: 0, pulse };
    this.prober.heard({ ...this.view.member(number), software: "" }, content, now);
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

/** Of six members those that node 0 asks, and those by which it is asked. */
const [asked, asking] = new Scene(6).askedAndAsking;
const [first = 0, second = 0] = asked;
const [waitedFor = 0] = asking;

Deno.test("Prober asks nobody before it starts, then at each tick those whom it is to ask", () => {
  const view = new View(6);
  const idle = new Prober(view);
  idle.hasten(nameOf(1), 0);
  const out: Effect[] = [];
  idle.wake(0, out);
  assert.deepEqual(out, []);
  const scene = new Scene(6);
  assert.equal(asked.length + asking.length, 6);
  assert.ok(asked.length >= 2 && asking.length >= 1, `${asked.length} are asked`);
  assert.deepEqual(scene.wake(10), asked.map(nameOf));
  assert.deepEqual(scene.wake(10), [], "they are on their way");
  for (const number of asked) assert.equal(scene.end(number, pong, 20).kind, "pong");
  assert.deepEqual(scene.wake(999), []);
  assert.deepEqual(scene.wake(1000), asked.map(nameOf));
});

Deno.test("Prober waits for those who ask it, and asks who is overdue", () => {
  const scene = new Scene(6);
  scene.wake(0);
  const graceMs = scene.view.settings.timings.pulseGraceMs;
  for (const at of [100, 1100, 2100]) {
    assert.equal(scene.wake(at).includes(nameOf(waitedFor)), false, `at ${at}`);
    scene.heard(waitedFor, at === 100 ? "first" : 700, at);
  }
  assert.equal(scene.view.links.of(nameOf(waitedFor)).roundTripUs, 700);
  assert.equal(scene.wake(3100 + graceMs - 1).includes(nameOf(waitedFor)), false);
  assert.equal(scene.wake(3100 + graceMs).includes(nameOf(waitedFor)), true);
});

Deno.test("Prober asks at once who says that it is not answered", () => {
  const scene = new Scene(6);
  scene.wake(0);
  scene.heard(waitedFor, "missed", 500);
  assert.deepEqual(scene.wake(500), [nameOf(waitedFor)]);
  const [ping] = effectsOf("ping", scene.out);
  assert.equal(ping?.content.pulse, 500, "the round trip of the exchange before");
  scene.end(waitedFor, silent, 900);
  scene.heard(waitedFor, 700, 950);
  assert.equal(scene.view.links.of(nameOf(waitedFor)).misses.length, 1, "only an answer mends");
  scene.wake(900 + scene.view.settings.timings.secondPingDelayMs);
  assert.equal(effectsOf("ping", scene.out)[0]?.content.pulse, "missed");
});

Deno.test("Prober hears no pulse of who is no member, or another instance of one", () => {
  const scene = new Scene(6);
  scene.wake(0);
  const peer = scene.view.member(waitedFor);
  const content = { incarnation: 0, fingerprint: 0, pulse: "missed" } as const;
  scene.prober.heard({ ...peer, instance: recordOf(9).instance }, content, 500);
  scene.prober.heard({ ...recordOf(9), software: "" }, content, 500);
  assert.deepEqual(scene.wake(500), []);
});

Deno.test("Prober asks again soon after a miss; the second makes the link bad", () => {
  const scene = new Scene(6);
  scene.wake(0);
  assert.equal(scene.end(first, silent, 700).kind, "missed");
  const soon = 700 + scene.view.settings.timings.secondPingDelayMs;
  assert.deepEqual(scene.wake(soon - 1), []);
  assert.deepEqual(scene.wake(soon), [nameOf(first)]);
  assert.equal(scene.end(first, silent, 1500).kind, "bad");
});

Deno.test("Prober goes on to ask one that it watched and that has failed, and only such a one", () => {
  const asksOf = (isWatched: boolean): number => {
    const scene = new Scene(40);
    const { memberList } = scene.view;
    const number = scene.firstOf(isWatched);
    const { name } = scene.view.member(number);
    assert.equal(memberList.ring.watches(name), isWatched);
    scene.wake(0);
    const pings = [...scene.view.pings.all()];
    if (!pings.some((ping) => ping.purpose === "pulse" && ping.record.name === name)) {
      scene.prober.hasten(name, 1);
      assert.ok(scene.wake(1).includes(name));
    }
    scene.end(number, silent, 700);
    assert.ok(scene.wake(700 + scene.view.settings.timings.secondPingDelayMs).includes(name));
    memberList.merge(recordOf(number, { state: "failed" }), 1000);
    scene.prober.refresh(1000);
    scene.end(number, silent, 1500);
    let asks = 0;
    for (let at = 1500; at < 6500; at += 10) {
      if (!scene.wake(at).includes(name)) continue;
      asks++;
      scene.end(number, silent, at);
    }
    return asks;
  };
  assert.ok(asksOf(true) >= 4);
  assert.equal(asksOf(false), 0);
});

Deno.test("Prober notices the silence of one that has been away for long as soon as it is one", () => {
  const scene = new Scene(6);
  const { memberList } = scene.view;
  const name = nameOf(waitedFor);
  const askedAt = (from: number, outcome: PingOutcome): number => {
    for (let at = from;; at += 10) {
      const asked = scene.wake(at);
      for (const one of asked) {
        scene.end(Number(/\d+/.exec(one)), one === name ? outcome : pong, at);
      }
      if (asked.includes(name)) return at;
    }
  };
  let at = 0;
  while (at < 2000) at = askedAt(at, silent) + 10;
  memberList.merge(recordOf(waitedFor, { state: "failed" }), at);
  scene.prober.refresh(at);
  while (at < 100_000) at = askedAt(at, silent) + 10;
  const back = askedAt(at, pong) + 200;
  memberList.merge(recordOf(waitedFor, { incarnation: 1 }), back);
  scene.prober.refresh(back);
  scene.heard(waitedFor, 500, back);
  const waitedMs = askedAt(back, silent) - back;
  const { intervalMs, timings } = scene.view.settings;
  assert.ok(waitedMs <= intervalMs + timings.pulseGraceMs + 10, `${waitedMs} ms`);
});

Deno.test("Prober believes no miss of a ping that was on its way in a standstill", () => {
  const scene = new Scene(6);
  scene.wake(0);
  scene.view.pings.heldUp(700);
  assert.deepEqual(scene.end(first, silent, 700), { kind: "none" });
  assert.equal(scene.view.links.of(nameOf(first)).misses.length, 0);
  assert.deepEqual(scene.wake(700), [nameOf(first)]);
});

Deno.test("Prober.ended() finds nothing in the outcome of an instance that was replaced", () => {
  const scene = new Scene(6);
  scene.wake(0);
  const successor = { instance: recordOf(9).instance, incarnation: 5 };
  scene.view.memberList.merge(recordOf(first, successor), 1);
  assert.deepEqual(scene.end(first, pong, 2), { kind: "none" });
});

Deno.test("Prober.hasten() asks out of turn once an interval, and once more as a connection broke", () => {
  const scene = new Scene(6);
  scene.wake(0);
  scene.end(second, pong, 1);
  scene.prober.hasten(nameOf(second), 100);
  assert.deepEqual(scene.wake(100), []);
  scene.prober.lost(nameOf(second), 100);
  assert.deepEqual(scene.wake(100), [nameOf(second)]);
  scene.end(second, pong, 101);
  scene.prober.lost(nameOf(second), 102);
  assert.deepEqual(scene.wake(102), []);
});

Deno.test("Prober.hasten() asks who was asked out of turn just before, though it is heard of first", () => {
  const scene = new Scene(6);
  scene.wake(0);
  scene.heard(waitedFor, "first", 0);
  scene.prober.hasten(nameOf(waitedFor), 900);
  assert.deepEqual(scene.wake(900), [nameOf(waitedFor)]);
  scene.end(waitedFor, pong, 901);
  scene.heard(waitedFor, 700, 1000);
  // Not before 1900, and by then it is heard of again.
  scene.prober.hasten(nameOf(waitedFor), 1100);
  scene.heard(waitedFor, 700, 1890);
  assert.equal(scene.wake(1900).includes(nameOf(waitedFor)), true);
});

Deno.test("Prober asks again soon behind a bad link that only the sweep has tried", () => {
  const scene = new Scene(40);
  const number = scene.firstOf(false);
  const sweep = (now: number): Finding => {
    scene.prober.sweep(scene.view.member(number), now, scene.out);
    return scene.end(number, silent, now);
  };
  for (const at of [0, 100]) assert.equal(sweep(at).kind, "missed");
  const { name } = scene.view.member(number);
  assert.ok(scene.view.links.of(name).isBad);
  const asksAt = (from: number): number | undefined => {
    for (let at = from; at < from + 3000; at += 10) if (scene.wake(at).includes(name)) return at;
    return undefined;
  };
  const first = asksAt(200);
  assert.ok(first !== undefined && first <= 1500, `first at ${first}`);
  scene.end(number, silent, first);
  const second = asksAt(first + 10);
  assert.ok(second !== undefined && second <= first + 1500, `then at ${second}`);
  scene.end(number, pong, second);
  assert.equal(asksAt(second + 10), undefined, "it is let go");
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

Deno.test("Prober.sweep() asks the member whose turn it is over a connection of its own", () => {
  const scene = new Scene(30);
  scene.prober.sweep(scene.view.member(7), 500, scene.out);
  const swept = effectsOf("ping", scene.out);
  assert.deepEqual(swept.map(({ to, fresh }) => [to.name, fresh]), [[nameOf(7), true]]);
});

Deno.test("Prober sends no more in an interval than it may, whatever it is told to hasten", () => {
  const scene = new Scene(200);
  for (let number = 1; number <= 200; number++) scene.prober.hasten(nameOf(number), 0);
  assert.ok(scene.wake(0).length <= pingsMaxPerInterval(false));
  assert.ok(scene.prober.wakeAt > 0 && scene.prober.wakeAt < 1000, "the others wait");
});
