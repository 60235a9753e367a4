/**
 * Many runs of one scenario, put together.
 *
 * @module
 */
import type { Scenario } from "./scenario.ts";
import type { NodeFault } from "./scenario_faults.ts";
import type { RunResult } from "./scenario_run.ts";
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

/** Puts runs together, one at a time. */
export class SummaryBuilder {
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #kept: Omit<RunResult, "timeline" | "falseVerdicts">[] = [];
  readonly #falseVerdicts: SeededFalseVerdict[] = [];
  #falseVerdictCount = 0;

  constructor(scenario: Scenario, seed: number) {
    this.#scenario = scenario;
    this.#seed = seed;
  }

  add({ timeline: _timeline, falseVerdicts, ...result }: RunResult): void {
    this.#kept.push(result);
    this.#falseVerdictCount += falseVerdicts.length;
    for (const one of falseVerdicts) {
      if (this.#falseVerdicts.length >= falseVerdictsMax) break;
      this.#falseVerdicts.push({ seed: result.seed, ...one });
    }
  }

  finish(): Summary {
    const kept = this.#kept;
    const meanOf = (key: RateKey): number => mean(kept.map((result) => result[key]));
    const sumOf = (key: "events" | "virtualMs"): number =>
      kept.reduce((sum, result) => sum + result[key], 0);
    return {
      scenario: this.#scenario,
      seed: this.#seed,
      runs: kept.length,
      togetherMs: distribution(defined(kept.map(({ togetherMs }) => togetherMs))),
      neverTogether: kept.filter(({ togetherMs }) => togetherMs === undefined).length,
      detections: this.#detections(),
      falseVerdictCount: this.#falseVerdictCount,
      falseVerdicts: this.#falseVerdicts,
      healedMs: distribution(defined(kept.map(({ healedMs }) => healedMs))),
      neverHealed: kept.filter(({ healedMs }) => healedMs === undefined).length,
      pings: meanOf("pingsPerNodeSecond"),
      bytes: meanOf("bytesPerNodeSecond"),
      registryWrites: meanOf("registryWritesPerSecond"),
      registryListings: meanOf("registryListingsPerSecond"),
      events: sumOf("events"),
      virtualMs: sumOf("virtualMs"),
    };
  }

  #detections(): DetectionSummary[] {
    const all = this.#kept.flatMap(({ detections }) => detections);
    return [...Map.groupBy(all, ({ fault }) => fault)].map(([fault, group]) => ({
      fault,
      firstMs: distribution(defined(group.map(({ firstMs }) => firstMs))),
      allMs: distribution(defined(group.map(({ allMs }) => allMs))),
      unknown: group.filter(({ allMs }) => allMs === undefined).length,
    }));
  }
}

type RateKey =
  | "pingsPerNodeSecond"
  | "bytesPerNodeSecond"
  | "registryWritesPerSecond"
  | "registryListingsPerSecond";

function defined(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}
