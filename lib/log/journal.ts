/**
 * Finds out whether standard output is systemd's journal, which adds the time itself and reads a
 * priority in front of each line.
 *
 * `JOURNAL_STREAM` names the socket that systemd has given to the unit as `device:inode`. A process
 * further down may have inherited it and yet write elsewhere, so the numbers are compared: see
 * systemd.exec(5).
 *
 * @module
 */

/** What identifies an open file. */
export type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino">;

/** Standard output of this process; `undefined` where the system does not tell. */
export function standardOutput(): FileIdentity | undefined {
  try {
    return Deno.statSync("/proc/self/fd/1");
  } catch {
    return undefined;
  }
}

/** True if `output` is the `stream` that `JOURNAL_STREAM` names. */
export function isJournal(stream: string | undefined, output: FileIdentity | undefined): boolean {
  return output !== undefined && stream === `${output.dev}:${output.ino}`;
}
