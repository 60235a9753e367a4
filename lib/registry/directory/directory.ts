/**
 * A shared folder as the registry: one file per node, called like the node.
 *
 * Any folder that all nodes can write to will do, on one machine or on a network drive. Rows are
 * replaced in one step, so a reader sees the old one or the new one; changes of one row are made one
 * at a time under a lock; and whatever else lies in the folder is reported and otherwise left alone.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Clock } from "../../clock.ts";
import { OddFileError } from "../../files/own_file.ts";
import type { Sharing } from "../../files/trusted_path.ts";
import type { NodeName } from "../../core/base/name.ts";
import { decodeRow, encodeRow, rowMaxBytes } from "../../core/registration/row.ts";
import type { Row } from "../../core/registration/row.ts";
import { systemErrorReason } from "../../core/base/system_error.ts";
import { encodeUtf8 } from "../../core/base/text.ts";
import { TimedCalls } from "../common/timed_calls.ts";
import type { Call } from "../common/timed_calls.ts";
import { cookieOf, hasCookieAt, readCookie } from "./directory_cookie.ts";
import {
  flush,
  identityOf,
  readSmallFile,
  removeFile,
  removeQuietly,
  replaceFile,
} from "./directory_files.ts";
import { privateFolder, privatePath } from "./directory_layout.ts";
import type { DirectoryLayout } from "./directory_layout.ts";
import { listFolder } from "./directory_list.ts";
import { withFileLock } from "./directory_lock.ts";
import { illegalNameReason, sameFileReason } from "./directory_names.ts";
import { insideReason } from "./directory_place.ts";
import { sweepTemporary } from "./directory_sweep.ts";
import { TrustedFolder } from "./directory_trust.ts";
import { FolderWatch, tellNews } from "./directory_watch.ts";
import { lastingOfRow } from "../common/news.ts";
import type { Listing, Registry, RowVersion, StoredRow, WriteResult } from "../registry.ts";
import { StorageFault } from "../common/storage_fault.ts";
import { textVersion } from "../common/text_version.ts";

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
  return new DirectoryRegistry(options);
}

class DirectoryRegistry implements Registry {
  readonly url: string;
  readonly stalenessMs = 0;
  readonly paceMs = 0;
  readonly #base: string;
  readonly #isSharedWithBeam: boolean;
  readonly #folder: TrustedFolder;
  readonly #clock: Clock;
  readonly #randomText: () => string;
  readonly #calls: TimedCalls;
  readonly #closing = new AbortController();
  /** True once the folder was there: from then on its absence is a fault, not an empty cluster. */
  #wasThere = false;
  #wasSwept = false;

  constructor(options: DirectoryRegistryOptions) {
    const { path, cluster, clock, timeoutMs = 2_000, randomText, sharing = "none" } = options;
    this.#base = resolve(path);
    this.url = pathToFileURL(this.#base).href;
    this.#isSharedWithBeam = options.isSharedWithBeam === true;
    const wish = this.#isSharedWithBeam ? "beside" : "inside";
    this.#folder = new TrustedFolder({ base: this.#base, cluster, wish, sharing });
    this.#clock = clock;
    this.#randomText = randomText;
    const explain = (error: unknown): string | undefined => {
      if (error instanceof OddFileError) return error.clause;
      return error instanceof StorageFault ? error.message : systemErrorReason(error);
    };
    this.#calls = new TimedCalls({ clock, timeoutMs, explain });
  }

  list(signal: AbortSignal): Promise<Listing> {
    return this.#run("list", "list the rows of", signal, (call, layout) => {
      return this.#list(call, layout);
    });
  }

  read(name: NodeName, signal: AbortSignal): Promise<StoredRow | undefined> {
    return this.#run(`read ${name}`, `read ${name} from`, signal, async (call, layout) => {
      const text = await textOf(layout, name);
      if (text === undefined) await this.#requireFolder(call, layout);
      return text === undefined ? undefined : storedRow(name, text);
    });
  }

  write(
    row: Row,
    expectedVersion: RowVersion | undefined,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const { name } = row;
    return this.#run(`change ${name}`, `write ${name} into`, signal, (call, layout) => {
      const text = encodeRow(row);
      const content = encodeUtf8(text);
      if (content.length > rowMaxBytes) {
        throw call.fault(`the row has ${content.length} bytes, the most is ${rowMaxBytes}`);
      }
      return this.#namedFile(name, call, layout, async () => {
        const there = await textOf(layout, name);
        const before = storedRow(name, there);
        if (before?.version !== expectedVersion) return { kind: "conflict", current: before };
        const reason = sameFileReason(name, there);
        if (reason !== undefined) throw call.fault(reason);
        await this.#replace(name, content, before === undefined, call, layout);
        this.#wasThere = true;
        if (before === undefined || isNews(before.row, row)) await tellNews(layout);
        return { kind: "written", version: textVersion(text) };
      });
    });
  }

  remove(
    name: NodeName,
    expectedVersion: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    return this.#run(`change ${name}`, `remove ${name} from`, signal, (call, layout) => {
      return this.#locked(name, call, layout, async () => {
        const before = versionOf(name, await textOf(layout, name));
        const isSeen = before === expectedVersion;
        // Also if nobody waits for it any more: it is the row that was meant.
        if (isSeen) {
          // Gone already if someone removed it by hand, without asking for the lock.
          if (!await removeFile(`${layout.root}/${name}`)) return "conflict";
          await tellNews(layout);
        }
        // Names come and go for years, so their locks must not stay; it is ours while we remove it.
        if (isSeen || before === undefined) await removeQuietly(`${layout.locks}/${name}`);
        return isSeen ? "removed" : "conflict";
      });
    });
  }

  cookie(signal: AbortSignal): Promise<string | undefined> {
    return this.#run("cookie", "read the cookie of", signal, async (call, { cookie }) => {
      await this.#folder.requirePath(cookie);
      return await readCookie(cookie, call);
    });
  }

  getOrCreateCookie(minted: string, signal: AbortSignal): Promise<string> {
    return this.#run("cookie", "read or create the cookie of", signal, async (call, layout) => {
      await this.#folder.requirePath(layout.cookie);
      return await cookieOf({
        path: layout.cookie,
        temporaryPath: `${layout.temporary}/cookie.${this.#randomText()}`,
        minted,
        call,
        wallTimeMs: this.#clock.wallTime(),
        permissions: layout.permissions,
        createFolders: () => this.#folder.create(layout),
        locked: (work) => this.#locked("cookie", call, layout, work),
      });
    });
  }

  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const watch = new FolderWatch(this.#clock, onChange);
    return watch.run(
      (look) => this.#run("watch", "watch", either, (_call, { news }) => look(news)),
      either,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#calls[Symbol.asyncDispose]();
  }

  /** Does something in the folder as it is laid out now. */
  #run<T>(
    queueKey: string,
    verb: string,
    signal: AbortSignal,
    work: (call: Call, layout: DirectoryLayout) => Promise<T>,
  ): Promise<T> {
    return this.#calls.run(queueKey, `${verb} ${this.url}`, signal, async (call) => {
      return await work(call, await this.#folder.layout());
    });
  }

  async #list(call: Call, layout: DirectoryLayout): Promise<Listing> {
    const listing = await listFolder(layout.root, call);
    if (listing) this.#wasThere = true;
    else await this.#requireFolder(call, layout);
    const { rows, timestamps, foreignEntries } = listing ??
      { rows: [], timestamps: [], foreignEntries: [] };
    const isInTheWay = this.#isSharedWithBeam && layout.place === "inside" &&
      await identityOf(privatePath(layout.base, "inside")) !== undefined;
    return {
      rows,
      timestamps,
      foreignEntries: isInTheWay
        ? [...foreignEntries, { key: privateFolder, reason: insideReason }]
        : foreignEntries,
      hasCookie: await hasCookieAt(layout.cookie),
    };
  }

  /** What a look into a folder that is not there means: never written to, or gone. */
  async #requireFolder(call: Call, { root }: DirectoryLayout): Promise<void> {
    if (!this.#wasThere) return;
    if (await identityOf(root) === undefined) throw call.fault("the folder has been removed");
  }

  /**
   * Heartbeats are not flushed to the disk: after a power cut all nodes are gone and their rows
   * with them. A new row is, because some file systems would otherwise leave an empty file under
   * its name.
   */
  async #replace(
    name: NodeName,
    content: Uint8Array,
    isNew: boolean,
    call: Call,
    layout: DirectoryLayout,
  ): Promise<void> {
    const { permissions } = layout;
    await replaceFile({
      path: `${layout.root}/${name}`,
      temporaryPath: `${layout.temporary}/${name}.${this.#randomText()}`,
      content,
      ...(permissions.isExact ? { mode: permissions.file, isModeExact: true } : {}),
      durable: isNew,
      createFolders: () => this.#folder.create(layout),
      beforeRename: () => call.checkpoint(),
    });
    if (isNew) await flush(layout.root);
  }

  /** As {@linkcode #locked}, where a file is made that is called like a node. */
  async #namedFile<T>(
    name: NodeName,
    call: Call,
    layout: DirectoryLayout,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#locked(name, call, layout, work);
    } catch (error) {
      const reason = illegalNameReason(name, error);
      throw reason === undefined ? error : call.fault(reason);
    }
  }

  #locked<T>(
    key: string,
    call: Call,
    layout: DirectoryLayout,
    work: () => Promise<T>,
  ): Promise<T> {
    const path = `${layout.locks}/${key}`;
    return withFileLock(
      path,
      layout.permissions,
      call,
      () => this.#folder.create(layout),
      async () => {
        if (!this.#wasSwept) {
          this.#wasSwept = true;
          await sweepTemporary(layout.temporary, path);
        }
        return await work();
      },
    );
  }
}

async function textOf({ root }: DirectoryLayout, name: NodeName): Promise<string | undefined> {
  const found = await readSmallFile(`${root}/${name}`, rowMaxBytes);
  return found.kind === "text" ? found.text : undefined;
}

function storedRow(name: NodeName, text: string | undefined): StoredRow | undefined {
  if (text === undefined) return undefined;
  const decoded = decodeRow(name, text);
  return decoded.kind === "row" ? { row: decoded.row, version: textVersion(text) } : undefined;
}

/** The version of a row or of a timestamp alone; `undefined` for anything else. */
function versionOf(name: NodeName, text: string | undefined): RowVersion | undefined {
  if (text === undefined || decodeRow(name, text).kind === "damaged") return undefined;
  return textVersion(text);
}

/** True if `after` says more than that the node still lives. */
function isNews(before: Row, after: Row): boolean {
  return lastingOfRow(before) !== lastingOfRow(after);
}
