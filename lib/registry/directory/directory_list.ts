/**
 * Reads a whole registry folder, in which anything may lie.
 *
 * The entry's type and name decide first, without opening anything; only regular files that are
 * called like nodes are read. Each entry ends up in exactly one of the three lists, or in none if it
 * went away meanwhile; a fault of the storage ends the whole listing, so there is never half of one.
 *
 * @module
 */
import { nodeNameFault } from "../../core/base/name.ts";
import type { NodeName } from "../../core/base/name.ts";
import { decodeRow, rowMaxBytes } from "../../core/registration/row.ts";
import { systemErrorCode } from "../../core/base/system_error.ts";
import type { Call } from "../common/timed_calls.ts";
import { readKnownFile, typeOddity } from "./directory_files.ts";
import { privateFolder } from "./directory_layout.ts";
import { ForeignEntries } from "../common/foreign_entries.ts";
import type { Listing, StoredRow, StoredTimestamp } from "../registry.ts";
import { textVersion } from "../common/text_version.ts";

/** How many files of one listing are read at the same time. */
const readersMax = 4;

/**
 * Everything in the folder `root`, or `undefined` if there is no such folder.
 *
 * @throws what the system says
 */
export async function listFolder(
  root: string,
  call: Call,
): Promise<Omit<Listing, "hasCookie"> | undefined> {
  const foreignEntries = new ForeignEntries();
  const names = await nodeFiles(root, foreignEntries);
  if (names === undefined) return undefined;
  const rows: StoredRow[] = [];
  const timestamps: StoredTimestamp[] = [];
  const readSome = async (): Promise<void> => {
    const buffer = new Uint8Array(rowMaxBytes + 1);
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      call.checkpoint();
      const found = await readKnownFile(`${root}/${name}`, buffer);
      if (found.kind === "absent") continue;
      if (found.kind === "odd") {
        foreignEntries.add(name, found.reason);
        continue;
      }
      const decoded = decodeRow(name, found.text);
      const version = textVersion(found.text);
      if (decoded.kind === "row") rows.push({ row: decoded.row, version });
      else if (decoded.kind === "timestamp") timestamps.push({ name, version });
      else foreignEntries.add(name, decoded.reason);
    }
  };
  const readers = Array.from({ length: Math.min(readersMax, names.length) }, readSome);
  // Waits for all of them, also when one fails: nothing is left behind.
  const ends = await Promise.allSettled(readers);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return { rows, timestamps, foreignEntries: foreignEntries.list() };
}

/** The regular files that are called like nodes, or `undefined` if there is no folder. */
async function nodeFiles(
  root: string,
  foreignEntries: ForeignEntries,
): Promise<NodeName[] | undefined> {
  const names: NodeName[] = [];
  try {
    for await (const entry of Deno.readDir(root)) {
      if (entry.name === privateFolder) continue;
      const reason = typeOddity(entry) ?? nameOddity(entry.name);
      if (reason === undefined) names.push(entry.name as NodeName);
      else foreignEntries.add(entry.name, reason);
    }
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return names;
}

function nameOddity(name: string): string | undefined {
  const fault = nodeNameFault(name);
  return fault === undefined ? undefined : `its name is not that of a node: ${fault}`;
}
