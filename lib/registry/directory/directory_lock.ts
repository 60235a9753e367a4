/**
 * One change at a time per row, across processes.
 *
 * The operating system's advisory lock on a file per row: it vanishes with the process that holds it,
 * however that ends, so nobody ever has to guess whether a lock is a dead one's. A frozen process
 * keeps it, and waiting for it cannot be stopped; {@linkcode TimedCalls} copes with that, and a
 * lock that is granted when nobody waits any more is given back at once.
 *
 * @module
 */
import { systemErrorCode } from "../../core/base/system_error.ts";
import { openOwnFile } from "../../files/own_file.ts";
import type { Call } from "../common/timed_calls.ts";
import { identity, identityOf } from "./directory_files.ts";
import type { Permissions } from "./directory_layout.ts";

/**
 * Runs `work` while no other process runs any under the same `path`.
 *
 * @param createFolders called if the folder of `path` does not exist
 * @throws what the system says
 */
export async function withFileLock<T>(
  path: string,
  permissions: Permissions,
  call: Call,
  createFolders: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  while (true) {
    using file = await openOrCreate(path, permissions, createFolders);
    call.doing = "waiting for a lock that another process holds";
    await file.lock(true);
    call.checkpoint();
    call.doing = "";
    // The last user may have removed the file, or someone the folder, while we waited: such a lock
    // keeps nobody out, because others open the new file.
    const [held, there] = await Promise.all([file.stat(), identityOf(path)]);
    if (identity(held) === there) return await work();
  }
}

async function openOrCreate(
  path: string,
  { file: mode, isExact: isModeExact }: Permissions,
  createFolders: () => Promise<void>,
): Promise<Deno.FsFile> {
  const options = { mode, isModeExact };
  try {
    return await openOwnFile(path, options);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
  await createFolders();
  return await openOwnFile(path, options);
}
