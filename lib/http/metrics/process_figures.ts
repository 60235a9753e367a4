/**
 * What the system tells of this process.
 *
 * @module
 */
import process from "node:process";

/** Figures of a process; what the system does not tell is left out. */
export interface ProcessFigures {
  /** Memory that is in use and not swapped out, in bytes. */
  readonly residentBytes: number;
  /** Processor time in user and system mode, in seconds. */
  readonly cpuSeconds: number;
  /** When it started, by its wall clock, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly openFileCount?: number | undefined;
}

/** Those of this process now. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: Deno.memoryUsage().rss,
    cpuSeconds: (user + system) / 1e6,
    startedAt: performance.timeOrigin,
    openFileCount: openFileCount(),
  };
}

/** How many files, sockets included, this process has open; `undefined` where nobody tells. */
function openFileCount(): number | undefined {
  const folder = "/proc/self/fd";
  // A program that embeds a node is not asked for a permission because of a figure.
  const { state } = Deno.permissions.querySync({ name: "read", path: folder });
  if (state !== "granted") return undefined;
  try {
    let count = 0;
    for (const _ of Deno.readDirSync(folder)) count++;
    // The folder itself was open meanwhile.
    return count - 1;
  } catch {
    return undefined;
  }
}
