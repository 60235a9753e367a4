/**
 * Reads a whole registry folder, in which anything may lie.
 *
 * The entry's type and name decide first, without opening anything; only regular files that are
 * called like nodes are read. Each entry is listed once, or not at all if it went away meanwhile; a
 * fault of the storage ends the whole listing, so there is never half of one.
 *
 * @module
 */
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { systemErrorCode } from "../../core/base/system_error.ts";
import { rowMaxBytes } from "../../core/members/row.ts";
import type { Call } from "../common/timed_calls.ts";
import { foreignKeyReason } from "../store.ts";
import type { Found } from "../store.ts";
import { typeOddity } from "./directory_files.ts";
import type { Content } from "./directory_files.ts";
import { privateFolder } from "./directory_layout.ts";
import type { RowFiles } from "./directory_row_files.ts";

/** How many files of one listing are read at the same time. */
const readersMax = 8;

/**
 * How long a file that has just become empty is left alone before it is read again, in milliseconds.
 * Simple programs register by emptying their file and writing it anew: they get between the two.
 */
const rewriteMs = 20;

/**
 * Everything in the folder `root`, or `undefined` if there is no such folder.
 *
 * @param files what was read before
 * @throws what the system says
 */
export async function listFolder(
  root: string,
  files: RowFiles,
  call: Call,
  clock: Clock,
): Promise<Found[] | undefined> {
  const found: Found[] = [];
  const names = await nodeFiles(root, found);
  if (names === undefined) return undefined;
  files.keep(names);
  const emptied: string[] = [];
  await readAll(names, call, async (name, buffer) => {
    const content = await files.read(root, name, buffer);
    if (isEmpty(content) && files.isNew(name)) emptied.push(name);
    else if (content !== undefined) found.push([name, content]);
  });
  if (emptied.length === 0) return found;
  await sleep(clock, rewriteMs, call.signal);
  await readAll(emptied, call, async (name, buffer) => {
    const content = await files.read(root, name, buffer);
    if (content !== undefined) found.push([name, content]);
  });
  return found;
}

function isEmpty(content: Content): boolean {
  return content !== undefined && "text" in content && content.text === "";
}

/** Calls `read` for all `names`, which it takes away, for some at a time. */
async function readAll(
  names: string[],
  call: Call,
  read: (name: string, buffer: Uint8Array) => Promise<void>,
): Promise<void> {
  const readSome = async (): Promise<void> => {
    const buffer = new Uint8Array(rowMaxBytes + 1);
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      call.checkpoint();
      await read(name, buffer);
    }
  };
  const readers = Array.from({ length: Math.min(readersMax, names.length) }, readSome);
  // Waits for all of them, also when one fails: nothing is left behind.
  const ends = await Promise.allSettled(readers);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** The regular files that are called like nodes; all else goes into `found`. */
async function nodeFiles(root: string, found: Found[]): Promise<string[] | undefined> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(root)) {
      if (entry.name === privateFolder) continue;
      const reason = typeOddity(entry) ?? foreignKeyReason(entry.name);
      if (reason === undefined) names.push(entry.name);
      else found.push([entry.name, { reason }]);
    }
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return names;
}
