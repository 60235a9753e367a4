/**
 * An etcd cluster as the registry: one key per node, below `clusternode/<cluster>/`.
 *
 * It is asked through the JSON gateway that every etcd from 3.4 on has, so nothing but `fetch` is
 * needed. Reads go through a majority of its members and changes are transactions, so an answer is
 * never old and of many writers one wins.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { Call } from "../common/timed_calls.ts";
import { EtcdClient } from "./etcd_client.ts";
import type { Answer } from "./etcd_client.ts";
import { EtcdFault } from "./etcd_faults.ts";
import {
  digitsOf,
  fromBase64,
  jsonList,
  jsonObject,
  keyAfter,
  keyValuesOf,
  rangeBelow,
  toBase64,
} from "./etcd_json.ts";
import type { Json, KeyValue } from "./etcd_json.ts";
import { EtcdLease } from "./etcd_lease.ts";
import { parseEtcdUrl } from "./etcd_url.ts";
import type { Listener } from "../common/hint.ts";
import { OwnWrites } from "../common/news.ts";
import type { RegistryContext } from "../context.ts";
import type { Registry, RowVersion } from "../registry.ts";
import { cookieKey, defaultTimeoutMs, storeRegistry } from "../store.ts";
import type { CasResult, Entry, Found, Store } from "../store.ts";
import { withoutSecrets } from "../url.ts";

/** Keys in one answer to a listing. */
export const pageKeysMax = 500;

/**
 * The key that everybody watches, beside the rows; no node can be called like that. It is written
 * together with a row when that is worth a hint, and goes with a row that is removed. Who watched
 * the rows would hear every heartbeat of every node, and the server would have to tell all of them
 * of all.
 */
export const newsKey = ".news";

/** How often a listing begins anew when what it reads is compacted meanwhile. */
const listTriesMax = 3;

/**
 * A handle on one cluster of the etcd at `url`. Touches nothing yet: the server may come later.
 *
 * @param url legal, see `registryUrlFault`
 */
export function openEtcdRegistry(url: string, context: RegistryContext): Registry {
  const location = parseEtcdUrl(url);
  if ("fault" in location) throw new TypeError(`Not the URL of an etcd: ${location.fault}`);
  const { cluster, clock, timeoutMs = defaultTimeoutMs } = context;
  const client = new EtcdClient({ location, clock, timeoutMs });
  const prefix = `${location.prefix}/${cluster}/`;
  const store = new EtcdStore({ url: withoutSecrets(url), client, clock, prefix });
  return storeRegistry(store, context);
}

interface EtcdStoreOptions {
  readonly url: string;
  readonly client: EtcdClient;
  readonly clock: Clock;
  /** In front of all keys of the cluster, with a slash at its end. */
  readonly prefix: string;
}

class EtcdStore implements Store {
  readonly url: string;
  readonly #client: EtcdClient;
  readonly #prefix: string;
  readonly #lease: EtcdLease;
  readonly #ownWrites = new OwnWrites();
  /** Latest revision of the storage that was seen. */
  #revision = 0;

  constructor({ url, client, clock, prefix }: EtcdStoreOptions) {
    this.url = url;
    this.#client = client;
    this.#prefix = prefix;
    this.#lease = new EtcdLease(client, clock);
  }

  async entries(call: Call): Promise<readonly Found[]> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#pages(call);
      } catch (error) {
        const isGone = error instanceof EtcdFault && error.kind === "revision";
        if (!isGone || tries === listTriesMax) throw error;
      }
    }
  }

  async get(key: string, call: Call): Promise<Entry | undefined> {
    const { json } = await this.#post("kv/range", { key: this.#key64(key) }, call);
    const [found] = keyValuesOf(json);
    return found && cellOf(found, json);
  }

  async put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    const expected = expectedVersion === undefined ? undefined : parseVersion(expectedVersion);
    if (expected === "illegal") return { kind: "conflict", current: await this.get(key, call) };
    const key64 = this.#key64(key);
    const isNews = this.#ownWrites.isNews(key, text, expectedVersion);
    const { lease, json, isRepeated } = await this.#withLease(
      key,
      call,
      (lease) =>
        this.#post("kv/txn", {
          compare: comparisons(key64, expected),
          success: [
            putting(key64, text, lease),
            ...(isNews ? [putting(this.#key64(newsKey), "", lease)] : []),
          ],
          failure: [{ request_range: { key: key64 } }],
        }, call),
    );
    const version = json["succeeded"] === true ? versionWritten(json, expected, lease) : undefined;
    const [found] = version === undefined ? foundInstead(json) : [];
    const current = found && cellOf(found, json);
    // Another member has carried it out before, only its answer was lost.
    const isRepetition = isRepeated && found?.text === text && found.lease === lease;
    const done = version ?? (isRepetition ? current?.version : undefined);
    if (done === undefined) return { kind: "conflict", current };
    this.#ownWrites.remember(key, text, done);
    return { kind: "done", version: done };
  }

  async remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    const expected = parseVersion(expectedVersion);
    if (expected === "illegal") {
      // No write is called so, but that is only known if the storage is there.
      await this.get(key, call);
      return false;
    }
    this.#ownWrites.forget(key);
    const key64 = this.#key64(key);
    // A full storage takes no more keys, but whoever leaves can still go.
    const { json, isRepeated } = await this.#post("kv/txn", {
      compare: comparisons(key64, expected),
      success: [key64, this.#key64(newsKey)].map((key) => ({ request_delete_range: { key } })),
      failure: [{ request_range: { key: key64 } }],
    }, call);
    const isRemoved = json["succeeded"] === true;
    if (!isRemoved && isRepeated && foundInstead(json).length === 0) {
      throw call.fault("it is gone, but the answer that tells by whom was lost");
    }
    return isRemoved;
  }

  async listen({ ready, changed }: Listener, signal: AbortSignal): Promise<void> {
    for await (const message of this.#client.watch({ key: this.#key64(newsKey) }, signal)) {
      if (message["created"] === true) ready();
      if (jsonList(message["events"]).length > 0) changed();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    return Promise.resolve();
  }

  /** All keys as they were at one moment, page by page. */
  async #pages(call: Call): Promise<readonly Found[]> {
    const range = { ...rangeBelow(this.#prefix), limit: `${pageKeysMax}` };
    const entries: Found[] = [];
    let page: Json = range;
    for (;;) {
      const { json } = await this.#post("kv/range", page, call);
      const found = keyValuesOf(json);
      for (const keyValue of found) {
        const key = fromBase64(keyValue.key64).slice(this.#prefix.length);
        if (key !== newsKey) entries.push([key, cellOf(keyValue, json)]);
      }
      const last = found.at(-1);
      if (json["more"] !== true || last === undefined) return entries;
      const revision = page["revision"] ?? jsonObject(json["header"])["revision"];
      page = { ...range, key: keyAfter(last.key64), revision };
    }
  }

  /** What `work` gives with our lease; with another one if that has been lost. */
  async #withLease(
    key: string,
    call: Call,
    work: (lease: string) => Promise<Answer>,
  ): Promise<Answer & { readonly lease: string }> {
    // The cookie stays for good.
    if (key === cookieKey) return { ...await work("0"), lease: "0" };
    const lease = await this.#lease.current(call);
    try {
      return { ...await work(lease), lease };
    } catch (error) {
      if (!(error instanceof EtcdFault) || error.kind !== "lease") throw error;
    }
    this.#lease.forget(lease);
    const next = await this.#lease.current(call);
    return { ...await work(next), lease: next };
  }

  async #post(path: string, body: Json, call: Call): Promise<Answer> {
    const expectedVersion = this.#revision;
    const answer = await this.#client.post(path, body, call);
    const revision = Number(digitsOf(jsonObject(answer.json["header"])["revision"]));
    this.#revision = revision < expectedVersion ? revision : Math.max(revision, this.#revision);
    // Data was put back to an older state: revisions that we have used come again.
    if (revision < expectedVersion) this.#lease.forget();
    return answer;
  }

  #key64(key: string): string {
    return toBase64(this.#prefix + key);
  }
}

/** Part of a transaction. */
function putting(key64: string, text: string, lease: string): Json {
  return { request_put: { key: key64, value: toBase64(text), lease } };
}

/** What names one write, apart from the storage in which it was. */
type Write = Pick<KeyValue, "createRevision" | "modRevision" | "lease">;

function versionOf({ createRevision, modRevision, lease }: Write, answer: Json): RowVersion {
  const storage = digitsOf(jsonObject(answer["header"])["cluster_id"]);
  return `${modRevision}.${createRevision}.${lease}.${storage}`;
}

/** The version of what a transaction has written over `replaced`. */
function versionWritten(answer: Json, replaced: Write | undefined, lease: string): RowVersion {
  const modRevision = digitsOf(jsonObject(answer["header"])["revision"]);
  const createRevision = replaced?.createRevision ?? modRevision;
  return versionOf({ createRevision, modRevision, lease }, answer);
}

function parseVersion(version: RowVersion): Write | "illegal" {
  const [, modRevision = "", createRevision = "", lease = ""] =
    /^(\d+)\.(\d+)\.(-?\d+)\.\d+$/.exec(version) ?? [];
  return modRevision === "" ? "illegal" : { modRevision, createRevision, lease };
}

/** True for etcd if under the key stands what `expected` names, or nothing if that is expected. */
function comparisons(key: string, expected: Write | undefined): Json[] {
  const base = { key, result: "EQUAL" };
  if (expected === undefined) return [{ ...base, target: "CREATE", create_revision: "0" }];
  const { createRevision, modRevision, lease } = expected;
  return [
    { ...base, target: "MOD", mod_revision: modRevision },
    { ...base, target: "CREATE", create_revision: createRevision },
    { ...base, target: "LEASE", lease },
  ];
}

function cellOf(keyValue: KeyValue, answer: Json): Entry {
  return { text: keyValue.text, version: versionOf(keyValue, answer) };
}

/** What stands under the key, when a transaction did not find what it expected. */
function foundInstead(answer: Json): readonly KeyValue[] {
  return keyValuesOf(jsonObject(jsonList(answer["responses"])[0]?.["response_range"]));
}
