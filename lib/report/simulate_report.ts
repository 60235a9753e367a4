/**
 * Simulations and replays, for programs.
 *
 * @module
 */
import * as v from "valibot";
import type { Distribution } from "../simulation/statistics.ts";
import type { Summary } from "../simulation/summary.ts";
import type { TimelineEntry } from "../simulation/timeline.ts";
import { fields, list, object, report } from "./fields.ts";

const timesEntries = {
  measured: fields.measured,
  fault: v.optional(fields.fault),
  measuredCount: fields.measuredCount,
  neverCount: fields.neverCount,
  p50Ms: v.optional(fields.p50Ms),
  p99Ms: v.optional(fields.p99Ms),
  maxMs: v.optional(fields.maxMs),
} as const;

const timesSchema = v.strictObject(timesEntries);

/** Shape of what runs of one scenario came to. */
export const simulateSchema = report("simulate.v1", "`simulate`: what would happen", {
  seed: fields.seed,
  runCount: fields.runCount,
  scenario: object("what was simulated", {
    nodeCount: fields.nodeCount,
    profile: fields.profile,
    intervalMs: fields.intervalMs,
    fullMesh: fields.fullMesh,
    lossShare: fields.lossShare,
    latencyMs: fields.latencyMs,
    ghostCount: fields.ghostCount,
    killCount: fields.killCount,
    freezeCount: fields.freezeCount,
    unplugCount: fields.unplugCount,
    leaveCount: fields.leaveCount,
    oneWayCount: fields.oneWayCount,
    pauseMs: fields.pauseMs,
    partitionMs: fields.partitionMs,
    registryFault: v.optional(fields.registryFault),
    clockJumps: fields.clockJumps,
    durationMs: fields.durationMs,
  }),
  times: list("how long it took", timesEntries),
  falseVerdictCount: fields.falseVerdictCount,
  falseVerdicts: list("the first of them", {
    seed: fields.seed,
    atMs: fields.atMs,
    observer: fields.observer,
    name: fields.name,
    reason: fields.reason,
  }),
  pingsPerSecond: fields.pingsPerSecond,
  bytesPerSecond: fields.bytesPerSecond,
  registryWritesPerSecond: fields.registryWritesPerSecond,
  registryListingsPerSecond: fields.registryListingsPerSecond,
  stepCount: fields.stepCount,
  virtualMs: fields.virtualMs,
  tookMs: fields.tookMs,
  story: v.optional(list("of a single run, in the order of time", {
    atMs: fields.atMs,
    observer: v.optional(fields.observer),
    message: fields.message,
    observerCount: fields.observerCount,
    lastMs: fields.lastMs,
  })),
});

/** What runs of one scenario came to. */
export type SimulateReport = v.InferOutput<typeof simulateSchema>;

/** Shape of a recording that was replayed. */
export const replaySchema = report(
  "replay.v1",
  "`simulate` of a recording: what its node told, and decides now",
  {
    name: fields.name,
    instance: fields.instance,
    addresses: fields.addresses,
    startedAt: v.optional(fields.startedAt),
    software: fields.software,
    intervalMs: fields.intervalMs,
    seed: fields.seed,
    story: list("what it told, in the order of time", {
      atMs: fields.atMs,
      message: fields.message,
    }),
    stepCount: fields.stepCount,
    virtualMs: fields.virtualMs,
    same: fields.same,
    difference: v.optional(object("the first step that goes another way", {
      sequence: fields.sequence,
      line: fields.line,
      atMs: fields.atMs,
      input: fields.input,
      effects: fields.effects,
      digest: fields.digest,
      expectedDigest: fields.expectedDigest,
    })),
    cutOffLine: v.optional(fields.cutOffLine),
  },
);

/**
 * `summary` for programs.
 *
 * @param timeline of the only run; `undefined` if there were several
 * @param tookMs how long the runs took, in milliseconds
 */
export function simulateReport(
  summary: Summary,
  timeline: readonly TimelineEntry[] | undefined,
  tookMs: number,
): SimulateReport {
  const { seed, runs, scenario, falseVerdictCount, falseVerdicts, events, virtualMs } = summary;
  const { pings, bytes, registryWrites, registryListings } = summary;
  const { nodes, loss, ghosts, kill, freeze, unplug, leave, oneWay, ...others } = scenario;
  // A command plays with the timings of a profile alone.
  const { timings: _, ...asNamed } = others;
  return {
    schema: "simulate.v1",
    seed,
    runCount: runs,
    scenario: {
      nodeCount: nodes,
      lossShare: loss,
      ghostCount: ghosts,
      killCount: kill,
      freezeCount: freeze,
      unplugCount: unplug,
      leaveCount: leave,
      oneWayCount: oneWay,
      ...asNamed,
    },
    times: timesOf(summary),
    falseVerdictCount,
    falseVerdicts: falseVerdicts.map(({ seed, atMs, observer, subject, reason }) => ({
      seed,
      atMs: Math.round(atMs),
      observer,
      name: subject,
      reason,
    })),
    pingsPerSecond: pings,
    bytesPerSecond: bytes,
    registryWritesPerSecond: registryWrites,
    registryListingsPerSecond: registryListings,
    stepCount: events,
    virtualMs: Math.round(virtualMs),
    tookMs: Math.round(tookMs),
    story: timeline?.map(({ atMs, observer, text, observerCount, lastMs }) => ({
      atMs,
      observer,
      message: text,
      observerCount,
      lastMs,
    })),
  };
}

type Times = v.InferOutput<typeof timesSchema>;

function timesOf(summary: Summary): Times[] {
  const { togetherMs, neverTogether, detections, healedMs, neverHealed } = summary;
  return [
    { measured: "together", ...figures(togetherMs, neverTogether) },
    ...detections.flatMap(({ fault, firstMs, allMs, unknown }): Times[] => [
      { measured: "known-by-first", fault, ...figures(firstMs, unknown) },
      { measured: "known-by-all", fault, ...figures(allMs, unknown) },
    ]),
    { measured: "healed", ...figures(healedMs, neverHealed) },
  ];
}

function figures(times: Distribution | undefined, neverCount: number): Omit<Times, "measured"> {
  if (times === undefined) return { measuredCount: 0, neverCount };
  const { count, p50, p99, max } = times;
  return {
    measuredCount: count,
    neverCount,
    p50Ms: Math.round(p50),
    p99Ms: Math.round(p99),
    maxMs: Math.round(max),
  };
}
