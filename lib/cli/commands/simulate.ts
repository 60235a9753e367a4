/**
 * `clusternode simulate`: what would happen, told by the very code that decides in a real node.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { reportText } from "../../simulation/report.ts";
import { runScenario } from "../../simulation/scenario_run.ts";
import { SummaryBuilder } from "../../simulation/summary.ts";
import type { TimelineEntry } from "../../simulation/timeline.ts";
import type { SimulateRequest } from "../commands.ts";
import { exitCode } from "../exit_codes.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import { replayFile } from "./replay.ts";
import type { CliContext } from "../context.ts";

/** Runs the scenario and tells what came of it, or replays a recording. */
export async function simulate(world: CliContext, request: SimulateRequest): Promise<number> {
  const { scenario, runs, replay, json } = request;
  if (replay !== undefined) return await replayFile(world, replay, { json });
  const seed = request.seed ?? new DataView(world.randomBytes(4).buffer).getUint32(0);
  const builder = new SummaryBuilder(scenario, seed);
  const begun = systemClock.now();
  let timeline: readonly TimelineEntry[] | undefined;
  {
    using bar = new ProgressBar(world, () => systemClock.now());
    for (let run = 0; run < runs; run++) {
      const label = runs === 1 ? "" : `run ${run + 1} of ${runs}`;
      const result = runScenario(
        scenario,
        seed + run,
        (share) => bar.show((run + share) / runs, label),
      );
      builder.add(result);
      timeline = runs === 1 ? result.timeline : undefined;
    }
  }
  const summary = builder.finish();
  const realMs = systemClock.now() - begun;
  const text = json
    ? JSON.stringify({ ...summary, realMs, timeline }, null, 2) + "\n"
    : reportText(summary, timeline, realMs);
  world.writeStdout(text);
  return exitCode.fine;
}
