/**
 * Clocks on walls that are wrong, each time by something else.
 *
 * @module
 */
import type { Random } from "../core/base/random.ts";

/** How wrong they are at most, in milliseconds. */
export const clockErrorMs = 10 * 60_000;

/** What such a clock shows at `wallTime`, in milliseconds since 1970, as an ISO 8601 text. */
export function erringTime(wallTime: number, random: Random): string {
  return new Date(wallTime + random.below(2 * clockErrorMs) - clockErrorMs).toISOString();
}
