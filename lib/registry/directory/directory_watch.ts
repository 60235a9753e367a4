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
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { systemErrorCode, systemErrorReason } from "../../core/base/system_error.ts";
import { OddFileError, touchOwnFile } from "../../files/own_file.ts";
import { Hint } from "../common/hint.ts";
import { identityOf } from "./directory_files.ts";
import type { DirectoryLayout } from "./directory_layout.ts";

/** How often the watch makes sure that the folder is still the one it watches. */
const rearmMs = 5_000;

/** Tells the watchers that more than a heartbeat has changed. Never fails: it is a hint. */
export async function tellNews({ news, permissions }: DirectoryLayout): Promise<void> {
  try {
    const { file: mode, isExact: isModeExact } = permissions;
    await touchOwnFile(`${news}/changed`, { mode, isModeExact });
  } catch (error) {
    if (systemErrorCode(error) === undefined && !(error instanceof OddFileError)) throw error;
  }
}

/** A watch on one folder that outlives the folder. */
export class FolderWatch {
  readonly #clock: Clock;
  readonly #hint: Hint;
  #folder = "";
  /** The folder being watched, see `identityOf`; `undefined` if none is. */
  #watched: string | undefined;
  #watcher: Deno.FsWatcher | undefined;

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#hint = new Hint(clock, onChange);
  }

  /**
   * Watches until `signal` is aborted.
   *
   * @param identify says what folder is to be watched and asks for its identity; its rejection
   * counts as "not to be seen"
   */
  async run(
    identify: (
      look: (folder: string) => Promise<string | undefined>,
    ) => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<void> {
    let reading = Promise.resolve();
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const there = await identify((folder) => {
        this.#folder = folder;
        return identityOf(folder);
      }).catch(() => undefined);
      if (signal.aborted) break;
      if (there !== this.#watched) {
        const before = this.#watched;
        this.#disarm();
        await reading;
        const watcher = there === undefined ? undefined : this.#arm();
        if (watcher) {
          this.#watched = there;
          reading = this.#read(watcher);
        }
        if (!isFirst && before !== this.#watched) this.#hint.give();
      }
      await sleep(this.#clock, rearmMs, signal).catch(() => {});
    }
    this.#disarm();
    this.#hint[Symbol.dispose]();
    await reading;
  }

  /** Starts to watch; `undefined` if the system lets us not, as with too many watches: no hints. */
  #arm(): Deno.FsWatcher | undefined {
    try {
      this.#watcher = Deno.watchFs(this.#folder, { recursive: false });
    } catch (error) {
      // Too many watches comes as an error without a code.
      if (systemErrorReason(error) === undefined && error instanceof TypeError) throw error;
    }
    return this.#watcher;
  }

  #disarm(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watched = undefined;
  }

  async #read(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) {
        if (event.kind !== "access") this.#hint.give();
        // A new folder may come in its place, even under the same number.
        if (event.paths.includes(this.#folder) && this.#watcher === watcher) this.#disarm();
      }
    } catch {
      // The system gave up on this watch, for example because too much happened at once.
      if (this.#watcher === watcher) this.#disarm();
    }
  }
}
