/**
 * Pings of a command, for programs: one to a line, and what they came to.
 *
 * @module
 */
import * as v from "valibot";
import { formatAddress } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { fields, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";

/** Shape of one ping. */
export const pingSchema = report("ping.v1", "`ping`, one for each: how it ended", {
  time: fields.time,
  name: fields.name,
  sequence: fields.sequence,
  result: fields.result,
  roundTripUs: v.optional(fields.roundTripUs),
  address: v.optional(fields.address),
  reason: v.optional(fields.reason),
});

/** One ping. */
export type PingReport = v.InferOutput<typeof pingSchema>;

/** Shape of what the pings of one node came to. */
export const pingSummarySchema = report(
  "ping-summary.v1",
  "`ping`, at the end for each node: what its pings came to",
  {
    time: fields.time,
    name: fields.name,
    sentCount: fields.sentCount,
    answeredCount: fields.answeredCount,
    lossPercent: fields.lossPercent,
    minUs: v.optional(fields.minUs),
    meanUs: v.optional(fields.meanUs),
    p50Us: v.optional(fields.p50Us),
    p90Us: v.optional(fields.p90Us),
    p99Us: v.optional(fields.p99Us),
    maxUs: v.optional(fields.maxUs),
    tookMs: fields.tookMs,
  },
);

/** What the pings of one node came to. */
export type PingSummaryReport = v.InferOutput<typeof pingSummarySchema>;

/** How a ping ended: answered, or how it failed and why. */
export type EndedPing =
  | { readonly kind: "pong"; readonly roundTripUs: number; readonly address: Address }
  | {
    readonly kind: Exclude<PingReport["result"], "pong" | "unknown">;
    readonly detail: string;
  };

/**
 * A ping for programs.
 *
 * @param sequence 1 for the first of this command
 * @param now wall-clock time of its end, in milliseconds
 */
export function pingReport(
  name: string,
  sequence: number,
  ping: EndedPing,
  now: number,
): PingReport {
  const { kind: result } = ping;
  const about = { schema: "ping.v1", time: isoTime(now), name, sequence, result } as const;
  if (!("roundTripUs" in ping)) return { ...about, reason: ping.detail };
  const { roundTripUs, address } = ping;
  return { ...about, roundTripUs: Math.round(roundTripUs), address: formatAddress(address) };
}

/**
 * The pings of one node together, for programs.
 *
 * @param roundTripsUs of those that were answered, in any order
 * @param now wall-clock time of the end, in milliseconds
 */
export function pingSummaryReport(
  { name, sentCount, roundTripsUs, tookMs, now }: {
    readonly name: string;
    readonly sentCount: number;
    readonly roundTripsUs: readonly number[];
    readonly tookMs: number;
    readonly now: number;
  },
): PingSummaryReport {
  const answeredCount = roundTripsUs.length;
  const lost = sentCount === 0 ? 0 : (sentCount - answeredCount) / sentCount;
  return {
    schema: "ping-summary.v1",
    time: isoTime(now),
    name,
    sentCount,
    answeredCount,
    lossPercent: Math.round(lost * 1000) / 10,
    ...roundTripFigures(roundTripsUs),
    tookMs: Math.round(tookMs),
  };
}

/** Least, mean, percentiles and most in whole microseconds; none of no round trip. */
export function roundTripFigures(
  roundTripsUs: readonly number[],
): Partial<Record<"minUs" | "meanUs" | "p50Us" | "p90Us" | "p99Us" | "maxUs", number>> {
  if (roundTripsUs.length === 0) return {};
  const ascending = roundTripsUs.map(Math.round).sort((one, other) => one - other);
  // The smallest that so many do not exceed (nearest rank).
  const rank = (share: number): number => ascending[Math.ceil(share * ascending.length) - 1] ?? 0;
  const sum = ascending.reduce((before, roundTripUs) => before + roundTripUs, 0);
  return {
    minUs: ascending[0] ?? 0,
    meanUs: Math.round(sum / ascending.length),
    p50Us: rank(0.5),
    p90Us: rank(0.9),
    p99Us: rank(0.99),
    maxUs: rank(1),
  };
}
