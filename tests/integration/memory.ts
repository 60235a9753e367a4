/**
 * What Linux tells about processes: their memory and their children.
 *
 * @module
 */

/** Memory of one process, in bytes. */
export interface Memory {
  /** All that is in memory, the parts of the program file included. */
  readonly residentBytes: number;
  /** What belongs to this process alone. */
  readonly anonymousBytes: number;
}

/** The memory of the process `pid` now. */
export function memoryOf(pid: number): Memory {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * 1024;
  return { residentBytes: bytes("VmRSS"), anonymousBytes: bytes("RssAnon") };
}

/** The processes that `pid` has started, and that have not ended. */
export function childrenOf(pid: number): number[] {
  return Array.from(Deno.readDirSync("/proc"), ({ name }) => Number(name))
    .filter((other) => parentOf(other) === pid);
}

/** True if there is such a process and it is not a dead one that nobody has asked about yet. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== "Z";
}

function parentOf(pid: number): number | undefined {
  return statOf(pid)?.parent;
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  if (!Number.isInteger(pid)) return undefined;
  try {
    // The second field is the name in parentheses, which may hold anything.
    const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: state ?? "", parent: Number(parent) };
  } catch {
    return undefined;
  }
}
