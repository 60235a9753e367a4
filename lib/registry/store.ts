/**
 * A registry on top of any storage that keeps texts under keys and can compare before it sets.
 *
 * A back end only says how its storage gets, puts, removes and lists texts ({@linkcode Store}). What
 * every registry has to get right is done here, once: rows to text and back, the limit of their
 * size, what is no row, deadlines, aborts, the cookie, and the wording of errors.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { nodeNameFault } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import { decodeRow, encodeRow, rowMaxBytes } from "../core/members/row.ts";
import type { Row } from "../core/members/row.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import { TimedCalls } from "./common/timed_calls.ts";
import type { Call } from "./common/timed_calls.ts";
import { ForeignEntries } from "./common/foreign_entries.ts";
import type {
  Listing,
  Registry,
  RowVersion,
  StoredRow,
  StoredTimestamp,
  WriteResult,
} from "./registry.ts";
import { tellChanges } from "./common/hint.ts";
import type { Listener } from "./common/hint.ts";
import { StorageFault } from "./common/storage_fault.ts";

/** Under which key a {@linkcode Store} keeps the cookie: no node can be called like that. */
export const cookieKey = ".cookie";

/** How long a call waits for the storage unless told otherwise, in milliseconds. */
export const defaultTimeoutMs = 2_000;

/** A text with the version under which it is stored. */
export interface Entry {
  /** What was put. */
  readonly text: string;
  /** Not empty; another one after each write, also of the same text, and after a removal. */
  readonly version: RowVersion;
}

/** What is no text, and why, as the end of a sentence: "it is a folder". */
export interface Unreadable {
  /** Why, as the end of a sentence. */
  readonly reason: string;
}

/** What a listing finds under a key. */
export type Found = readonly [key: string, found: Entry | Unreadable];

/** Why `key` is not the name of a node, as the end of a sentence, or `undefined` if it is one. */
export function foreignKeyReason(key: string): string | undefined {
  const fault = nodeNameFault(key);
  return fault === undefined ? undefined : `its name is not that of a node: ${fault}`;
}

/** What became of a conditional change: it was made, or another version than the expected one stands there. */
export type CasResult =
  | { readonly kind: "done"; readonly version: RowVersion }
  /** Something else than `expectedVersion` stands there: this, or nothing. */
  | { readonly kind: "conflict"; readonly current: Entry | undefined };

/**
 * The texts of one cluster in one storage. Keys are names of nodes, {@linkcode cookieKey}, or
 * whatever a foreign program has put there.
 *
 * Every method may throw a {@linkcode StorageFault}, whose message users read; whatever else it throws
 * counts as a fault of the store itself. `call.signal` is aborted as soon as nobody waits for the result any more.
 */
export interface Store extends Partial<AsyncDisposable> {
  /** Where it is, fit for a log: without any secret. */
  readonly url: string;
  /** See {@linkcode Registry.paceMs}; 0 if left out. */
  readonly paceMs?: number;
  /**
   * All that is there, complete or not at all; empty if nothing was ever written. What lies under
   * {@linkcode cookieKey}, or a key that no node can have, need not be read.
   */
  entries(call: Call): Promise<readonly Found[]>;
  /** The text under `key`; what is no text counts as nothing, a cookie that is none as a fault. */
  get(key: string, call: Call): Promise<Entry | undefined>;
  /**
   * Puts `text` if the stored version is still `expectedVersion`; `undefined`: if there is nothing.
   */
  put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult>;
  /** Removes if the stored version is still `expectedVersion`; false if not. */
  remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean>;
  /**
   * Makes what stands under `key` as good as new, if it has grown old by the storage's own measure.
   * Left out where nothing is cleared away for its age.
   */
  refresh?(key: string, entry: Entry, call: Call): Promise<void>;
  /**
   * Tells `listener` when someone changed something, until `signal` is aborted or the way to the
   * storage breaks; then it is called again, a moment later. Left out where nobody tells of changes.
   */
  listen?(listener: Listener, signal: AbortSignal): Promise<void>;
}

/** How a store is used as a registry. */
export interface StoreOptions {
  readonly clock: Clock;
  /** How long any call waits for the storage, in milliseconds. */
  readonly timeoutMs?: number;
  /** Whose texts the store holds, if that is known. */
  readonly cluster?: string;
}

/** The registry that keeps its rows in `store`, and closes it in the end. */
export function storeRegistry(store: Store, options: StoreOptions): Registry {
  return new StoreRegistry(store, options);
}

class StoreRegistry implements Registry {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #calls: TimedCalls;
  readonly #closing = new AbortController();
  readonly #watches = new Set<Promise<void>>();
  readonly cluster: string | undefined;
  /** Every store answers with what is there now. */
  readonly stalenessMs = 0;

  constructor(store: Store, { clock, timeoutMs = defaultTimeoutMs, cluster }: StoreOptions) {
    this.#store = store;
    this.cluster = cluster;
    this.#clock = clock;
    const explain = (error: unknown): string | undefined =>
      error instanceof StorageFault ? error.message : undefined;
    this.#calls = new TimedCalls({ clock, timeoutMs, explain });
  }

  get url(): string {
    return this.#store.url;
  }

  get paceMs(): number {
    return this.#store.paceMs ?? 0;
  }

  list(signal: AbortSignal): Promise<Listing> {
    return this.#run("list the rows of", "list", signal, async (call) => {
      return listingOf(await this.#store.entries(call));
    });
  }

  read(name: NodeName, signal: AbortSignal): Promise<StoredRow | undefined> {
    return this.#run(`read ${name} from`, `read ${name}`, signal, async (call) => {
      return storedRow(name, await this.#store.get(name, call));
    });
  }

  write(row: Row, seen: RowVersion | undefined, signal: AbortSignal): Promise<WriteResult> {
    const { name } = row;
    return this.#run(`write ${name} into`, `change ${name}`, signal, async (call) => {
      const text = encodeRow(row);
      const size = encodeUtf8(text).length;
      if (size > rowMaxBytes) {
        throw call.fault(`the row has ${size} bytes, the most is ${rowMaxBytes}`);
      }
      let changed = await this.#store.put(name, text, seen, call);
      const current = changed.kind === "conflict" ? changed.current : undefined;
      if (seen === undefined && current !== undefined && storedRow(name, current) === undefined) {
        // What cannot be read counts as nothing.
        changed = await this.#store.put(name, text, current.version, call);
      }
      return changed.kind === "done"
        ? { kind: "written", version: changed.version }
        : { kind: "conflict", current: storedRow(name, changed.current) };
    });
  }

  remove(
    name: NodeName,
    seen: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    return this.#run(`remove ${name} from`, `change ${name}`, signal, async (call) => {
      return await this.#store.remove(name, seen, call) ? "removed" : "conflict";
    });
  }

  cookie(signal: AbortSignal): Promise<string | undefined> {
    return this.#run("read the cookie of", "cookie", signal, async (call) => {
      const there = await this.#store.get(cookieKey, call);
      return there && cookieIn(there, call);
    });
  }

  getOrCreateCookie(minted: string, signal: AbortSignal): Promise<string> {
    return this.#run("read or create the cookie of", "cookie", signal, async (call) => {
      const there = await this.#store.get(cookieKey, call);
      if (there !== undefined) {
        const cookie = cookieIn(there, call);
        await this.#refresh(there, call);
        return cookie;
      }
      const put = await this.#store.put(cookieKey, minted, undefined, call);
      if (put.kind === "done") return minted;
      if (put.current === undefined) throw call.fault("the cookie has just been removed");
      return cookieIn(put.current, call);
    });
  }

  /** It need not succeed: others try, too, and a cookie that is lost is put back. */
  async #refresh(cell: Entry, call: Call): Promise<void> {
    try {
      await this.#store.refresh?.(cookieKey, cell, call);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
    }
  }

  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    const store = this.#store;
    if (store.listen === undefined) return;
    const listen = store.listen.bind(store);
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const watch = tellChanges(listen, this.#clock, onChange, either);
    this.#watches.add(watch);
    await watch.finally(() => this.#watches.delete(watch));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#calls[Symbol.asyncDispose]();
    await Promise.allSettled(this.#watches);
    await this.#store[Symbol.asyncDispose]?.();
  }

  #run<T>(
    verb: string,
    queueKey: string,
    signal: AbortSignal,
    work: (call: Call) => Promise<T>,
  ): Promise<T> {
    return this.#calls.run(queueKey, `${verb} ${this.url}`, signal, work);
  }
}

/** A cookie may have been put there by hand, with a line break behind it. */
function cookieIn({ text }: Entry, call: Call): string {
  const cookie = text.replace(/\r?\n$/, "");
  if (cookie === "") throw call.fault("what is there cannot be used: it is empty");
  return cookie;
}

function listingOf(entries: readonly Found[]): Listing {
  const rows: StoredRow[] = [];
  const timestamps: StoredTimestamp[] = [];
  const foreignEntries = new ForeignEntries();
  let hasCookie = false;
  for (const [key, found] of entries) {
    const reason = "reason" in found ? found.reason : foreignKeyReason(key);
    if (key === cookieKey) hasCookie = true;
    else if ("reason" in found || reason !== undefined) foreignEntries.add(key, reason ?? "");
    else {
      const { text, version } = found;
      const name = key as NodeName;
      const decoded = decodeRow(name, text);
      if (decoded.kind === "row") rows.push({ row: decoded.row, version });
      else if (decoded.kind === "timestamp") timestamps.push({ name, version });
      else foreignEntries.add(key, decoded.reason);
    }
  }
  return { rows, timestamps, foreignEntries: foreignEntries.list(), hasCookie };
}

function storedRow(name: NodeName, cell: Entry | undefined): StoredRow | undefined {
  const decoded = cell && decodeRow(name, cell.text);
  return cell && decoded?.kind === "row" ? { row: decoded.row, version: cell.version } : undefined;
}
