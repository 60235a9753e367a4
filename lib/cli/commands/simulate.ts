/**
 * `clusternode simulate`: what would happen, told by the very code that decides in a real node.
 *
 * @module
 */
import { systemClock } from "../../clock.ts";
import { UsageError } from "../../core/base/errors.ts";
import { jsonText } from "../../report/json_text.ts";
import { simulateReport } from "../../report/simulate_report.ts";
import { reportText } from "../../simulation/report.ts";
import { profileLatencyMs, quietScenario, scenarioFault } from "../../simulation/scenario.ts";
import type { Scenario } from "../../simulation/scenario.ts";
import type { RunResult } from "../../simulation/scenario_run.ts";
import { summarize } from "../../simulation/summary.ts";
import type { Call } from "../parse/call.ts";
import { simulatedSeedMax, simulateFlags } from "../parse/simulate_flags.ts";
import { exitCode } from "../exit_codes.ts";
import { ProgressBar } from "../terminal/progress_bar.ts";
import type { Runs } from "../simulated/players.ts";
import { playRuns } from "../simulated/runs.ts";
import { clusterNodesMax } from "../simulated/simulated_cluster.ts";
import { replayFile } from "./replay.ts";
import type { CliContext } from "../context.ts";

/** Runs the scenario and tells what came of it, or replays a recording. */
export async function simulate(world: CliContext, call: Call<"simulate">): Promise<number> {
  const { runs = 1, replay, serve: listen, json } = call.flags;
  const scenario = scenarioOf(call);
  if (replay !== undefined) return await replayFile(world, replay, { json });
  const drawn = new DataView(world.randomBytes(4).buffer).getUint32(0);
  const seed = call.flags.seed ?? Math.min(drawn, lastSeedOf(runs));
  if (listen !== undefined) {
    const { serveSimulation } = await import("../simulated/serve.ts");
    return await serveSimulation(world, { scenario, seed, listen });
  }
  const begun = systemClock.now();
  const results = await playAll(world, scenario, { seed, runs });
  const timeline = runs === 1 ? results[0]?.timeline : undefined;
  const summary = summarize(scenario, seed, results);
  const realMs = systemClock.now() - begun;
  const text = json
    ? `${jsonText(simulateReport(summary, timeline, realMs))}\n`
    : reportText(summary, timeline, realMs);
  world.writeStdout(text);
  return exitCode.fine;
}

/** Plays all runs, and shows how far they are. */
async function playAll(
  world: CliContext,
  scenario: Scenario,
  wanted: Runs,
): Promise<RunResult[]> {
  using bar = new ProgressBar(world, () => systemClock.now());
  return await playRuns(scenario, wanted, (share, done) => {
    bar.show(share, wanted.runs === 1 ? "" : `${done} of ${wanted.runs} runs`);
  });
}

/**
 * What the user wants simulated.
 *
 * @throws {UsageError} if it makes no sense
 */
export function scenarioOf({ flags, options }: Call<"simulate">): Scenario {
  const { profile = "lan", intervalMs = 1000, mesh } = options;
  const { seed, runs, replay, serve, json, ...wanted } = flags;
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const scenario: Scenario = {
    ...quietScenario,
    profile,
    intervalMs,
    fullMesh: mesh === "full",
    latencyMs: profileLatencyMs[profile],
    ...Object.fromEntries(given),
  };
  const faults = [
    scenarioFault(scenario),
    seedFault({ seed, runs }),
    ...serve === undefined ? [] : serveFaults(scenario, { replay, runs, json }),
    ...replay === undefined || serve !== undefined
      ? []
      : apartFrom("--replay", { ...wanted, seed, runs }),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new UsageError(faults);
  return scenario;
}

/** The last seed with which so many runs can begin: each of theirs can be played again alone. */
function lastSeedOf(runs: number): number {
  return simulatedSeedMax - (runs - 1);
}

function seedFault({ seed = 0, runs = 1 }: SimulateFlags): string | undefined {
  const last = lastSeedOf(runs);
  return seed <= last
    ? undefined
    : `--seed ${seed}: with --runs ${runs} it must be ${last} at most`;
}

type SimulateFlags = Partial<Call<"simulate">["flags"]>;

/** Which of the others were given, and do not go together with that flag. */
function apartFrom(flag: string, others: SimulateFlags): string[] {
  return Object.entries(others).flatMap(([key, value]) =>
    value === undefined || value === false
      ? []
      : [`${flag}: it does not go together with ${simulateFlags[key as keyof SimulateFlags].flag}`]
  );
}

/** What does not go together with a cluster that is shown in a page. */
function serveFaults({ nodes }: Scenario, others: SimulateFlags): string[] {
  return [
    ...nodes > clusterNodesMax
      ? [`--nodes ${nodes}: --serve shows ${clusterNodesMax} at most`]
      : [],
    ...apartFrom("--serve", others),
  ];
}
