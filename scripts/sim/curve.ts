/**
 * What a quicker verdict on those who die without a word costs: the same faults, with suspicions that
 * last less, and with a quicker pulse.
 *
 * @module
 */
import type { Players } from "../../lib/cli/simulated/players.ts";
import { formatDuration } from "../../lib/core/base/duration.ts";
import { quietScenario } from "../../lib/simulation/scenario.ts";
import type { Scenario } from "../../lib/simulation/scenario.ts";
import { summarize } from "../../lib/simulation/summary.ts";
import type { Summary } from "../../lib/simulation/summary.ts";

/** One row: how soon, and at what price. */
interface Variant {
  /** The pulse, in milliseconds. */
  readonly intervalMs: number;
  /** How long a suspicion lasts at least, in milliseconds. */
  readonly suspicionMinMs: number;
}

/** The profile `lan` as it is, and what comes into question instead. */
const variants: readonly Variant[] = [
  ...[1500, 1300, 1100, 900, 700].map((suspicionMinMs) => ({ intervalMs: 1000, suspicionMinMs })),
  ...[1500, 1300, 1100].map((suspicionMinMs) => ({ intervalMs: 500, suspicionMinMs })),
];

/** One column of the table. */
interface Column {
  readonly title: string;
  readonly runs: number;
  readonly scenario: Partial<Scenario>;
  readonly shows: (summary: Summary) => string;
}

function detected({ detections }: Summary): string {
  const times = detections[0]?.allMs;
  return times === undefined ? "–" : `${formatDuration(times.p50)}, ${formatDuration(times.p99)}`;
}

function falseVerdicts({ falseVerdictCount }: Summary): string {
  return `${falseVerdictCount}`;
}

const silent = { freeze: 1, durationMs: 10_000 };
const columns: readonly Column[] = [
  {
    title: "frozen of 11: p50, p99",
    runs: 300,
    scenario: { nodes: 11, ...silent },
    shows: detected,
  },
  {
    title: "frozen of 50: p50, p99",
    runs: 60,
    scenario: { nodes: 50, ...silent },
    shows: detected,
  },
  ...[2000, 2300, 2600].map((pauseMs) => ({
    title: `held up for ${formatDuration(pauseMs)}`,
    runs: 200,
    scenario: { nodes: 5, pauseMs },
    shows: falseVerdicts,
  })),
  {
    title: "20 % loss for a minute",
    runs: 100,
    scenario: { nodes: 5, loss: 0.2, durationMs: 60_000 },
    shows: falseVerdicts,
  },
  {
    title: "pings per node and second",
    runs: 5,
    scenario: { nodes: 50 },
    shows: ({ pings }) => pings.toFixed(1),
  },
];

/**
 * The table, line by line, as it stands in docs/simulation.md.
 *
 * @param share of the runs that are played, 0 … 1
 */
export async function* curve(players: Players, share: number): AsyncGenerator<string> {
  yield `| pulse | suspicion | ${columns.map(({ title }) => title).join(" | ")} |`;
  yield `|${" --: |".repeat(2 + columns.length)}`;
  for (const { intervalMs, suspicionMinMs } of variants) {
    const played = columns.map(async (column) => {
      const timings = { suspicionMinMs };
      const scenario = { ...quietScenario, ...column.scenario, intervalMs, timings };
      const runs = Math.ceil(column.runs * share);
      const results = await players.playAll(scenario, { seed: 1, runs });
      return column.shows(summarize(scenario, 1, results));
    });
    const cells = [intervalMs, suspicionMinMs].map(formatDuration);
    yield `| ${[...cells, ...await Promise.all(played)].join(" | ")} |`;
  }
}
