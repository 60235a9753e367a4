import assert from "node:assert/strict";
import { Barrier } from "../lib/barrier.ts";
import type { Fault } from "../lib/barrier.ts";
import { faultWords, logFault } from "../lib/node/fault_report.ts";
import { Lines } from "./node/lines.ts";
import { ManualClock } from "./support/manual_clock.ts";

function open(): { barrier: Barrier; faults: Fault[] } {
  const faults: Fault[] = [];
  return { barrier: new Barrier((fault) => faults.push(fault)), faults };
}

function fail(message = "broken"): never {
  throw new TypeError(message);
}

Deno.test("Barrier.run() gives the result, or tells where it failed and goes on", () => {
  const { barrier, faults } = open();
  assert.equal(barrier.run("here", () => 7), 7);
  assert.equal(barrier.faultCount, 0);
  assert.equal(barrier.run("here", () => fail()), undefined);
  assert.deepEqual(faults.map(({ where, count }) => [where, count]), [["here", 1]]);
  assert.match(String(faults[0]?.error), /^TypeError: broken$/);
});

Deno.test("Barrier.settle() never rejects, whether the work throws or rejects", async () => {
  const { barrier, faults } = open();
  assert.equal(await barrier.settle("here", () => Promise.resolve(7)), 7);
  assert.equal(await barrier.settle("here", () => fail()), undefined);
  assert.equal(await barrier.settle("here", () => Promise.reject("no"), () => "else"), "else");
  assert.deepEqual(faults.map(({ error }) => String(error)), ["TypeError: broken", "no"]);
});

Deno.test("Barrier.clock() keeps what a timer throws from getting any further", () => {
  const { barrier, faults } = open();
  const clock = new ManualClock();
  const guarded = barrier.clock(clock);
  guarded.after(1, () => fail());
  guarded.after(1, () => fail())();
  let called = 0;
  guarded.after(2, () => called++);
  clock.pass(5);
  assert.deepEqual([called, barrier.faultCount, guarded.now()], [1, 1, 5]);
  assert.equal(faults[0]?.where, "a timer");
});

Deno.test("Barrier reports the same fault at its first, tenth, hundredth time, and counts all", () => {
  const { barrier, faults } = open();
  const again = (): never => fail(`number ${barrier.faultCount}`);
  for (let time = 0; time < 1000; time++) barrier.run("here", again);
  assert.deepEqual(faults.map(({ count }) => count), [1, 10, 100, 1000]);
  barrier.run("there", again);
  barrier.run("here", () => fail());
  assert.deepEqual(faults.slice(4).map(({ where, count }) => [where, count]), [
    ["there", 1],
    ["here", 1],
  ]);
  assert.equal(barrier.faultCount, 1002);
});

Deno.test("Barrier tells no more than so many kinds apart", () => {
  const { barrier, faults } = open();
  for (let kind = 0; kind < 1000; kind++) barrier.caught(`place ${kind}`, "x");
  assert.equal(barrier.faultCount, 1000);
  assert.deepEqual(faults.slice(64).map(({ count }) => count), [1, 10, 100]);
});

Deno.test("Barrier goes on when the report fails", () => {
  const barrier = new Barrier(() => fail());
  for (let time = 0; time < 20; time++) barrier.run("here", () => fail());
  assert.equal(barrier.faultCount, 20);
});

Deno.test("logFault() writes the stack once, and later only what and how often", () => {
  const log = new Lines();
  const barrier = new Barrier((fault) => logFault(log, fault));
  for (let time = 0; time < 10; time++) barrier.run("a request", () => fail("not there"));
  const [first = "", second, ...rest] = log.texts;
  assert.ok(first.startsWith(`${faultWords} in a request: TypeError: not there (at `), first);
  assert.match(first, /barrier_test\.ts:\d+:\d+/);
  assert.equal(second, `${faultWords} in a request for the 10th time: TypeError: not there`);
  assert.deepEqual(rest, []);
});
