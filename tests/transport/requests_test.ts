/** The requests of one connection: their deadlines, and what is left behind by those answered. */
import assert from "node:assert/strict";
import { Alarms } from "../../lib/alarms.ts";
import { Barrier } from "../../lib/barrier.ts";
import type { Clock } from "../../lib/clock.ts";
import { Requests } from "../../lib/transport/requests.ts";
import type { RequestResult } from "../../lib/transport/requests.ts";
import { ManualClock } from "../support/manual_clock.ts";

const events = { onLate: () => {}, onSilent: () => {}, onIdle: () => {} };
const body = new Uint8Array(0);

/** The requests of so many connections of one transport. */
function open(clock: Clock, connections: number): Requests[] {
  return Array.from({ length: connections }, () => new Requests(clock, 8, events));
}

Deno.test("a request() that was answered last leaves no alarm that wakes the process", () => {
  const clock = new ManualClock();
  const [requests] = open(clock, 1) as [Requests];
  const [one, other] = [0, 1].map(() => requests.add(300, () => {}) ?? assert.fail());
  requests.answer(one as number, body);
  assert.equal(clock.pending, 1, "the other one waits");
  requests.answer(other as number, body);
  assert.equal(clock.pending, 0);
});

Deno.test("a request() after an answered one has its own deadline", () => {
  const clock = new ManualClock();
  const [requests] = open(clock, 1) as [Requests];
  requests.answer(requests.add(300, () => {}) ?? assert.fail(), body);
  clock.pass(100);
  let result: RequestResult | undefined;
  requests.add(300, (ended) => result = ended);
  clock.pass(299);
  assert.equal(result, undefined);
  clock.pass(1);
  assert.deepEqual(result, { kind: "silent", detail: "no answer within 300 ms" });
});

Deno.test("a request() whose deadline passed while this process was held up takes an answer that lies there", () => {
  const clock = new ManualClock();
  const [requests] = open(clock, 1) as [Requests];
  const results: string[] = [];
  const asked = [0, 1].map(() => requests.add(300, ({ kind }) => results.push(kind)));
  clock.pass(3000);
  requests.answer(asked[0] ?? assert.fail(), body);
  assert.deepEqual(results, ["answer"]);
  clock.pass(100);
  assert.deepEqual(results, ["answer", "silent"]);
  assert.equal(clock.pending, 0);
});

Deno.test("a request() is given more time once, however long this process is held up again", () => {
  const clock = new ManualClock();
  const [requests] = open(clock, 1) as [Requests];
  const results: string[] = [];
  requests.add(300, ({ kind }) => results.push(kind));
  clock.pass(3000);
  assert.deepEqual(results, []);
  clock.pass(3000);
  assert.deepEqual(results, ["silent"]);
});

Deno.test("a request() to each of many peers sets one timer for all, which the last answer takes along", () => {
  const time = new ManualClock();
  let timers = 0;
  const alarms = new Alarms({
    now: () => time.now(),
    set(delayMs, ring) {
      timers++;
      return time.after(delayMs, ring);
    },
  });
  // As that of the machine.
  const clock: Clock = {
    now: () => time.now(),
    nowUs: () => time.nowUs(),
    wallTime: () => time.wallTime(),
    after: (delayMs, callback) => alarms.after(delayMs, callback),
  };
  const connections = open(clock, 10);
  for (let interval = 1; interval <= 3; interval++) {
    const asked = connections.map((one) => one.add(300, () => {}) ?? assert.fail());
    assert.equal(time.pending, 1);
    for (const [index, one] of connections.entries()) one.answer(asked[index] as number, body);
    assert.equal(time.pending, 0);
    assert.equal(timers, interval);
    time.pass(1000);
  }
});

Deno.test("a request() is over at its own deadline, whoever else is asked and answers", () => {
  const clock = new ManualClock();
  const [one, other, third] = open(clock, 3) as [Requests, Requests, Requests];
  const over: string[] = [];
  const asks = (requests: Requests, name: string, timeoutMs: number): number =>
    requests.add(timeoutMs, ({ kind }) => over.push(`${name} ${kind} at ${clock.now() - begun}`)) ??
      assert.fail();
  const begun = clock.now();
  const first = asks(one, "one", 100);
  asks(other, "other", 300);
  asks(other, "other", 200);
  asks(third, "third", 250);
  one.answer(first, body);
  for (let passedMs = 0; passedMs < 400; passedMs++) clock.pass(1);
  assert.deepEqual(over, [
    "one answer at 0",
    "other silent at 200",
    "third silent at 250",
    "other silent at 300",
  ]);
  assert.equal(clock.pending, 0);
});

Deno.test("a request() of one connection is over in time although the end of another one throws", () => {
  const clock = new ManualClock();
  const faults: string[] = [];
  const barrier = new Barrier(({ error }) => faults.push(String(error)));
  const [one, other] = [0, 1].map(() =>
    new Requests(barrier.clock(clock), 8, events)
  ) as Requests[];
  const over: string[] = [];
  one?.add(100, () => {
    throw new Error("no");
  });
  other?.add(100, ({ kind }) => over.push(kind));
  clock.pass(100);
  assert.deepEqual(faults, ["Error: no"]);
  assert.deepEqual(over, ["silent"]);
});
