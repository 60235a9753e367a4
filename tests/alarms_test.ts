/**
 * Many alarms over one timer of the runtime.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Alarms } from "../lib/alarms.ts";

/** A runtime whose time is moved by hand; it counts how often it was told to wake up, and did. */
class FakeRuntime {
  time = 0;
  sets = 0;
  wakeUps = 0;
  #timers = new Set<{ readonly at: number; readonly ring: () => void }>();

  readonly alarms = new Alarms({
    now: () => this.time,
    set: (delayMs, ring) => {
      assert.ok(Number.isInteger(delayMs) && delayMs >= 0);
      this.sets++;
      const timer = { at: this.time + delayMs, ring };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    },
  });

  get timers(): number {
    return this.#timers.size;
  }

  to(time: number): void {
    for (;;) {
      const [next] = [...this.#timers].sort((one, other) => one.at - other.at);
      if (next === undefined || next.at > time) break;
      this.time = Math.max(this.time, next.at);
      this.#timers.delete(next);
      this.wakeUps++;
      next.ring();
    }
    this.time = time;
  }
}

Deno.test("alarms ring in their order, each once, and not before their time", () => {
  const runtime = new FakeRuntime();
  const rang: string[] = [];
  for (const [delayMs, name] of [[30.5, "c"], [10, "a"], [20, "b"]] as const) {
    runtime.alarms.after(delayMs, () => rang.push(`${name} ${runtime.time}`));
  }
  runtime.to(100);
  assert.deepEqual(rang, ["a 10", "b 20", "c 31"]);
  assert.equal(runtime.timers, 0);
});

Deno.test("deadlines that are met cost no wake-up, and the timer is the only one all the time", () => {
  const runtime = new FakeRuntime();
  let rang = 0;
  runtime.alarms.after(5000, () => rang++);
  for (let at = 0; at < 900; at += 100) {
    runtime.to(at);
    const met = [300, 310, 320].map((delayMs) =>
      runtime.alarms.after(delayMs, () => assert.fail())
    );
    assert.equal(runtime.timers, 1);
    runtime.to(at + 1);
    for (const cancel of met) cancel();
    assert.equal(runtime.timers, 1);
  }
  runtime.to(4999);
  assert.equal(runtime.wakeUps, 0);
  // Once for the first of each three, and once for what is left.
  assert.equal(runtime.sets, 1 + 9 * 2);
  runtime.to(5000);
  assert.deepEqual([runtime.wakeUps, rang], [1, 1]);
});

Deno.test("a deadline that is met shortly before the next one costs no other timer", () => {
  const runtime = new FakeRuntime();
  const met = runtime.alarms.after(100, () => assert.fail());
  let rangAt = 0;
  runtime.alarms.after(140, () => rangAt = runtime.time);
  met();
  runtime.to(200);
  assert.deepEqual([rangAt, runtime.sets, runtime.wakeUps], [140, 2, 2]);
});

Deno.test("no timer is left when nobody waits, so that a process may end", () => {
  const runtime = new FakeRuntime();
  const cancels = [10, 20].map((delayMs) => runtime.alarms.after(delayMs, () => assert.fail()));
  for (const cancel of cancels) cancel();
  assert.equal(runtime.timers, 0);
  for (const cancel of cancels) cancel();
  let rang = 0;
  const cancel = runtime.alarms.after(-5, () => rang++);
  runtime.to(20);
  cancel();
  assert.deepEqual([rang, runtime.timers], [1, 0]);
});

Deno.test("an alarm that is set or cancelled by another one counts from then", () => {
  const runtime = new FakeRuntime();
  const rang: string[] = [];
  runtime.alarms.after(10, () => {
    rang.push("first");
    cancel();
    runtime.alarms.after(0, () => rang.push(`next ${runtime.time}`));
  });
  const cancel = runtime.alarms.after(10, () => rang.push("cancelled"));
  runtime.to(50);
  assert.deepEqual(rang, ["first", "next 10"]);
});

Deno.test("one that throws does not keep the others from ringing", () => {
  const runtime = new FakeRuntime();
  let rang = 0;
  runtime.alarms.after(10, () => {
    throw new Error("planted");
  });
  runtime.alarms.after(10, () => rang++);
  assert.throws(() => runtime.to(20), /planted/);
  runtime.to(30);
  assert.equal(rang, 1);
});
