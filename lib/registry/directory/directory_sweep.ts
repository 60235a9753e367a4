/**
 * Clears away what killed processes left half done.
 *
 * @module
 */
import { systemErrorCode } from "../../core/base/system_error.ts";
import { OddFileError, touchOwnFile } from "../../files/own_file.ts";
import { removeQuietly } from "./directory_files.ts";

/** How much older than the present a temporary file must be to be a dead process's. */
const leftoverAgeMs = 60 * 60 * 1000;

/** Most files removed in one sweep; the rest waits for the next process. */
const sweepMax = 1_000;

/**
 * Removes old files from `folder`. The present is when `touched` was last written, set anew here, so
 * that both times come from the same clock, that of the file server. Failing, it leaves them.
 */
export async function sweepTemporary(folder: string, touched: string): Promise<void> {
  try {
    await touchOwnFile(touched);
    const now = (await Deno.lstat(touched)).mtime?.getTime() ?? 0;
    let seen = 0;
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isFile || ++seen > sweepMax) continue;
      const path = `${folder}/${entry.name}`;
      const written = (await Deno.lstat(path)).mtime?.getTime() ?? now;
      if (now - written > leftoverAgeMs) await removeQuietly(path);
    }
  } catch (error) {
    // Another process may sweep at the same time, and on a full disk the write that follows says so.
    if (systemErrorCode(error) === undefined && !(error instanceof OddFileError)) throw error;
  }
}
