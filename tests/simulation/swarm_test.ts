/**
 * A few random clusters and single cores, checked after every event: what is grossly wrong is found
 * before each commit. Many more of both: `tests/slow/`.
 *
 * @module
 */
import { fuzzRun } from "../../scripts/fuzz/fuzz.ts";
import { swarmRun } from "../../scripts/swarm/swarm.ts";

Deno.test("swarmRun() finds nothing wrong in clusters of seeds 1 to 10", () => {
  for (let seed = 1; seed <= 10; seed++) swarmRun(seed);
});

Deno.test("fuzzRun() finds nothing wrong in cores of seeds 1 to 10", () => {
  for (let seed = 1; seed <= 10; seed++) fuzzRun(seed);
});
