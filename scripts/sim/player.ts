/**
 * One thread of the pool: plays what it is told, and tells what came of it.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { runScenario } from "../../lib/simulation/scenario_run.ts";
import type { Part } from "./pool.ts";

parentPort?.on("message", ({ scenario, firstSeed, runs }: Part) => {
  const seeds = Array.from({ length: runs }, (_, run) => firstSeed + run);
  parentPort?.postMessage(seeds.map((seed) => runScenario(scenario, seed)));
});
