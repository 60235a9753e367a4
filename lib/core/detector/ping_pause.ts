/**
 * How long to wait before a node is pinged again: the same for members, candidates and BEAM nodes.
 *
 * @module
 */
import type { Random } from "../base/random.ts";

/** For this long one that has failed is asked each interval, in milliseconds. */
const eagerMs = 60_000;

/** Intervals between two pings to one that has failed for longer. */
const deadPauseFactor = 5;

/** Intervals between two pings to one that failed `failedForMs` milliseconds ago. */
export function failedPauseIntervals(failedForMs: number): number {
  return failedForMs > eagerMs ? deadPauseFactor : 1;
}

/** `pauseMs` ± 10 %, so that nodes do not fall into step; whole milliseconds. */
export function jittered(pauseMs: number, random: Random): number {
  return Math.round(pauseMs * 0.9 + random.below(Math.max(1, pauseMs * 0.2)));
}
