/**
 * Registries: where nodes find each other, and how to bring one of your own.
 *
 * Most programs name a registry by its URL. One that is opened here can be handed to `startNode`
 * instead, which then uses it and leaves it open.
 *
 * ```ts
 * import { startNode } from "@clusternode/clusternode";
 * import { openRegistry } from "@clusternode/clusternode/registry";
 *
 * await using registry = await openRegistry("memory:shared");
 * await using node = await startNode({ registry, name: "n1@127.0.0.1" });
 * const { rows } = await registry.list(AbortSignal.timeout(1000));
 * console.log(node.name, rows.map(({ row }) => row.name));
 * ```
 *
 * A storage of your own needs a {@linkcode Store}: texts under keys, with a version each, and a put
 * and a remove that compare it. {@linkcode storeRegistry} makes a registry of it, and takes care of
 * everything else: rows to text and back, limits of size, damaged and foreign rows, deadlines,
 * aborts, the cookie, the wording of errors.
 *
 * What nodes rely on, in a `Registry` that is written without a store, too:
 *
 * - R1 a cluster nobody wrote to is empty, not an error
 * - R2 a handle reads its own writes
 * - R3 another handle sees a write within `stalenessMs`
 * - R4 of many writers with the same expected version exactly one wins
 * - R5 a loser gets "conflict", never an error
 * - R6 versions change with each write
 * - R7 removing twice is "conflict"
 * - R8 two clusters under one URL never see each other
 * - R9 every legal name and the largest row come back as written
 * - R10 an abort rejects at once
 * - R11 storage that is away gives one `RegistryError` within the timeout, never a partial listing
 * - R12 a damaged or foreign row is reported as such, the others still come
 * - R13 of many minted cookies exactly one is kept, and every handle reads that one
 * - R14 a timestamp alone is listed with a version that moves as it does, and is removed like a row
 * - R15 a listing tells whether the cookie is there
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { UsageError } from "../core/base/errors.ts";
import { clusterNameFault } from "../core/base/name.ts";
import { randomText } from "../random_bytes.ts";
import { openRegistry as openWith } from "./open.ts";
import type { Registry } from "./registry.ts";
import { storeRegistry as registryOf } from "./store.ts";
import type { Store } from "./store.ts";

export { RegistryError, UsageError } from "../core/base/errors.ts";
export { ClusternodeError } from "../core/base/errors.ts";
export type { ErrorCode } from "../core/base/errors.ts";
export type { Address } from "../core/base/address.ts";
export { parseNodeName } from "../core/base/name.ts";
export type { NodeName } from "../core/base/name.ts";
export type { InstanceId, Reclaim, Reclaimed, Row } from "../core/members/row.ts";
export { StorageFault, UntrustedStorage } from "./common/storage_fault.ts";
export type { Call } from "./common/timed_calls.ts";
export type {
  ForeignEntry,
  Listing,
  Registry,
  RowVersion,
  StoredRow,
  StoredTimestamp,
  WriteResult,
} from "./registry.ts";
export type { Listener } from "./common/hint.ts";
export { cookieKey } from "./store.ts";
export type { CasResult, Entry, Found, Store, Unreadable } from "./store.ts";

/** Longest time that a call may wait for its storage, in milliseconds. */
const timeoutMaxMs = 60 * 60_000;

/** How a registry is used. */
export interface RegistryUse {
  /** How long any call waits for the storage, in milliseconds; by default the back end decides. */
  readonly timeoutMs?: number;
}

/** How a registry is opened. */
export interface OpenOptions extends RegistryUse {
  /** Which cluster in it; `default` if left out. */
  readonly cluster?: string;
}

/**
 * A handle on the registry at `url`; whether it can be reached shows with the first call.
 *
 * @example Look into a registry without joining
 * ```ts
 * import { openRegistry, RegistryError } from "@clusternode/clusternode/registry";
 *
 * await using registry = await openRegistry("memory:look", { timeoutMs: 500 });
 * try {
 *   const { rows, foreignEntries } = await registry.list(AbortSignal.timeout(2000));
 *   console.log(rows.length, foreignEntries.length); // 0 0
 * } catch (error) {
 *   if (!(error instanceof RegistryError)) throw error;
 *   console.log(error.message); // Cannot list the rows of …
 * }
 * ```
 *
 * @param url such as `memory:name`, `file:///mnt/cluster`, `postgres://user:password@host/database`
 * @throws {UsageError} if the URL, the name of the cluster or the time is not legal
 */
export async function openRegistry(
  url: string,
  { cluster = "default", ...use }: OpenOptions = {},
): Promise<Registry> {
  const faults: string[] = [];
  const fault = clusterNameFault(cluster);
  if (fault !== undefined) faults.push(`option "cluster" ${JSON.stringify(cluster)}: ${fault}`);
  const { timeoutMs = 1 } = use;
  if (!(timeoutMs >= 1 && timeoutMs <= timeoutMaxMs)) {
    faults.push(`option "timeoutMs" ${timeoutMs}: it must be a number from 1 to ${timeoutMaxMs}`);
  }
  if (faults.length > 0) throw new UsageError(faults);
  return await openWith(url, { cluster, ...use, clock: systemClock, randomText });
}

/**
 * The registry that keeps its rows in `store`, and closes it in the end.
 *
 * @param store the texts of one cluster
 * @example A store of one's own: a map, and a count of its writes
 * ```ts
 * import { startNode } from "@clusternode/clusternode";
 * import { storeRegistry } from "@clusternode/clusternode/registry";
 * import type { Entry, Store } from "@clusternode/clusternode/registry";
 *
 * const cells = new Map<string, Entry>();
 * let writes = 0;
 * const store: Store = {
 *   url: "example:map",
 *   entries: () => Promise.resolve([...cells]),
 *   get: (key) => Promise.resolve(cells.get(key)),
 *   put(key, text, expectedVersion) {
 *     const current = cells.get(key);
 *     if (current?.version !== expectedVersion) {
 *       return Promise.resolve({ kind: "conflict", current });
 *     }
 *     const version = `${++writes}`;
 *     cells.set(key, { text, version });
 *     return Promise.resolve({ kind: "done", version });
 *   },
 *   remove(key, expectedVersion) {
 *     const isSame = cells.get(key)?.version === expectedVersion;
 *     return Promise.resolve(isSame && cells.delete(key));
 *   },
 * };
 *
 * await using registry = storeRegistry(store);
 * await using node = await startNode({ registry, name: "n1@127.0.0.1" });
 * console.log(node.name, [...cells.keys()]);
 * ```
 */
export function storeRegistry(store: Store, use: RegistryUse = {}): Registry {
  return registryOf(store, { ...use, clock: systemClock });
}
