/**
 * A registry inside this process: for tests, and for programs that embed several nodes.
 *
 * Keeps texts, not objects, like every other back end, so that rows take the same way in and out and
 * damage can be put under any key.
 *
 * @module
 */
import { errorText } from "../../core/base/error_text.ts";
import { aborted } from "../../abort.ts";
import type { Clock } from "../../clock.ts";
import type { Call } from "../common/timed_calls.ts";
import type { Listener } from "../common/hint.ts";
import type { Registry, RowVersion } from "../registry.ts";
import { storeRegistry } from "../store.ts";
import type { CasResult, Entry, Found, Store } from "../store.ts";

interface MemoryCluster {
  readonly cells: Map<string, Entry>;
  readonly watchers: Set<() => void>;
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
    const cluster: MemoryCluster = { cells: new Map(), watchers: new Set() };
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
  return storeRegistry(new MemoryStore(options), options);
}

class MemoryStore implements Store {
  readonly url: string;
  readonly #storage: MemoryStorage;
  readonly #clusterName: string;

  constructor({ storage, cluster, url = "memory:" }: MemoryRegistryOptions) {
    this.url = url;
    this.#storage = storage;
    this.#clusterName = cluster;
  }

  get #cluster(): MemoryCluster {
    return this.#storage.cluster(this.#clusterName);
  }

  async entries(call: Call): Promise<readonly Found[]> {
    await this.#ready(call);
    return [...this.#cluster.cells];
  }

  async get(key: string, call: Call): Promise<Entry | undefined> {
    await this.#ready(call);
    return this.#cluster.cells.get(key);
  }

  // From here on nothing waits between the comparison and the change, so no two of them ever mix.

  async put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    await this.#ready(call);
    const current = this.#cluster.cells.get(key);
    if (current?.version !== expectedVersion) return { kind: "conflict", current };
    return { kind: "done", version: this.#storage.put(this.#clusterName, key, text) };
  }

  async remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    await this.#ready(call);
    const { cells, watchers } = this.#cluster;
    if (cells.get(key)?.version !== expectedVersion) return false;
    cells.delete(key);
    for (const notify of watchers) notify();
    return true;
  }

  async listen({ ready, changed }: Listener, signal: AbortSignal): Promise<void> {
    const { watchers } = this.#cluster;
    watchers.add(changed);
    ready();
    await aborted(signal);
    watchers.delete(changed);
  }

  async #ready(call: Call): Promise<void> {
    try {
      await this.#storage.fault?.();
    } catch (error) {
      throw call.fault(errorText(error), error);
    }
    call.checkpoint();
  }
}
