/**
 * One thread of the pool: plays what it is told, and tells what came of it.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { runScenario } from "../../lib/simulation/scenario_run.ts";
import { allGoals } from "./goals.ts";
import type { Part } from "./pool.ts";

parentPort?.on("message", ({ goal, firstSeed, runs }: Part) => {
  const scenario = allGoals[goal]?.scenario;
  if (scenario === undefined) throw new RangeError(`There is no goal ${goal}`);
  const seeds = Array.from({ length: runs }, (_, run) => firstSeed + run);
  parentPort?.postMessage(seeds.map((seed) => runScenario(scenario, seed)));
});
