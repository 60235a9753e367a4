/**
 * How many files this process may have open.
 *
 * @module
 */

/** That many; `undefined` where the system does not tell. */
export function openFilesMax(): number | undefined {
  try {
    return openFilesOf(Deno.readTextFileSync("/proc/self/limits"));
  } catch {
    return undefined;
  }
}

/** The limit of open files in what Linux tells of a process in `/proc/self/limits`. */
export function openFilesOf(text: string): number | undefined {
  const [, soft] = /^Max open files +(\d+) /m.exec(text) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
