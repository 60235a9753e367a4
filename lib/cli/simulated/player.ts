/**
 * One thread of `players.ts`: plays what it is told, and tells what came of it.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { runScenario } from "../../simulation/scenario_run.ts";
import type { Job, Told } from "./players.ts";

/** What is told of a run: each hundredth. */
const shareStep = 0.01;

parentPort?.on("message", ({ scenario, seed }: Job) => {
  const tell = (told: Told): void => parentPort?.postMessage(told);
  let toldShare = 0;
  const result = runScenario(scenario, seed, (share) => {
    if (share - toldShare < shareStep) return;
    toldShare = share;
    tell({ share });
  });
  tell({ result });
});
