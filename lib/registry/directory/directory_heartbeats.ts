/**
 * Heartbeats beside the rows: an empty file per running node, whose name is the heartbeat.
 *
 *     heartbeats/n1@10.0.0.5.01234567.17.1457635889277
 *
 * That is the name of the node, the beginning of its instance, the heartbeat, and the wall-clock time of
 * the write in milliseconds. The next heartbeat renames the file: nothing is locked, read or written for
 * it, nobody ever sees half of one, and all that lies there is read by listing one folder. A row is read
 * with the heartbeat of its name and instance, if that is ahead of the one in the row.
 *
 * Renaming is also how writers keep out of each other's way. Whoever replaces or removes a row takes
 * its heartbeat away first, under the name that was read with the row: either that succeeds and the
 * next heartbeat of its node finds nothing to rename, or a heartbeat came first and the row is another
 * one by now.
 *
 * @module
 */
import { systemErrorCode } from "../../core/base/system_error.ts";
import { textVersion } from "../common/text_version.ts";
import type { Entry } from "../store.ts";
import { removeFile, removeQuietly } from "./directory_files.ts";

/** What the name of one file says. */
export interface Heartbeat {
  /** Name and beginning of the instance, with a full stop between. */
  readonly run: string;
  readonly heartbeat: number;
  /** Wall-clock time of the write, in milliseconds. */
  readonly activeAtMs: number;
}

/** The highest heartbeat of each run of a node. */
export type Heartbeats = ReadonlyMap<string, Heartbeat>;

/** The beginning of an instance in the name of a run, with the full stop before it. */
const instanceLength = ".01234567".length;

/** So much older than the clock of this machine no heartbeat is that moves, in milliseconds. */
const leftoverAgeMs = 24 * 60 * 60_000;

const namePattern = /^(.+\.[0-9a-f]{8})\.(\d{1,15})\.(\d{1,15})$/;

/** The name of its file. */
function heartbeatName({ run, heartbeat, activeAtMs }: Heartbeat): string {
  return `${run}.${heartbeat}.${activeAtMs}`;
}

/** All heartbeats in a folder; none if there is no such folder, or this user may not look there. */
export async function readHeartbeats(folder: string): Promise<Heartbeats> {
  const heartbeats = new Map<string, Heartbeat>();
  for await (const { name } of entriesOf(folder)) {
    const [, run, heartbeat, activeAtMs] = namePattern.exec(name) ?? [];
    if (run === undefined) continue;
    const found = { run, heartbeat: Number(heartbeat), activeAtMs: Number(activeAtMs) };
    if (found.heartbeat > (heartbeats.get(run)?.heartbeat ?? -1)) {
      heartbeats.set(run, found);
    }
  }
  return heartbeats;
}

/** What lies in a folder; nothing if there is none, or this user may not look there. */
async function* entriesOf(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (error) {
    if (!["ENOENT", "EACCES"].includes(systemErrorCode(error) ?? "")) throw error;
  }
}

/** The heartbeat in the row under `key`; `undefined` if it is no row, or has none like ours. */
export function heartbeatOf(key: string, text: string): Heartbeat | undefined {
  const { instance, heartbeat, activeAt } = fieldsOf(text) ?? {};
  const activeAtMs = typeof activeAt === "string" ? Date.parse(activeAt) : NaN;
  if (typeof heartbeat !== "number") return undefined;
  const found = { run: `${key}.${String(instance).slice(0, 8)}`, heartbeat, activeAtMs };
  return namePattern.test(heartbeatName(found)) ? found : undefined;
}

/**
 * Takes the heartbeat of a row away, and leaves that of the row which comes in its place, if one does.
 * False if the former has moved since it was read, or somebody else was faster.
 *
 * @throws what the system says
 */
export async function takeHeartbeat(
  folder: string,
  before: Heartbeat | undefined,
  after: Heartbeat | undefined,
): Promise<boolean> {
  const path = (of: Heartbeat): string => `${folder}/${heartbeatName(of)}`;
  if (before === undefined) {
    if (after !== undefined) await Deno.writeFile(path(after), new Uint8Array(), { mode: 0o600 });
    return true;
  }
  if (after === undefined) return await removeFile(path(before));
  try {
    await Deno.rename(path(before), path(after));
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    return false;
  }
}

/** Removes all heartbeats of a run that has no row. */
export async function removeRun(folder: string, run: string): Promise<void> {
  for await (const { name } of entriesOf(folder)) {
    if (namePattern.exec(name)?.[1] === run) await removeFile(`${folder}/${name}`);
  }
}

/**
 * Removes the heartbeats of runs that ended long ago and whose rows were removed by hand; what cannot be
 * removed stays.
 *
 * @param now wall-clock time in milliseconds
 * @param hasRow whether there is a row under that key
 */
export async function sweepHeartbeats(
  folder: string,
  now: number,
  hasRow: (key: string) => Promise<boolean>,
): Promise<void> {
  try {
    for await (const { name } of entriesOf(folder)) {
      const [, run, , activeAtMs] = namePattern.exec(name) ?? [];
      if (run === undefined || now - Number(activeAtMs) < leftoverAgeMs) continue;
      if (!await hasRow(run.slice(0, -instanceLength))) await removeQuietly(`${folder}/${name}`);
    }
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

/** The text of a row, as if it had been written with that heartbeat. */
export function withHeartbeat(text: string, { heartbeat, activeAtMs }: Heartbeat): string {
  const activeAt = new Date(activeAtMs).toISOString();
  return JSON.stringify({ ...fieldsOf(text), heartbeat, activeAt }) + "\n";
}

/** The row under `key` with the heartbeat beside it, if that is ahead of the one in it. */
export function moved(key: string, entry: Entry, heartbeats: Heartbeats): Entry {
  const before = heartbeatOf(key, entry.text);
  const found = heartbeats.get(before?.run ?? "");
  if (before === undefined || found === undefined || found.heartbeat <= before.heartbeat) {
    return entry;
  }
  const text = withHeartbeat(entry.text, found);
  return { text, version: textVersion(text) };
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
