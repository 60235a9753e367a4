/**
 * Moments as text.
 *
 * @module
 */

/** Wall-clock time in milliseconds as ISO 8601 in UTC, to the millisecond. */
export function isoTime(wallTime: number): string;
/** A moment that came from outside in that form; `undefined` if it is none. */
export function isoTime(text: string): string | undefined;
export function isoTime(moment: number | string): string | undefined {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
