/**
 * A shared folder as the registry: one file per node, called like the node.
 *
 * Any folder that all nodes can write to will do, on one machine or on a network drive. Rows are
 * replaced in one step, so a reader sees the old one or the new one; changes of one row are made one
 * at a time under a lock; and whatever else lies in the folder is reported and otherwise left alone.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../../clock.ts";
import { rowMaxBytes } from "../../core/members/row.ts";
import { systemErrorCode, systemErrorReason } from "../../core/base/system_error.ts";
import { encodeUtf8 } from "../../core/base/text.ts";
import { OddFileError } from "../../files/own_file.ts";
import type { Sharing } from "../../files/trusted_path.ts";
import type { Listener } from "../common/hint.ts";
import { lastingOfText } from "../common/news.ts";
import { StorageFault } from "../common/storage_fault.ts";
import { textVersion } from "../common/text_version.ts";
import type { Call } from "../common/timed_calls.ts";
import type { Registry, RowVersion } from "../registry.ts";
import { cookieKey, storeRegistry } from "../store.ts";
import type { CasResult, Entry, Found, Store } from "../store.ts";
import {
  identityOf,
  infoOf,
  readSmallFile,
  removeFile,
  removeQuietly,
  replaceFile,
  sweepTemporary,
} from "./directory_files.ts";
import {
  heartbeatOf,
  moved,
  readHeartbeats,
  removeRun,
  sweepHeartbeats,
  takeHeartbeat,
} from "./directory_heartbeats.ts";
import type { Heartbeat } from "./directory_heartbeats.ts";
import { HeldRows } from "./directory_held_rows.ts";
import { insideReason, privateFolder, privatePath } from "./directory_layout.ts";
import type { DirectoryLayout } from "./directory_layout.ts";
import { listFolder } from "./directory_list.ts";
import { withFileLock } from "./directory_lock.ts";
import { illegalNameReason, sameFileReason } from "./directory_names.ts";
import { RowFiles } from "./directory_row_files.ts";
import { TrustedFolder } from "./directory_trust.ts";
import { tellNews, watchFolder } from "./directory_watch.ts";
import type { SeenFolder } from "./directory_watch.ts";

/** Largest file that is taken for a cookie, in bytes. */
const cookieMaxBytes = 1024;

/** How to open a directory registry. */
export interface DirectoryRegistryOptions {
  /** The folder, absolute or relative to the current one; created by the first write. */
  readonly path: string;
  /** A legal cluster name. */
  readonly cluster: string;
  readonly clock: Clock;
  /** How long any call waits for the file system, in milliseconds; 2,000 by default. */
  readonly timeoutMs?: number;
  /** A new text at each call, 1 to 40 letters and digits, for names of temporary files. */
  readonly randomText: () => string;
  /** True if other programs take everything in the folder for a node; false by default. */
  readonly isSharedWithBeam?: boolean;
  /**
   * Which other users are trusted with the folder; by default none: then it has to be closed to
   * them.
   */
  readonly sharing?: Sharing;
}

/**
 * A handle on a directory registry. Touches nothing yet: the folder may appear later.
 *
 * ```ts
 * await using registry = openDirectoryRegistry({
 *   path: "/tmp/sync_dir",
 *   cluster: "default",
 *   clock: systemClock,
 *   randomText: () => crypto.randomUUID().replaceAll("-", ""),
 * });
 * const { rows } = await registry.list(AbortSignal.timeout(1_000));
 * ```
 */
export function openDirectoryRegistry(options: DirectoryRegistryOptions): Registry {
  return storeRegistry(new DirectoryStore(options), options);
}

class DirectoryStore implements Store {
  readonly url: string;
  readonly #isSharedWithBeam: boolean;
  readonly #folder: TrustedFolder;
  readonly #clock: Clock;
  readonly #randomText: () => string;
  readonly #held: HeldRows;
  readonly #files: RowFiles;
  /** True once the folder was there: from then on its absence is a fault, not an empty cluster. */
  #wasThere = false;
  #wasSwept = false;

  constructor(options: DirectoryRegistryOptions) {
    const { path, cluster, clock, randomText, isSharedWithBeam = false } = options;
    const base = resolve(path);
    this.url = pathToFileURL(base).href;
    this.#isSharedWithBeam = isSharedWithBeam;
    const wish = isSharedWithBeam ? "beside" : "inside";
    this.#folder = new TrustedFolder({ base, cluster, wish, sharing: options.sharing ?? "none" });
    this.#clock = clock;
    this.#held = new HeldRows(clock);
    this.#files = new RowFiles(clock);
    this.#randomText = randomText;
  }

  entries(call: Call): Promise<readonly Found[]> {
    return this.#run(async (layout) => {
      const found = await listFolder(layout.root, this.#files, call, this.#clock);
      if (found === undefined) await this.#requireFolder(layout);
      else this.#wasThere = true;
      const all = found ?? [];
      const heartbeats = await readHeartbeats(layout.heartbeats);
      for (const [index, [key, found]] of all.entries()) {
        if ("text" in found) all[index] = [key, moved(key, found, heartbeats)];
      }
      if (await isThere(layout.cookie)) all.push([cookieKey, { reason: "it is the cookie" }]);
      const isInTheWay = this.#isSharedWithBeam && layout.place === "inside" &&
        await identityOf(privatePath(layout.base, "inside")) !== undefined;
      // The first, as only so many are told of.
      return isInTheWay ? [[privateFolder, { reason: insideReason }], ...all] : all;
    });
  }

  get(key: string, _call: Call): Promise<Entry | undefined> {
    return this.#run(async (layout) => {
      const there = await this.#read(key, layout);
      if (there === undefined && key !== cookieKey) await this.#requireFolder(layout);
      return there;
    });
  }

  put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    const put = (layout: DirectoryLayout) => async (): Promise<CasResult> => {
      const { entry: current, heartbeat } = await this.#look(key, layout);
      if (current?.version !== expectedVersion) return { kind: "conflict", current };
      const reason = sameFileReason(key, current?.text);
      if (reason !== undefined) throw new StorageFault(reason);
      const isDone = await this.#replace(key, text, { entry: current, heartbeat }, call, layout);
      if (!isDone) return { kind: "conflict", current: await this.#read(key, layout) };
      this.#wasThere = true;
      const { path } = filesOf(key, layout);
      await this.#held.remember(key, { path, text, folder: layout.heartbeats });
      const isNews = current === undefined || lastingOfText(current.text) !== lastingOfText(text);
      if (isNews) await tellNews(layout, this.#clock);
      return { kind: "done", version: textVersion(text) };
    };
    return this.#toldOf(async () => {
      if (await this.#held.moveHeartbeat(key, text, expectedVersion, call)) {
        return { kind: "done", version: textVersion(text) };
      }
      const layout = await this.#folder.layout();
      try {
        return await this.#locked(key, call, layout, put(layout));
      } catch (error) {
        const reason = illegalNameReason(key, error);
        throw reason === undefined ? error : new StorageFault(reason, { cause: error });
      }
    });
  }

  remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    return this.#run((layout) => {
      const { path, lock } = filesOf(key, layout);
      return this.#locked(key, call, layout, async () => {
        const { entry: current, heartbeat } = await this.#look(key, layout);
        const isMeant = current?.version === expectedVersion;
        if (isMeant && !await takeHeartbeat(layout.heartbeats, heartbeat, undefined)) return false;
        // Also if nobody waits for it any more: it is the row that was meant. Gone already if someone
        // removed it by hand, without asking for the lock.
        if (isMeant && !await removeFile(path)) return false;
        if (isMeant) await tellNews(layout, this.#clock);
        if (isMeant) this.#held.forget(key);
        // Names come and go for years, so their locks must not stay; it is ours while we remove it.
        if (isMeant || current === undefined) await removeQuietly(lock);
        return isMeant;
      });
    });
  }

  /**
   * Cleaners of temporary folders go by when a file was last read or written, and a running cluster
   * does neither for days. Only the owner may do this, and one of all nodes is enough.
   */
  refresh(key: string, _there: Entry, _call: Call): Promise<void> {
    return this.#run(async (layout) => {
      const now = new Date(this.#clock.wallTime());
      const { path } = filesOf(key, layout);
      for (const one of [path, dirname(path)]) await Deno.utime(one, now, now);
    });
  }

  listen(listener: Listener, signal: AbortSignal): Promise<void> {
    const look = (): Promise<SeenFolder> =>
      this.#run(async ({ news }) => ({ path: news, identity: await identityOf(news) }));
    return watchFolder(look, this.#clock, listener, signal);
  }

  /** Does something in the folder as it is laid out now. */
  #run<T>(work: (layout: DirectoryLayout) => Promise<T>): Promise<T> {
    return this.#toldOf(async () => await work(await this.#folder.layout()));
  }

  /** Does something, and tells of what the system says as a fault of the storage. */
  async #toldOf<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StorageFault) throw error;
      const reason = error instanceof OddFileError
        ? error.clause
        : await this.#folder.deniedReason(error) ?? systemErrorReason(error);
      throw reason === undefined ? error : new StorageFault(reason, { cause: error });
    }
  }

  async #read(key: string, layout: DirectoryLayout): Promise<Entry | undefined> {
    return (await this.#look(key, layout)).entry;
  }

  /** The text under `key`, and the heartbeat that belongs to it. */
  async #look(key: string, layout: DirectoryLayout): Promise<Looked> {
    const entry = await this.#readFile(key, layout);
    if (entry === undefined || key === cookieKey) return { entry, heartbeat: undefined };
    const heartbeats = await readHeartbeats(layout.heartbeats);
    const heartbeat = heartbeats.get(heartbeatOf(key, entry.text)?.run ?? "");
    return { entry: moved(key, entry, heartbeats), heartbeat };
  }

  /** What the file of `key` holds; a cookie that is none must not be taken for the lack of one. */
  async #readFile(key: string, layout: DirectoryLayout): Promise<Entry | undefined> {
    const { path, maxBytes } = filesOf(key, layout);
    if (key === cookieKey) await this.#folder.requirePath(path);
    const content = await readSmallFile(path, maxBytes);
    if (content === undefined || "text" in content) return content;
    if (key !== cookieKey) return undefined;
    throw new StorageFault(`what is there cannot be used: ${content.reason}`);
  }

  /** What a look into a folder that is not there means: never written to, or gone. */
  async #requireFolder({ root }: DirectoryLayout): Promise<void> {
    if (!this.#wasThere || await identityOf(root) !== undefined) return;
    throw new StorageFault("the folder has been removed");
  }

  /**
   * Heartbeats are not flushed to the disk: after a power cut all nodes are gone and their rows
   * with them. A new row is, because some file systems would otherwise leave an empty file under
   * its name; and so is the cookie, which nodes go on using.
   */
  async #replace(
    key: string,
    text: string,
    { entry, heartbeat }: Looked,
    call: Call,
    layout: DirectoryLayout,
  ): Promise<boolean> {
    const after = key === cookieKey ? undefined : heartbeatOf(key, text);
    const { path, temporary } = filesOf(key, layout);
    const { file: mode, isExact: isModeExact } = layout.permissions;
    // Its row was removed by hand, or could not be replaced: heartbeats of that run may be left.
    if (heartbeat === undefined && after !== undefined) {
      await removeRun(layout.heartbeats, after.run);
    }
    return await replaceFile({
      path,
      temporaryPath: `${temporary}.${this.#randomText()}`,
      content: encodeUtf8(text),
      ...(isModeExact || key === cookieKey ? { mode, isModeExact } : {}),
      durable: entry === undefined,
      createFolders: () => this.#folder.create(layout),
      beforeRename: () => {
        call.checkpoint();
        return takeHeartbeat(layout.heartbeats, heartbeat, after);
      },
    });
  }

  #locked<T>(
    key: string,
    call: Call,
    layout: DirectoryLayout,
    work: () => Promise<T>,
  ): Promise<T> {
    const { lock } = filesOf(key, layout);
    return withFileLock(
      lock,
      layout.permissions,
      call,
      () => this.#folder.create(layout),
      async () => {
        if (!this.#wasSwept) {
          this.#wasSwept = true;
          await sweepTemporary(layout.temporary, lock);
          const hasRow = async (of: string): Promise<boolean> =>
            await infoOf(filesOf(of, layout).path) !== undefined;
          await sweepHeartbeats(layout.heartbeats, this.#clock.wallTime(), hasRow);
        }
        return await work();
      },
    );
  }
}

/** What stands under one key. */
interface Looked {
  /** With its heartbeat. */
  readonly entry: Entry | undefined;
  readonly heartbeat: Heartbeat | undefined;
}

/** The files of one key, and how large the one with its text may be. */
interface KeyFiles {
  readonly path: string;
  readonly lock: string;
  /** How paths of files that are to come in its place begin. */
  readonly temporary: string;
  readonly maxBytes: number;
}

function filesOf(key: string, { root, cookie, locks, temporary }: DirectoryLayout): KeyFiles {
  const isCookie = key === cookieKey;
  const name = isCookie ? "cookie" : key;
  return {
    path: isCookie ? cookie : `${root}/${key}`,
    lock: `${locks}/${name}`,
    temporary: `${temporary}/${name}`,
    maxBytes: isCookie ? cookieMaxBytes : rowMaxBytes,
  };
}

/** True if something lies there; a user who may not look cannot tell, and need not care. */
async function isThere(path: string): Promise<boolean> {
  try {
    return await identityOf(path) !== undefined;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return true;
  }
}
