/**
 * Runs of one scenario: a single one here, several on all processors.
 *
 * @module
 */
import { runScenario } from "../../simulation/scenario_run.ts";
import type { RunResult } from "../../simulation/scenario_run.ts";
import type { Scenario } from "../../simulation/scenario.ts";
import { Players } from "./players.ts";
import type { Runs } from "./players.ts";

/** Most nodes that are simulated side by side: a thousand take 0.7 GB. */
const nodesAtOnceMax = 4000;

/**
 * Plays runs of `scenario`.
 *
 * @param onProgress is told now and then which share of all is done, 0 … 1, and how many runs are
 * @returns their results in the order of their seeds; the timeline only of a single one
 * @throws what a run has thrown
 */
export async function playRuns(
  scenario: Scenario,
  wanted: Runs,
  onProgress: (share: number, done: number) => void,
): Promise<RunResult[]> {
  const { seed, runs } = wanted;
  if (runs === 1) return [runScenario(scenario, seed, (share) => onProgress(share, 0))];
  const threads = Math.floor(nodesAtOnceMax / scenario.nodes);
  const players = new Players(Math.max(1, Math.min(runs, threads, navigator.hardwareConcurrency)));
  try {
    return await players.playAll(scenario, wanted, onProgress);
  } finally {
    await players[Symbol.asyncDispose]();
  }
}
