/**
 * Who fails again and again, and for how long that is held against it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  Flapping,
  flappingMin,
  flappingStretchMax,
  flappingWindowMs,
} from "../../../lib/core/detector/flapping.ts";
import { nameOf } from "../records.ts";

/** Node 1 has failed so often, once a second from 0 on. */
function failing(times: number): Flapping {
  const flapping = new Flapping();
  for (let count = 0; count < times; count++) flapping.note(nameOf(1), count * 1000);
  return flapping;
}

Deno.test("Flapping stretches from the third failure on, twice as much for each, up to a bound", () => {
  const stretches = [0, 1, 2, 3, 4, 5, 6, 30].map((times) =>
    failing(times).stretch(nameOf(1), times * 1000)
  );
  assert.deepEqual(stretches, [1, 1, 1, 2, 4, 8, flappingStretchMax, flappingStretchMax]);
});

Deno.test("Flapping tells one member from the other", () => {
  const flapping = failing(flappingMin);
  assert.ok(flapping.isFlapping(nameOf(1), 3000));
  assert.ok(!flapping.isFlapping(nameOf(2), 3000));
  assert.equal(flapping.stretch(nameOf(2), 3000), 1);
});

Deno.test("Flapping forgets each failure after five minutes", () => {
  const flapping = failing(flappingMin);
  assert.ok(flapping.isFlapping(nameOf(1), flappingWindowMs - 1));
  assert.ok(!flapping.isFlapping(nameOf(1), flappingWindowMs), "the first is forgotten");
  assert.equal(flapping.failures(nameOf(1), flappingWindowMs + 2000), 0);
});

Deno.test("Flapping remembers a bounded number of failures", () => {
  assert.equal(failing(100).failures(nameOf(1), 100_000), 20);
});
