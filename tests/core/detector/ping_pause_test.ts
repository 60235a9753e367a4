/**
 * How long it takes until a node is pinged again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { failedPauseIntervals, jittered } from "../../../lib/core/detector/ping_pause.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";

Deno.test("failedPauseIntervals() is one interval for a minute, and five from then on", () => {
  assert.deepEqual([0, 60_000, 60_001, 1e9].map(failedPauseIntervals), [1, 1, 5, 5]);
});

Deno.test("jittered() spreads a pause over a fifth of it, in whole milliseconds", () => {
  const random = seededRandom(1);
  const pauses = Array.from({ length: 1000 }, () => jittered(1000, random));
  assert.ok(pauses.every(Number.isInteger));
  assert.ok(Math.min(...pauses) >= 900 && Math.min(...pauses) < 905, `${Math.min(...pauses)}`);
  assert.ok(Math.max(...pauses) <= 1100 && Math.max(...pauses) > 1095, `${Math.max(...pauses)}`);
  assert.equal(jittered(0, random), 0);
});
