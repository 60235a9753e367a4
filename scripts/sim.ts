/**
 * Plays all that the failure detector promises, many times, on all processors, and prints the table
 * of docs/simulation.md: `deno task sim`. Exits with 1 if a promise is broken.
 *
 *     --quick       a tenth of the runs
 *     --only TEXT   those with TEXT in their title
 *     --curve       what a quicker verdict would cost, instead of that table
 *
 * @module
 */
import { Players } from "../lib/cli/simulated/players.ts";
import { formatDuration } from "../lib/core/base/duration.ts";
import { runScenario } from "../lib/simulation/scenario_run.ts";
import type { RunResult } from "../lib/simulation/scenario_run.ts";
import { summarize } from "../lib/simulation/summary.ts";
import type { Summary } from "../lib/simulation/summary.ts";
import { curve } from "./sim/curve.ts";
import { allGoals } from "./sim/goals.ts";
import type { Goal } from "./sim/goals.ts";

/** Plays a goal so many times. */
export function play({ scenario }: Goal, runs: number): Summary {
  const results = function* (): Generator<RunResult> {
    for (let seed = 1; seed <= runs; seed++) yield runScenario(scenario, seed);
  };
  return summarize(scenario, 1, results());
}

function row(goal: Goal, summary: Summary): string {
  const times = goal.shows(summary);
  const cells = times === undefined
    ? ["–", "–", "–"]
    : [times.p50, times.p99, times.max].map(formatDuration);
  const broken = goal.broken(summary);
  return `| ${
    [
      goal.title,
      summary.runs,
      ...cells,
      summary.falseVerdictCount,
      summary.pings.toFixed(1),
      broken === undefined ? "kept" : `**${broken}**`,
    ].join(" | ")
  } |`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<number> {
  const quick = Deno.args.includes("--quick");
  await using players = new Players(navigator.hardwareConcurrency);
  if (Deno.args.includes("--curve")) {
    for await (const line of curve(players, quick ? 0.1 : 1)) print(line);
    return 0;
  }
  const only = Deno.args.includes("--only") ? Deno.args[Deno.args.indexOf("--only") + 1] : "";
  print("| scenario | runs | p50 | p99 | max | false verdicts | pings per node and second | |");
  print("| --- | --: | --: | --: | --: | --: | --: | --- |");
  const begun = performance.now();
  let [events, broken] = [0, 0];
  const played = allGoals.flatMap((goal) => {
    if (!goal.title.includes(only ?? "")) return [];
    const runs = quick ? Math.ceil(goal.runs / 10) : goal.runs;
    return [{ goal, results: players.playAll(goal.scenario, { seed: 1, runs }) }];
  });
  for (const { goal, results } of played) {
    const summary = summarize(goal.scenario, 1, await results);
    events += summary.events;
    if (goal.broken(summary) !== undefined) broken++;
    print(row(goal, summary));
  }
  const seconds = (performance.now() - begun) / 1000;
  print("");
  print(
    `${(events / 1e6).toFixed(0)} million events in ${formatDuration(seconds * 1000)}: ` +
      `${Math.round(events / seconds / 1000)},000 a second`,
  );
  return broken === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
