/**
 * What the failure detector promises, as scenarios with limits: the table that `deno task sim`
 * plays, prints and checks, and of which the tests play a part.
 *
 * @module
 */
import { registryFaults } from "../../lib/simulation/registry_faults.ts";
import { profileLatencyMs, quietScenario } from "../../lib/simulation/scenario.ts";
import type { Scenario } from "../../lib/simulation/scenario.ts";
import type { Distribution } from "../../lib/simulation/statistics.ts";
import type { Summary } from "../../lib/simulation/summary.ts";

/** A promise. */
export interface Goal {
  readonly title: string;
  readonly scenario: Scenario;
  readonly runs: number;
  /** What the table shows of it. */
  readonly shows: (summary: Summary) => Distribution | undefined;
  /** What is broken, in words; `undefined` if the promise is kept. */
  readonly broken: (summary: Summary) => string | undefined;
}

/** Sizes of clusters, with the runs that fit an afternoon and the nodes that fail in each. */
const sizes = [
  { nodes: 2, runs: 1000, victims: 1 },
  { nodes: 3, runs: 1000, victims: 1 },
  { nodes: 5, runs: 1000, victims: 1 },
  { nodes: 11, runs: 1000, victims: 1 },
  { nodes: 50, runs: 300, victims: 1 },
  { nodes: 200, runs: 40, victims: 2 },
  { nodes: 1000, runs: 5, victims: 5 },
] as const;

const silentP50Ms = 3500;
const silentP99Ms = 5000;
const killedMs = 600;
const pingsMax = 12;

function scenario(changes: Partial<Scenario>): Scenario {
  return { ...quietScenario, ...changes };
}

function detection({ detections }: Summary): Distribution | undefined {
  return detections[0]?.allMs;
}

/** Nobody was wrongly called failed, and all that were left found each other again. */
function nobodyFalse(
  { falseVerdictCount, neverHealed, neverTogether }: Summary,
): string | undefined {
  if (falseVerdictCount > 0) return `${falseVerdictCount} false verdicts`;
  if (neverTogether > 0) return `${neverTogether} never together`;
  return neverHealed > 0 ? `${neverHealed} never healed` : undefined;
}

function silentlyDead(summary: Summary): string | undefined {
  const times = detection(summary);
  if (times === undefined || summary.detections.some(({ unknown }) => unknown > 0)) {
    return "some did not learn of it";
  }
  if (times.p50 > silentP50Ms || times.p99 > silentP99Ms) return "too slow";
  return summary.pings > pingsMax ? "too many pings" : nobodyFalse(summary);
}

function killed(summary: Summary): string | undefined {
  const times = detection(summary);
  if (times === undefined || summary.detections.some(({ unknown }) => unknown > 0)) {
    return "some did not learn of it";
  }
  return times.max > killedMs ? "too slow" : nobodyFalse(summary);
}

function goal(
  title: string,
  runs: number,
  changes: Partial<Scenario>,
  broken: Goal["broken"] = nobodyFalse,
  shows: Goal["shows"] = ({ healedMs }) => healedMs,
): Goal {
  return { title, runs, scenario: scenario(changes), broken, shows };
}

const silentGoals = sizes.flatMap(({ nodes, runs, victims }) => [
  goal(
    `frozen, ${nodes} nodes`,
    runs,
    { nodes, freeze: victims, durationMs: 10_000 },
    silentlyDead,
    detection,
  ),
  goal(
    `unplugged, ${nodes} nodes`,
    Math.ceil(runs / 2),
    { nodes, unplug: victims, durationMs: 10_000 },
    silentlyDead,
    detection,
  ),
  goal(
    `killed, ${nodes} nodes`,
    Math.ceil(runs / 2),
    { nodes, kill: victims, durationMs: 5000 },
    killed,
    detection,
  ),
]);

const noFalseDeath = [5, 50].flatMap((nodes) => {
  const runs = nodes === 5 ? 1000 : 50;
  return [
    goal(`10 % loss, ${nodes} nodes`, runs, { nodes, loss: 0.1, durationMs: 60_000 }),
    goal(`each node held up for 2 s, ${nodes} nodes`, runs, { nodes, pauseMs: 2000 }),
    goal(`both at once, ${nodes} nodes`, runs, { nodes, pauseMs: 2000, loss: 0.1 }),
    goal(`wall clocks jump, ${nodes} nodes`, runs, { nodes, clockJumps: true }),
    goal(`a third cut off for 10 s, ${nodes} nodes`, runs, {
      nodes,
      partitionMs: 10_000,
      durationMs: 20_000,
    }),
    goal(`a link dead in one direction, ${nodes} nodes`, runs, { nodes, oneWay: 1 }),
  ];
});

const registryGoals = registryFaults.map((registryFault) =>
  goal(`registry ${registryFault} for 70 s, 5 nodes`, 200, { registryFault, durationMs: 70_000 })
);

const startGoals = [
  goal("100 nodes at once", 20, { nodes: 100, durationMs: 1000 }, nobodyFalse, together),
  goal("20 nodes at once", 200, { nodes: 20, durationMs: 1000 }, nobodyFalse, together),
  goal(
    "20 nodes over 200 ghosts",
    200,
    { nodes: 20, ghosts: 200, durationMs: 1000 },
    nobodyFalse,
    together,
  ),
  goal(
    "100 nodes over 500 ghosts",
    10,
    { nodes: 100, ghosts: 500, durationMs: 1000 },
    nobodyFalse,
    together,
  ),
];

function together({ togetherMs }: Summary): Distribution | undefined {
  return togetherMs;
}

/** The profiles side by side, each over delays that fit it. */
export const profileGoals: readonly Goal[] = (["local", "lan", "wan"] as const).flatMap(
  (profile) => {
    const latencyMs = profileLatencyMs[profile];
    const base = { nodes: 11, profile, latencyMs };
    return [
      goal(`${profile}: frozen`, 300, { ...base, freeze: 1 }, nobodyFalse, detection),
      goal(`${profile}: unplugged`, 300, { ...base, unplug: 1 }, nobodyFalse, detection),
      goal(`${profile}: killed`, 300, { ...base, kill: 1 }, nobodyFalse, detection),
      goal(`${profile}: 10 % loss for a minute`, 300, { ...base, loss: 0.1, durationMs: 60_000 }),
      goal(`${profile}: held up for 1 s`, 300, { ...base, pauseMs: 1000 }),
    ];
  },
);

/** All promises. */
export const goals: readonly Goal[] = [
  ...silentGoals,
  ...noFalseDeath,
  ...registryGoals,
  ...startGoals,
];

/** All that is played, in the order of the table. */
export const allGoals: readonly Goal[] = [...goals, ...profileGoals];
