/**
 * Cores that are told anything, checked after every step. More of them: `deno task swarm --core`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fuzzRun } from "../../scripts/fuzz/fuzz.ts";

/** Steps of one test. */
const stepsEach = 5000;

/** How many such tests there are. */
const tests = 4;

/** Seeds of one test; each lives for a few hundred steps. */
const seedsEach = 200;

for (let test = 0; test < tests; test++) {
  const first = test * seedsEach + 1;
  Deno.test(`fuzzRun() finds nothing wrong in ${stepsEach} steps of cores from seed ${first} on`, () => {
    let steps = 0;
    for (let seed = first; steps < stepsEach; seed++) {
      assert.ok(seed < first + seedsEach, "these seeds have so many steps");
      steps += fuzzRun(seed);
    }
  });
}

Deno.test("fuzzRun() gives the same run for the same seed", () => {
  for (const seed of [5, 11]) assert.equal(fuzzRun(seed), fuzzRun(seed));
});
