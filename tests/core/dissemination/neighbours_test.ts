/**
 * To whom news is passed on.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Neighbours } from "../../../lib/core/dissemination/neighbours.ts";
import { instanceOf } from "../records.ts";

const [a, b, c] = [instanceOf(1), instanceOf(2), instanceOf(3)];

Deno.test("Neighbours: the watched, and for three intervals those who pinged, each once", () => {
  const neighbours = new Neighbours(1000);
  assert.deepEqual(neighbours.all([a], 0), [a]);
  neighbours.pingedBy(a, 0);
  neighbours.pingedBy(b, 0);
  neighbours.pingedBy(c, 500);
  assert.deepEqual(neighbours.all([a], 3000), [a, b, c]);
  assert.deepEqual(neighbours.all([a], 3001), [a, c]);
  neighbours.pingedBy(c, 3400);
  assert.deepEqual(neighbours.all([], 6400), [c]);
  assert.deepEqual(neighbours.all([], 6401), []);
});
