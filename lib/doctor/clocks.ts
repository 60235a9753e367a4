/**
 * Clocks that differ: shown, and never a fault, because nothing is decided by them.
 *
 * @module
 */
import { formatDuration } from "../core/base/duration.ts";
import type { HeartbeatView } from "./heartbeat_watch.ts";
import { fine } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Smaller differences are those of the measurement, in milliseconds. */
const worthTellingMs = 1_000;

/** Clocks told one by one. */
const shownMax = 5;

/** What the clocks of nodes and of the file system say, compared with ours. */
export function judgeClocks(
  views: Iterable<HeartbeatView>,
  storageSkewMs: number | undefined,
): Finding[] {
  const skews: (readonly [string, number])[] = [...views].flatMap(({ row, skewMs }) =>
    skewMs === undefined ? [] : [[row.name as string, skewMs] as const]
  );
  if (storageSkewMs !== undefined) skews.push(["the file system", storageSkewMs]);
  if (skews.length === 0) return [];
  const far = skews.filter(([, skewMs]) => Math.abs(skewMs) >= worthTellingMs)
    .toSorted(([, one], [, other]) => Math.abs(other) - Math.abs(one));
  if (far.length === 0) {
    const most = formatDuration(worthTellingMs);
    return [fine("clock", `Clocks agree to within ${most} (${skews.length} compared with ours)`)];
  }
  const shown = far.slice(0, shownMax).map(([who, skewMs]) =>
    `${who} is ${formatDuration(Math.abs(skewMs))} ${skewMs < 0 ? "behind" : "ahead"}`
  );
  const more = far.length > shownMax ? `, and ${far.length - shownMax} more differ` : "";
  const harmless = "which harms nothing, as times are only shown";
  return [fine("clock", `Clocks differ: ${shown.join(", ")}${more}, ${harmless}`)];
}
