/**
 * What a node counts while it works.
 *
 * Plain numbers that are added to as things happen and read only when somebody asks: nobody who asks
 * changes them, and nobody who does not ask pays for more than an addition.
 *
 * @module
 */
import type { Input, PingOutcome } from "../core/input.ts";
import { pingFailures } from "../core/base/ping_failure.ts";
import { changeKinds } from "../core/members/change.ts";
import type { Change, ChangeKind } from "../core/members/change.ts";
import type { RegistryCall, RegistryOperation } from "../registry/registry_call.ts";

/** Answered, or how a ping failed. */
export type PingResult = PingOutcome["kind"];

/** All results. */
const pingResults: readonly PingResult[] = ["pong", ...pingFailures];

/** Upper bounds of all buckets but the last, in microseconds. */
const durationBoundsUs: readonly number[] = [
  ...[250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000],
  ...[1_000_000, 2_500_000, 5_000_000, 10_000_000],
];

/** How long things took: how many fell into each bucket. */
export class DurationHistogram {
  /** Upper bounds of the buckets, in microseconds; that of the last one is left out, it has none. */
  readonly boundsUs = durationBoundsUs;
  /** How many fell into each bucket, and into none below it. */
  readonly counts: number[] = durationBoundsUs.map(() => 0).concat(0);
  /** All durations together, in whole microseconds. */
  sumUs = 0;

  /** @param tookUs in microseconds */
  add(tookUs: number): void {
    let bucket = 0;
    while (tookUs > (durationBoundsUs[bucket] ?? Infinity)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sumUs += Math.round(tookUs);
  }
}

/** What became of calls of one kind. */
export class CallMeter {
  /** How long they took, failed ones as well. */
  readonly durations: DurationHistogram = new DurationHistogram();
  /** How many of them failed. */
  failureCount = 0;
}

/** What became of the calls of one registry. */
export class RegistryMeter {
  /** By what was asked; only what was ever asked is there. */
  readonly calls = new Map<RegistryOperation, CallMeter>();
  readonly #failing = { reading: false, writing: false };

  /** False if it could not be read, or not be written, the last time. */
  get works(): boolean {
    return !this.#failing.reading && !this.#failing.writing;
  }

  /** Counts a call that has ended. */
  add({ operation, tookUs, failed }: RegistryCall): void {
    let calls = this.calls.get(operation);
    if (calls === undefined) this.calls.set(operation, calls = new CallMeter());
    calls.durations.add(tookUs);
    if (failed) calls.failureCount++;
    // The cookie is asked for too seldom to tell from it whether the registry works.
    if (operation === "cookie") return;
    this.#failing[operation === "list" || operation === "read" ? "reading" : "writing"] = failed;
  }
}

/** What one node counts. */
export class Meter {
  readonly pings: Record<PingResult, number> = zeroes(pingResults);
  readonly roundTrips: DurationHistogram = new DurationHistogram();
  readonly changes: Record<ChangeKind, number> = zeroes(changeKinds);
  /** In the order in which the node was given its registries. */
  readonly registries: RegistryMeter[] = [];

  /** Counts what an input tells of pings. */
  put(input: Input): void {
    if (input.kind !== "ping-ended" && input.kind !== "beam-ping-ended") return;
    const { outcome } = input;
    this.pings[outcome.kind]++;
    if (outcome.kind === "pong") this.roundTrips.add(outcome.roundTripUs);
  }

  /** Counts what is told of members. */
  told(changes: readonly Change[]): void {
    for (const { kind } of changes) this.changes[kind]++;
  }

  /** The meter of one more registry. */
  addRegistry(): RegistryMeter {
    const meter = new RegistryMeter();
    this.registries.push(meter);
    return meter;
  }
}

/** A node that counts: what can be shown of it beside what it believes. */
export interface NodeMeter {
  readonly meter: Meter;
  /** A number that is equal on nodes that believe the same. */
  readonly fingerprint: number;
}

function zeroes<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
