/**
 * Round moments on an axis of time, as clocks show them.
 *
 * @module
 */

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** Distances between two marks, in milliseconds. */
const distances: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7].map((count) => count * day),
];

/** A mark on an axis of time. */
export interface TimeTick {
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly text: string;
}

/**
 * Round moments between `from` and `to`, in milliseconds since 1970, at most `countMax`.
 *
 * @param offsetMs by how much local time is ahead of UTC
 */
export function timeTicks(
  { from, to }: { readonly from: number; readonly to: number },
  countMax: number,
  offsetMs: number,
): TimeTick[] {
  const distance = distances.find((one) => (to - from) / one <= countMax) ??
    Math.ceil((to - from) / countMax / day) * day;
  const ticks: TimeTick[] = [];
  const first = Math.ceil((from + offsetMs) / distance) * distance - offsetMs;
  for (let time = first; time <= to; time += distance) {
    ticks.push({ time, text: clockText(time, offsetMs, distance < minute) });
  }
  return ticks;
}

/** `14:02`, or `14:02:07`; midnight is the day, `03-01`. */
export function clockText(time: number, offsetMs: number, hasSeconds: boolean): string {
  const iso = new Date(time + offsetMs).toISOString();
  const text = iso.slice(11, hasSeconds ? 19 : 16);
  return /^00:00(:00)?$/.test(text) ? iso.slice(5, 10) : text;
}

/** By how much local time is ahead of UTC at that moment, in milliseconds. */
export function localOffset(time: number): number {
  return -new Date(time).getTimezoneOffset() * minute;
}
