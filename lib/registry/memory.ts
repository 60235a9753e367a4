/**
 * A registry inside this process: for tests, and for programs that embed several nodes.
 *
 * Keeps texts, not objects, like every other back end, so that rows take the same way in and out and
 * damage can be put under any key.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { parseNodeName } from "../core/name.ts";
import type { NodeName } from "../core/name.ts";
import { decodeRow, encodeRow, rowMaxBytes } from "../core/row.ts";
import type { Row } from "../core/row.ts";
import { encodeUtf8 } from "../core/text.ts";
import { BoundedCalls } from "./bounded.ts";
import type { Call } from "./bounded.ts";
import { Oddities } from "./oddities.ts";
import type { Listing, Registry, RowVersion, StoredRow, WriteResult } from "./registry.ts";

interface Cell {
  readonly text: string;
  readonly version: RowVersion;
}

interface MemoryCluster {
  readonly cells: Map<string, Cell>;
  readonly watchers: Set<() => void>;
  cookie: string | undefined;
}

/** What several handles share. */
export class MemoryStorage {
  readonly #clusters = new Map<string, MemoryCluster>();
  #writes = 0;
  /**
   * Called before each operation, for tests: what it throws is a fault of the storage, and while its
   * promise is open the storage is silent.
   */
  fault: (() => void | Promise<void>) | undefined;

  /** Puts any text under any key, as a foreign or broken program might. */
  put(cluster: string, key: string, text: string): RowVersion {
    const version = `${++this.#writes}`;
    const { cells, watchers } = this.cluster(cluster);
    cells.set(key, { text, version });
    for (const notify of watchers) notify();
    return version;
  }

  /** Everything of one cluster; created when first asked for. */
  cluster(name: string): MemoryCluster {
    const found = this.#clusters.get(name);
    if (found) return found;
    const cluster: MemoryCluster = { cells: new Map(), watchers: new Set(), cookie: undefined };
    this.#clusters.set(name, cluster);
    return cluster;
  }
}

const namedStorages = new Map<string, MemoryStorage>();

/** The storage that all users of `memory:name` in this process share; lives as long as it does. */
export function memoryStorage(name: string): MemoryStorage {
  const found = namedStorages.get(name);
  if (found) return found;
  const storage = new MemoryStorage();
  namedStorages.set(name, storage);
  return storage;
}

/** How to open a handle on a {@linkcode MemoryStorage}. */
export interface MemoryRegistryOptions {
  readonly storage: MemoryStorage;
  /** A legal cluster name. */
  readonly cluster: string;
  readonly clock: Clock;
  /** How long any call waits if the storage is made silent, in milliseconds; 2,000 by default. */
  readonly timeoutMs?: number;
  /** Shown in errors and logs; `memory:` by default. */
  readonly url?: string;
}

/** A handle on one cluster of `storage`. */
export function openMemoryRegistry(options: MemoryRegistryOptions): Registry {
  return new MemoryRegistry(options);
}

class MemoryRegistry implements Registry {
  readonly url: string;
  readonly stalenessMs = 0;
  readonly #storage: MemoryStorage;
  readonly #clusterName: string;
  readonly #clock: Clock;
  readonly #calls: BoundedCalls;
  readonly #closing = new AbortController();

  constructor(options: MemoryRegistryOptions) {
    const { storage, cluster, clock, timeoutMs = 2_000, url = "memory:" } = options;
    this.url = url;
    this.#storage = storage;
    this.#clusterName = cluster;
    this.#clock = clock;
    this.#calls = new BoundedCalls({ clock, timeoutMs, explain: () => undefined });
  }

  get #cluster(): MemoryCluster {
    return this.#storage.cluster(this.#clusterName);
  }

  list(signal: AbortSignal): Promise<Listing> {
    return this.#run("list the rows of", "list", signal, () => {
      const rows: StoredRow[] = [];
      const timestamps: NodeName[] = [];
      const oddities = new Oddities();
      for (const [key, { text, version }] of this.#cluster.cells) {
        const name = parseNodeName(key);
        if (name === undefined) {
          oddities.add(key, "its name is not that of a node");
          continue;
        }
        const decoded = decodeRow(name, text);
        if (decoded.kind === "row") rows.push({ row: decoded.row, version });
        else if (decoded.kind === "timestamp") timestamps.push(name);
        else oddities.add(key, decoded.reason);
      }
      return { rows, timestamps, oddities: oddities.list() };
    });
  }

  read(name: NodeName, signal: AbortSignal): Promise<StoredRow | undefined> {
    return this.#run(`read ${name} from`, `read ${name}`, signal, () => this.#stored(name));
  }

  write(row: Row, seen: RowVersion | undefined, signal: AbortSignal): Promise<WriteResult> {
    const { name } = row;
    return this.#run(`write ${name} into`, `change ${name}`, signal, (call) => {
      const text = encodeRow(row);
      const size = encodeUtf8(text).length;
      if (size > rowMaxBytes) {
        throw call.fault(`the row has ${size} bytes, the most is ${rowMaxBytes}`);
      }
      const current = this.#stored(name);
      if (current?.version !== seen) return { kind: "conflict", current };
      return { kind: "written", version: this.#storage.put(this.#clusterName, name, text) };
    });
  }

  remove(
    name: NodeName,
    seen: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    return this.#run(`remove ${name} from`, `change ${name}`, signal, () => {
      if (this.#stored(name)?.version !== seen) return "conflict";
      this.#cluster.cells.delete(name);
      for (const notify of this.#cluster.watchers) notify();
      return "removed";
    });
  }

  cookie(signal: AbortSignal): Promise<string | undefined> {
    return this.#run("read the cookie of", "cookie", signal, () => this.#cluster.cookie);
  }

  mintCookie(minted: string, signal: AbortSignal): Promise<string> {
    return this.#run("read or create the cookie of", "cookie", signal, () => {
      this.#cluster.cookie ??= minted;
      return this.#cluster.cookie;
    });
  }

  watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const ending = AbortSignal.any([signal, this.#closing.signal]);
      if (ending.aborted) return resolve();
      let cancelHint: (() => void) | undefined;
      const notify = (): void => {
        cancelHint ??= this.#clock.after(0, () => {
          cancelHint = undefined;
          onChange();
        });
      };
      this.#cluster.watchers.add(notify);
      ending.addEventListener("abort", () => {
        this.#cluster.watchers.delete(notify);
        cancelHint?.();
        resolve();
      }, { once: true });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#calls[Symbol.asyncDispose]();
  }

  #stored(name: NodeName): StoredRow | undefined {
    const cell = this.#cluster.cells.get(name);
    const decoded = cell && decodeRow(name, cell.text);
    return cell && decoded?.kind === "row"
      ? { row: decoded.row, version: cell.version }
      : undefined;
  }

  /** `work` itself never waits, so no two pieces of it ever mix. */
  #run<T>(verb: string, lane: string, signal: AbortSignal, work: (call: Call) => T): Promise<T> {
    return this.#calls.run(lane, `${verb} ${this.url}`, signal, async (call) => {
      try {
        await this.#storage.fault?.();
      } catch (error) {
        throw call.fault(error instanceof Error ? error.message : String(error), error);
      }
      call.checkpoint();
      return work(call);
    });
  }
}
