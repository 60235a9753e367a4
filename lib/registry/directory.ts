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
import type { Clock } from "../clock.ts";
import type { NodeName } from "../core/name.ts";
import { decodeRow, encodeRow, rowMaxBytes } from "../core/row.ts";
import type { Row } from "../core/row.ts";
import { encodeUtf8 } from "../core/text.ts";
import { BoundedCalls } from "./bounded.ts";
import type { Call } from "./bounded.ts";
import { cookieOf, readCookie } from "./directory_cookie.ts";
import {
  flush,
  identityOf,
  readSmallFile,
  removeFile,
  removeQuietly,
  replaceFile,
  systemReason,
} from "./directory_files.ts";
import { DirectoryLayout } from "./directory_layout.ts";
import { listFolder } from "./directory_list.ts";
import { withFileLock } from "./directory_lock.ts";
import { sweepTemporary } from "./directory_sweep.ts";
import { FolderWatch, tellNews } from "./directory_watch.ts";
import { lastingOfRow } from "./news.ts";
import type { Listing, Registry, RowVersion, StoredRow, WriteResult } from "./registry.ts";
import { textVersion } from "./text_version.ts";

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
  readonly #layout: DirectoryLayout;
  readonly #clock: Clock;
  readonly #randomText: () => string;
  readonly #calls: BoundedCalls;
  readonly #closing = new AbortController();
  /** True once the folder was there: from then on its absence is a fault, not an empty cluster. */
  #wasThere = false;
  #wasSwept = false;

  constructor({ path, cluster, clock, timeoutMs = 2_000, randomText }: DirectoryRegistryOptions) {
    const base = resolve(path);
    this.url = pathToFileURL(base).href;
    this.#layout = new DirectoryLayout(base, cluster);
    this.#clock = clock;
    this.#randomText = randomText;
    this.#calls = new BoundedCalls({ clock, timeoutMs, explain: systemReason });
  }

  list(signal: AbortSignal): Promise<Listing> {
    const what = `list the rows of ${this.url}`;
    return this.#calls.run("list", what, signal, (call) => this.#list(call));
  }

  read(name: NodeName, signal: AbortSignal): Promise<StoredRow | undefined> {
    const what = `read ${name} from ${this.url}`;
    return this.#calls.run(`read ${name}`, what, signal, async (call) => {
      const text = await this.#textOf(name);
      if (text === undefined) await this.#requireFolder(call);
      return text === undefined ? undefined : storedRow(name, text);
    });
  }

  write(row: Row, seen: RowVersion | undefined, signal: AbortSignal): Promise<WriteResult> {
    const what = `write ${row.name} into ${this.url}`;
    return this.#calls.run(`change ${row.name}`, what, signal, (call) => {
      const text = encodeRow(row);
      const content = encodeUtf8(text);
      if (content.length > rowMaxBytes) {
        throw call.fault(`the row has ${content.length} bytes, the most is ${rowMaxBytes}`);
      }
      return this.#locked(row.name, call, async () => {
        const before = await this.#current(row.name);
        if (before?.version !== seen) return { kind: "conflict", current: before };
        await this.#replace(row.name, content, before === undefined, call);
        this.#wasThere = true;
        if (before === undefined || isNews(before.row, row)) await tellNews(this.#layout.news);
        return { kind: "written", version: textVersion(text) };
      });
    });
  }

  remove(
    name: NodeName,
    seen: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    const what = `remove ${name} from ${this.url}`;
    return this.#calls.run(`change ${name}`, what, signal, (call) => {
      return this.#locked(name, call, async () => {
        const before = await this.#current(name);
        const isSeen = before?.version === seen;
        if (isSeen) {
          call.checkpoint();
          // Gone already if someone removed it by hand, without asking for the lock.
          if (!await removeFile(`${this.#layout.root}/${name}`)) return "conflict";
          await tellNews(this.#layout.news);
        }
        // Names come and go for years, so their locks must not stay; it is ours while we remove it.
        if (isSeen || before === undefined) await removeQuietly(`${this.#layout.locks}/${name}`);
        return isSeen ? "removed" : "conflict";
      });
    });
  }

  cookie(signal: AbortSignal): Promise<string | undefined> {
    const what = `read the cookie of ${this.url}`;
    return this.#calls.run("cookie", what, signal, (call) => readCookie(this.#layout.cookie, call));
  }

  mintCookie(minted: string, signal: AbortSignal): Promise<string> {
    const what = `read or create the cookie of ${this.url}`;
    return this.#calls.run("cookie", what, signal, (call) =>
      cookieOf({
        path: this.#layout.cookie,
        temporaryPath: `${this.#layout.temporary}/cookie.${this.#randomText()}`,
        minted,
        call,
        createFolders: () => this.#layout.create(),
        locked: (work) => this.#locked("cookie", call, work),
      }));
  }

  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const watch = new FolderWatch(this.#layout.news, this.#clock, onChange);
    return watch.run(
      (look) => this.#calls.run("watch", `watch ${this.url}`, either, look),
      either,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#calls[Symbol.asyncDispose]();
  }

  async #list(call: Call): Promise<Listing> {
    const listing = await listFolder(this.#layout.root, call);
    if (listing) this.#wasThere = true;
    else await this.#requireFolder(call);
    return listing ?? { rows: [], timestamps: [], oddities: [] };
  }

  /** What a look into a folder that is not there means: never written to, or gone. */
  async #requireFolder(call: Call): Promise<void> {
    if (!this.#wasThere) return;
    if (await identityOf(this.#layout.root) === undefined) {
      throw call.fault("the folder has been removed");
    }
  }

  async #textOf(name: NodeName): Promise<string | undefined> {
    const found = await readSmallFile(`${this.#layout.root}/${name}`, rowMaxBytes);
    return found.kind === "text" ? found.text : undefined;
  }

  async #current(name: NodeName): Promise<StoredRow | undefined> {
    const text = await this.#textOf(name);
    return text === undefined ? undefined : storedRow(name, text);
  }

  /**
   * Beats are not flushed to the disk: after a power cut all nodes are gone and their rows with them.
   * A new row is, because some file systems would otherwise leave an empty file under its name.
   */
  async #replace(name: NodeName, content: Uint8Array, isNew: boolean, call: Call): Promise<void> {
    const temporaryPath = `${this.#layout.temporary}/${name}.${this.#randomText()}`;
    await replaceFile({
      path: `${this.#layout.root}/${name}`,
      temporaryPath,
      content,
      durable: isNew,
      createFolders: () => this.#layout.create(),
      beforeRename: () => call.checkpoint(),
    });
    if (isNew) await flush(this.#layout.root);
  }

  #locked<T>(key: string, call: Call, work: () => Promise<T>): Promise<T> {
    const create = (): Promise<void> => this.#layout.create();
    return withFileLock(`${this.#layout.locks}/${key}`, call, create, async () => {
      if (!this.#wasSwept) {
        this.#wasSwept = true;
        await sweepTemporary(this.#layout.temporary, `${this.#layout.locks}/${key}`);
      }
      return await work();
    });
  }
}

function storedRow(name: NodeName, text: string): StoredRow | undefined {
  const decoded = decodeRow(name, text);
  return decoded.kind === "row" ? { row: decoded.row, version: textVersion(text) } : undefined;
}

/** True if `after` says more than that the node still lives. */
function isNews(before: Row, after: Row): boolean {
  return lastingOfRow(before) !== lastingOfRow(after);
}
