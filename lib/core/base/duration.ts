/**
 * Spans of time, and moments, for people.
 *
 * @module
 */

/** `350 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 10_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return join(seconds, 60, "min", "s");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return join(minutes, 60, "h", "min");
  return join(Math.floor(minutes / 60), 24, "d", "h");
}

function join(total: number, size: number, large: string, small: string): string {
  const rest = total % size;
  return `${Math.floor(total / size)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

/** A round trip: `85 µs`, `1.24 ms`, `310 ms`. */
export function formatRoundTrip(roundTripUs: number): string {
  if (roundTripUs < 1000) return `${Math.round(roundTripUs)} µs`;
  const roundTripMs = roundTripUs / 1000;
  return `${roundTripMs < 10 ? roundTripMs.toFixed(2) : Math.round(roundTripMs)} ms`;
}

/**
 * `2026-11-27 18:51:29.277` in the time zone of this process.
 *
 * @param wallTime milliseconds since 1970-01-01 UTC
 */
export function localTime(wallTime: number): string {
  const at = new Date(wallTime);
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return `${date} ${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
