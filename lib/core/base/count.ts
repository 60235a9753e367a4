/**
 * Counters that others tell: how large they may be, and how far ahead one may get and be believed.
 *
 * A counter orders what is said by age: incarnations, heartbeats, votes. Whoever makes one up could
 * make it so large that nothing can come after it. So none is accepted above {@linkcode countMax};
 * and as that alone would only move the edge, nobody believes one that leaps: honest counters grow
 * by one at a time. The owner of a counter who answers a made-up one gets ahead by {@linkcode
 * leapMax} at most, and not more than twice a second: it would take four years to wear a counter
 * out.
 *
 * @module
 */
import * as v from "valibot";

/** Largest counter that is accepted, sent or written. Far below 2^53, so that sums stay exact. */
export const countMax: number = 2 ** 48;

/** How far a counter may be ahead of what is known of it and still be believed. */
export const leapMax: number = 2 ** 20;

/** Shape of a counter that came from outside. */
export const countSchema = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.maxValue(countMax),
);

/** True if `to` is so far above `from` that nobody can have counted there. */
export function isLeap(from: number, to: number): boolean {
  return to - from > leapMax;
}

/**
 * The counter with which its owner, who is at `own`, answers one that claims to be at `claimed`: one
 * above both, but no farther from `own` than others believe, and never above the bound.
 */
export function countAbove(own: number, claimed: number): number {
  const above = isLeap(own, claimed) ? own : Math.max(own, claimed);
  return Math.min(above + 1, own + leapMax, countMax);
}
