/**
 * When a node does what can wait.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Ticks } from "../../../lib/core/base/ticks.ts";

Deno.test("Ticks.from() gives the first tick that is not before", () => {
  const ticks = new Ticks(1000, 300);
  assert.deepEqual([300, 301, 1299, 1300, 1301].map((at) => ticks.from(at)), [
    ...[300, 1300, 1300, 1300, 2300],
  ]);
  assert.equal(ticks.from(-5000), -4700);
});

Deno.test("Ticks.near() moves to a tick what is near one, and leaves alone what is not", () => {
  const ticks = new Ticks(1000, 300);
  assert.deepEqual([175, 174, 425, 426, 1200].map((at) => ticks.near(at)), [
    ...[300, 174, 300, 426, 1300],
  ]);
});
