/**
 * What earlier runs have left in the file of a history.
 *
 * The last run may have been killed in the middle of a write, a user may have edited the file, two nodes
 * may share it: lines that are cut off or strange are passed over. A file that does not begin as a
 * history does is none, and is left alone.
 *
 * @module
 */
import { sleep } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { formatDuration } from "../core/base/duration.ts";
import { localName } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import { OddFileError, statOrNothing } from "../files/own_file.ts";
import { requireTrusted } from "../files/trusted_path.ts";
import type { HistoryRun } from "./history.ts";
import { decodeLine, identityOf, lineStart } from "./remembered.ts";
import type { Remembered } from "./remembered.ts";

/** What a file holds. */
export interface LeftHistory {
  /** What earlier runs of this node have left, in the order in which they wrote it. */
  readonly entries: readonly Remembered[];
  /** Full names of other nodes that have written there, too. */
  readonly strangers: readonly NodeName[];
}

/** Lines that are read before other work gets its turn. */
const linesAtOnce = 200;

/**
 * Reads both halves of the history in `path`: the older one has `.1` behind its name.
 *
 * @param maxBytes of each half; of one that is larger the end is read
 * @throws {OddFileError} if something else than a history lies there
 * @throws {UntrustedPathError} if other users can change what lies there
 * @throws what the system says
 */
export async function readHistory(
  path: string,
  run: Pick<HistoryRun, "name" | "cluster">,
  { maxBytes, clock }: { readonly maxBytes: number; readonly clock: Clock },
): Promise<LeftHistory> {
  await requireTrusted(path);
  const halves = [await readEnd(`${path}.1`, maxBytes), await readEnd(path, maxBytes)];
  const lines = halves.flatMap((text) => text.split("\n"));
  const entries: Remembered[] = [];
  for (let start = 0; start < lines.length; start += linesAtOnce) {
    const some = lines.slice(start, start + linesAtOnce).map(decodeLine);
    entries.push(...some.filter((entry) => entry !== undefined));
    await sleep(clock, 0);
  }
  return ownEntries(entries, run);
}

/**
 * Those of `entries` that runs of this node have left: each once, run by run, and of each run in the
 * order of its own clock. Of a run whose start is not there nobody says that it is another node's.
 */
export function ownEntries(
  entries: readonly Remembered[],
  { name, cluster }: Pick<HistoryRun, "name" | "cluster">,
): LeftHistory {
  const strangers = new Map<string, NodeName>();
  for (const { run, event } of entries) {
    if (event.kind !== "started") continue;
    const isOwn = localName(event.name) === localName(name) && event.cluster === cluster;
    if (!isOwn) strangers.set(run, event.name);
  }
  const own = new Map<string, Remembered>();
  for (const entry of entries) {
    if (!strangers.has(entry.run)) own.set(identityOf(entry), entry);
  }
  const runs = Map.groupBy(own.values(), ({ run }) => run).values();
  return {
    entries: [...runs].flatMap((run) => run.sort((one, other) => one.at - other.at)),
    strangers: [...new Set(strangers.values())],
  };
}

/** `entries` with the end of each run that did not tell of it itself, just behind its last word. */
export function withCrashes(entries: readonly Remembered[]): readonly Remembered[] {
  const ended = new Set(
    entries.filter(({ event }) => event.kind === "stopped").map(({ run }) => run),
  );
  return entries.flatMap((entry, index) => {
    const last = entries[index - 1];
    if (entry.event.kind !== "started" || last === undefined || ended.has(last.run)) return [entry];
    const { name } = entry.event;
    const gap = formatDuration(Math.max(0, entry.time - last.time));
    const reason = `it ended without a word within ${gap} after what it told last`;
    return [{ ...last, event: { kind: "crashed", name, reason } }, entry];
  });
}

/** The text of a file, or the end of it; empty if there is none. */
async function readEnd(path: string, maxBytes: number): Promise<string> {
  const info = await statOrNothing(path);
  if (info === undefined) return "";
  // Looked at before it is opened: opening a pipe would wait for somebody who writes.
  if (!info.isFile) {
    throw new OddFileError(
      path,
      info.isDirectory ? "is a folder" : "is neither a file nor a folder",
    );
  }
  using file = await Deno.open(path, { read: true });
  if (!isHistory(await readUpTo(file, headBytes))) {
    throw new OddFileError(path, "is not a history");
  }
  await file.seek(Math.max(0, info.size - maxBytes), Deno.SeekMode.Start);
  return await readUpTo(file, maxBytes);
}

/** Bytes by which a history is known: two beginnings of a line, as the first may be cut off. */
const headBytes = 2 * lineStart.length + 1;

/** True if a history begins with `head`: a kill may have cut off its first line. */
function isHistory(head: string): boolean {
  const [first = "", second = ""] = head.split("\n");
  if (head === "" || first.startsWith(lineStart)) return true;
  return first !== "" && lineStart.startsWith(first) &&
    (second.startsWith(lineStart) || lineStart.startsWith(second));
}

async function readUpTo(file: Deno.FsFile, maxBytes: number): Promise<string> {
  const bytes = new Uint8Array(maxBytes);
  let length = 0;
  while (length < maxBytes) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
