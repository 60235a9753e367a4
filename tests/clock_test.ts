/** Deadlines of others on a machine that is too busy to look at what they do. */
import assert from "node:assert/strict";
import { afterPatiently } from "../lib/clock.ts";
import { ManualClock } from "./support/manual_clock.ts";

/** A deadline of a second, and how often it has run out. */
function deadline(): { clock: ManualClock; ends: () => number; cancel: () => void } {
  const clock = new ManualClock();
  let ends = 0;
  const cancel = afterPatiently(clock, 1000, () => ends++);
  return { clock, ends: () => ends, cancel };
}

Deno.test("afterPatiently() is over in time on a machine that is not held up", () => {
  const { clock, ends } = deadline();
  clock.pass(999);
  assert.equal(ends(), 0);
  clock.pass(1);
  assert.deepEqual([ends(), clock.pending], [1, 0]);
});

Deno.test("afterPatiently() gives a deadline again to which this process came too late", () => {
  const { clock, ends } = deadline();
  clock.pass(1500);
  assert.equal(ends(), 0);
  clock.pass(999);
  assert.equal(ends(), 0);
  clock.pass(1);
  assert.deepEqual([ends(), clock.pending], [1, 0]);
});

Deno.test("afterPatiently() is over at last on a machine that is held up for ever", () => {
  const { clock, ends } = deadline();
  for (let times = 1; times <= 4; times++) clock.pass(60_000);
  assert.equal(ends(), 0);
  clock.pass(60_000);
  assert.deepEqual([ends(), clock.pending], [1, 0]);
});

Deno.test("afterPatiently() can be cancelled, also once it was given again", () => {
  const { clock, ends, cancel } = deadline();
  clock.pass(1500);
  cancel();
  assert.equal(clock.pending, 0);
  clock.pass(60_000);
  assert.equal(ends(), 0);
});
