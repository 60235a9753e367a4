/**
 * Hears of changes in a directory registry without asking.
 *
 * Not by watching the rows: every node rewrites its row each second and reads all others, and a watch
 * on the folder would wake every node for every one of these. Writers instead touch a file in a
 * folder of its own when more than a heartbeat has changed, and that folder is watched. Changes
 * from other hosts or other programs are not heard of, as usual on network drives: a hint is only a
 * hint.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { systemErrorCode, systemErrorReason } from "../../core/base/system_error.ts";
import { dateOwnFile, OddFileError, touchOwnFile } from "../../files/own_file.ts";
import type { Listener } from "../common/hint.ts";
import type { DirectoryLayout } from "./directory_layout.ts";

/** How often a watch makes sure that the folder is still the one it watches, in milliseconds. */
const lookAgainMs = 5_000;

/** Tells the watchers that more than a heartbeat has changed. Never fails: it is a hint. */
export async function tellNews(
  { news, permissions }: Pick<DirectoryLayout, "news" | "permissions">,
  clock: Pick<Clock, "wallTime">,
): Promise<void> {
  try {
    const path = `${news}/changed`;
    if (await dateOwnFile(path, new Date(clock.wallTime()))) return;
    const { file: mode, isExact: isModeExact } = permissions;
    await touchOwnFile(path, { mode, isModeExact });
  } catch (error) {
    if (systemErrorCode(error) === undefined && !(error instanceof OddFileError)) throw error;
  }
}

/** A folder, as it is now. */
export interface SeenFolder {
  readonly path: string;
  /** See `identityOf`; `undefined` if there is no folder. */
  readonly identity: string | undefined;
}

/**
 * Tells of changes in a folder until `signal` is aborted, or another folder is the one to watch.
 * Tells nothing if the system lets us not watch, as with too many watches.
 *
 * @param look gives the folder that is to be watched now; may hang
 */
export async function watchFolder(
  look: () => Promise<SeenFolder>,
  clock: Clock,
  { ready, changed }: Listener,
  signal: AbortSignal,
): Promise<void> {
  const { path, identity } = await orAborted(look(), signal);
  const watcher = identity === undefined ? undefined : watcherOf(path);
  if (watcher === undefined) return;
  ready();
  const ended = new AbortController();
  const reading = readEvents(watcher, path, changed, () => ended.abort());
  const either = AbortSignal.any([signal, ended.signal]);
  const pause = (): Promise<void> => sleep(clock, lookAgainMs, either).catch(() => {});
  // An abort ends the pause: nobody would wait for one more look.
  for (await pause(); !either.aborted; await pause()) {
    const now = await orAborted(look(), either).catch(() => undefined);
    if (now?.identity !== identity || now?.path !== path) ended.abort();
  }
  watcher.close();
  await reading;
}

function watcherOf(path: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, { recursive: false });
  } catch (error) {
    // Too many watches comes as an error without a code.
    if (systemErrorReason(error) === undefined && error instanceof TypeError) throw error;
    return undefined;
  }
}

async function readEvents(
  watcher: Deno.FsWatcher,
  path: string,
  changed: () => void,
  end: () => void,
): Promise<void> {
  try {
    for await (const { kind, paths } of watcher) {
      if (kind !== "access") changed();
      // A new folder may come in its place, even under the same number.
      if (paths.includes(path)) end();
    }
  } catch {
    // The system gave up on this watch, for example because too much happened at once.
    end();
  }
}
