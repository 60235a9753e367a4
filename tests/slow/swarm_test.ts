/**
 * Random clusters with faults, checked after every event. More of them: `deno task swarm`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { swarmRun } from "../../scripts/swarm/swarm.ts";

/** Seeds of one test. */
const seedsEach = 25;

/** How many such tests there are. */
const tests = 8;

for (let test = 0; test < tests; test++) {
  const [first, last] = [test * seedsEach + 1, (test + 1) * seedsEach];
  Deno.test(`swarmRun() finds nothing wrong in clusters of seeds ${first} to ${last}`, () => {
    for (let seed = first; seed <= last; seed++) swarmRun(seed);
  });
}

Deno.test("swarmRun() gives the same run for the same seed", () => {
  for (const seed of [3, 8]) assert.deepEqual(swarmRun(seed), swarmRun(seed));
});
