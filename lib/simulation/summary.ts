/**
 * Many runs of one scenario, put together.
 *
 * @module
 */
import type { Scenario } from "./scenario.ts";
import type { NodeFault } from "./scenario_faults.ts";
import type { Detection, RunResult } from "./scenario_run.ts";
import { distribution, mean } from "./statistics.ts";
import type { Distribution } from "./statistics.ts";
import type { FalseVerdict } from "./truth.ts";

/** How the ends of nodes became known. */
export interface DetectionSummary {
  readonly fault: NodeFault;
  /** Until the first of the others knew, in milliseconds. */
  readonly firstMs: Distribution | undefined;
  /** Until all of them knew. */
  readonly allMs: Distribution | undefined;
  /** How many ends some did not learn of. */
  readonly unknown: number;
}

/** A false verdict, and the seed of the run in which it was reached. */
export interface SeededFalseVerdict extends FalseVerdict {
  readonly seed: number;
}

/** What many runs came to. */
export interface Summary {
  readonly scenario: Scenario;
  /** Of the first run; each further one has the next. */
  readonly seed: number;
  readonly runs: number;
  readonly togetherMs: Distribution | undefined;
  /** Runs in which the nodes did not come together within a minute. */
  readonly neverTogether: number;
  readonly detections: readonly DetectionSummary[];
  readonly falseVerdictCount: number;
  /** The first of them. */
  readonly falseVerdicts: readonly SeededFalseVerdict[];
  readonly healedMs: Distribution | undefined;
  /** Runs in which those that were left did not find each other again within a minute. */
  readonly neverHealed: number;
  /** Per node, per second. */
  readonly pings: number;
  /** Per node, per second. */
  readonly bytes: number;
  /** Of the whole cluster, per second. */
  readonly registryWrites: number;
  /** Of the whole cluster, per second. */
  readonly registryListings: number;
  readonly events: number;
  readonly virtualMs: number;
}

/** Most false verdicts that are kept. */
const falseVerdictsMax = 100;

/**
 * Puts runs together.
 *
 * @param seed of the first run
 * @param results are taken one at a time, and their timelines not kept
 */
export function summarize(
  scenario: Scenario,
  seed: number,
  results: Iterable<RunResult>,
): Summary {
  const kept: Omit<RunResult, "timeline" | "falseVerdicts">[] = [];
  const falseVerdicts: SeededFalseVerdict[] = [];
  let falseVerdictCount = 0;
  for (const { timeline: _timeline, falseVerdicts: found, ...result } of results) {
    kept.push(result);
    falseVerdictCount += found.length;
    for (const one of found.slice(0, falseVerdictsMax - falseVerdicts.length)) {
      falseVerdicts.push({ seed: result.seed, ...one });
    }
  }
  const meanOf = (of: (run: typeof kept[number]) => number): number => mean(kept.map(of));
  const sumOf = (key: "events" | "virtualMs"): number =>
    kept.reduce((sum, result) => sum + result[key], 0);
  const [together, healed] = [timesOf(kept, "togetherMs"), timesOf(kept, "healedMs")];
  return {
    scenario,
    seed,
    runs: kept.length,
    togetherMs: together.times,
    neverTogether: together.never,
    detections: summarizeDetections(kept.flatMap(({ detections }) => detections)),
    falseVerdictCount,
    falseVerdicts,
    healedMs: healed.times,
    neverHealed: healed.never,
    pings: meanOf((run) => run.pingsPerNodeSecond),
    bytes: meanOf((run) => run.bytesPerNodeSecond),
    registryWrites: meanOf((run) => run.registryWritesPerSecond),
    registryListings: meanOf((run) => run.registryListingsPerSecond),
    events: sumOf("events"),
    virtualMs: sumOf("virtualMs"),
  };
}

function summarizeDetections(detections: readonly Detection[]): DetectionSummary[] {
  return [...Map.groupBy(detections, ({ fault }) => fault)].map(([fault, group]) => {
    const all = timesOf(group, "allMs");
    return {
      fault,
      firstMs: timesOf(group, "firstMs").times,
      allMs: all.times,
      unknown: all.never,
    };
  });
}

/** How long something took, and how often it never came. */
function timesOf<Key extends string>(
  all: readonly Readonly<Record<Key, number | undefined>>[],
  key: Key,
): { readonly times: Distribution | undefined; readonly never: number } {
  const values = all.map((one) => one[key]).filter((value) => value !== undefined);
  return { times: distribution(values), never: all.length - values.length };
}
