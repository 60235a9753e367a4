/**
 * A bucket as the registry: one object per node, called like the node.
 *
 *     prefix/cluster/n1@10.0.0.5            its row
 *     prefix/cluster/.cookie                the cookie
 *     prefix/cluster/.probe/…               gone again after a node's first write
 *     prefix/cluster/.claims/name/…         only where the server knows no conditions
 *
 * **Who wins** is decided by the server, if it honours conditions on changes (Amazon and most
 * others): a row is put if there is none, or if it still has the ETag that was seen. Servers that do
 * so for puts but not for removals get the object replaced by a note first, and only whose note it
 * is may remove it. Servers that know no conditions at all get claims beside the objects; that is
 * weaker, and `s3_claims.ts` says by how much. Which of the three it is is found out at the first
 * write of each handle.
 *
 * **What it costs.** Amazon bills puts and listings, five dollars a million, and reads at less than
 * a tenth of that; removals are free, and so is the traffic within its region. A heartbeat is one
 * put. A listing is one request per thousand objects, and then one read per row whose ETag is not
 * the one that this handle has read before: rows that did not move are not read again, and neither
 * is what this handle has written itself. At most {@linkcode readsMax} reads are under way at a
 * time, and what was read stays known when time runs out. So the bill is that of heartbeats and
 * listings. Once all is well, a node writes and lists once a minute ({@linkcode billedPaceMs}),
 * and in a cluster of more than 32 all but three list once an hour; at the start, and when somebody
 * is missing, they do not save. In a month of 30 days that is, in dollars and by calculation, 6 for
 * 10 nodes, 31 for 100 and 560 for 1,000, of which two thirds are reads: who lists finds every row
 * changed. A server of one's own sends no bill, so there nodes hardly rest.
 *
 * There are no hints: a bucket tells nobody that it has changed, but for further services.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { sleep } from "../../clock.ts";
import type { Call } from "../common/timed_calls.ts";
import type { RegistryContext } from "../context.ts";
import type { Registry, RowVersion } from "../registry.ts";
import { CapabilityTrial } from "./s3_capabilities.ts";
import type { Capabilities } from "./s3_capabilities.ts";
import { bodyMaxBytes, contentOf, removedBody, textBody } from "./s3_body.ts";
import { S3Bucket } from "./s3_bucket.ts";
import type { Condition, ListedObject, S3Object } from "./s3_bucket.ts";
import { S3Claims } from "./s3_claims.ts";
import { S3Client } from "./s3_client.ts";
import type { Environment } from "../common/environment.ts";
import { S3Fault } from "./s3_fault.ts";
import { isOwnServer, parseS3Url } from "./s3_url.ts";
import { defaultTimeoutMs, foreignKeyReason, storeRegistry } from "../store.ts";
import type { CasResult, Entry, Found, Store, Unreadable } from "../store.ts";
import { withoutSecrets } from "../url.ts";

/** Most objects that are read at a time. */
export const readsMax = 16;

/** Pause between two requests of a node once all is well, where they are billed, in milliseconds. */
const billedPaceMs = 60_000;

/**
 * The same at a server of one's own: it may be a small one, and lost rows are back in five seconds.
 */
const ownPaceMs = 3_000;

/** Age at which what is kept for good is written anew: the shortest rule of a bucket is a day. */
const refreshAfterMs = 12 * 60 * 60 * 1_000;

/** Pause before a change is tried again that met another one, in milliseconds. */
const againMs = 25;

/**
 * A handle on the registry in the bucket at `url`. Touches nothing yet.
 *
 * @param url legal, see `registryUrlFault`
 * @param environment gives the variables that hold keys or say where they are
 */
export function openS3Registry(
  url: string,
  context: RegistryContext,
  environment: Environment = (name) => Deno.env.get(name),
): Registry {
  const place = parseS3Url(url);
  if ("fault" in place) throw new TypeError(`Not the URL of a bucket: ${place.fault}`);
  const client = new S3Client(place, context.clock, environment);
  const folder = place.prefix === "" ? context.cluster : `${place.prefix}/${context.cluster}`;
  const paceMs = isOwnServer(place) ? ownPaceMs : billedPaceMs;
  const named = { url: withoutSecrets(url), paceMs, folder: `${folder}/` };
  const store = new S3Store(named, client, context);
  return storeRegistry(store, context);
}

class S3Store implements Store {
  readonly url: string;
  readonly paceMs: number;
  /** Keys of all objects of the cluster begin with it. */
  readonly #folder: string;
  readonly #client: S3Client;
  readonly #bucket: S3Bucket;
  readonly #claims: S3Claims;
  readonly #clock: Clock;
  readonly #randomText: () => string;
  /** Nobody works on a change that was begun longer ago than this, in milliseconds. */
  readonly #ageMaxMs: number;
  /** What was last read or written under a key. */
  readonly #known = new Map<string, S3Object>();
  #capabilities: Capabilities | undefined;
  #trial: CapabilityTrial | undefined;
  #trying: Promise<Capabilities> | undefined;

  constructor(
    { url, paceMs, folder }: Pick<S3Store, "url" | "paceMs"> & { readonly folder: string },
    client: S3Client,
    { clock, timeoutMs = defaultTimeoutMs, randomText }: RegistryContext,
  ) {
    this.url = url;
    this.paceMs = paceMs;
    this.#folder = folder;
    this.#client = client;
    this.#bucket = new S3Bucket(client);
    this.#clock = clock;
    this.#randomText = randomText;
    // Times of servers are whole seconds.
    this.#ageMaxMs = 2 * timeoutMs + 1_000;
    this.#claims = new S3Claims({
      bucket: this.#bucket,
      clock,
      prefix: `${folder}.claims/`,
      randomText,
      ageMaxMs: this.#ageMaxMs,
    });
  }

  async entries(call: Call): Promise<readonly Found[]> {
    const listed = await this.#bucket.list(this.#folder, call.signal);
    const keys = new Set(listed.map(({ key }) => key.slice(this.#folder.length)));
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
    const entries: Found[] = [];
    const waiting = listed.values();
    const reader = async (): Promise<void> => {
      for (const object of waiting) {
        const key = object.key.slice(this.#folder.length);
        const cell = await this.#listedEntry(key, object, call);
        if (cell !== undefined) entries.push([key, cell]);
      }
    };
    await Promise.all(Array.from({ length: readsMax }, reader));
    return entries;
  }

  async get(key: string, call: Call): Promise<Entry | undefined> {
    return cellOf(await this.#read(key, call));
  }

  async put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    const body = textBody(text, this.#randomText());
    const { put } = await this.#capable(call);
    if (put) return await this.#putIf(key, body, expectedVersion, call);
    const conflict = async (): Promise<CasResult | undefined> => {
      const current = await this.get(key, call);
      return current?.version === expectedVersion ? undefined : { kind: "conflict", current };
    };
    return await this.#claims.alone(key, call, conflict, async () => {
      const lost = await conflict();
      if (lost !== undefined) return lost;
      call.checkpoint();
      const done = await this.#change(key, body, { kind: "any" }, call);
      return done ?? { kind: "conflict", current: undefined };
    });
  }

  async remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    const { put, remove } = await this.#capable(call);
    if (!put) return await this.#removeAlone(key, expectedVersion, call);
    if (!isEtag(expectedVersion)) return false;
    const condition: Condition = { kind: "etag", etag: expectedVersion };
    const object = this.#folder + key;
    this.#known.delete(key);
    for (;;) {
      call.checkpoint();
      const { kind } = remove
        ? await this.#bucket.remove(object, condition, call.signal)
        : await this.#bucket.put(object, removedBody(this.#randomText()), condition, call.signal);
      if (kind === "done") break;
      if (await this.#etag(key, call) !== expectedVersion) return false;
      await sleep(this.#clock, againMs, call.signal);
    }
    if (!remove) {
      // Whoever comes now waits for the note to go, and so loses nothing.
      call.checkpoint();
      await this.#bucket.remove(object, { kind: "any" }, call.signal);
    }
    return true;
  }

  /** Rules of a bucket remove what was not written for some days. */
  async refresh(key: string, cell: Entry, call: Call): Promise<void> {
    const known = this.#known.get(key);
    if (known?.etag === cell.version && known.ageMs < refreshAfterMs) return;
    await this.put(key, cell.text, cell.version, call);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    return Promise.resolve();
  }

  async #capable(call: Call): Promise<Capabilities> {
    while (this.#capabilities === undefined) {
      const others = this.#trying;
      // What becomes of somebody else's trial is for them to tell.
      if (others === undefined) await this.#try(call);
      else await others.catch(() => {});
      call.checkpoint();
    }
    return this.#capabilities;
  }

  /** One at a time, and one object for all. */
  async #try(call: Call): Promise<void> {
    const probe = `${this.#folder}.probe/${this.#randomText()}`;
    this.#trial ??= new CapabilityTrial(this.#bucket, probe);
    this.#trying = this.#trial.run(call.signal);
    try {
      this.#capabilities = await this.#trying;
    } finally {
      this.#trying = undefined;
    }
  }

  async #putIf(
    key: string,
    body: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    let replaced: Condition | undefined;
    for (;;) {
      call.checkpoint();
      const wanted: Condition = expectedVersion === undefined
        ? { kind: "absent" }
        : { kind: "etag", etag: expectedVersion };
      const done = expectedVersion === undefined || isEtag(expectedVersion)
        ? await this.#change(key, body, replaced ?? wanted, call)
        : undefined;
      if (done !== undefined) return done;
      const object = await this.#read(key, call);
      const current = cellOf(object);
      if (current?.version !== expectedVersion) return { kind: "conflict", current };
      // Nothing is there, or a note whose writer is just removing it, or has died before it did.
      const isLeft = object !== undefined && current === undefined &&
        object.ageMs > this.#ageMaxMs;
      replaced = isLeft ? { kind: "etag", etag: object.etag } : undefined;
      if (!isLeft) await sleep(this.#clock, againMs, call.signal);
    }
  }

  #removeAlone(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    const conflict = async (): Promise<false | undefined> =>
      await this.#etag(key, call) === expectedVersion ? undefined : false;
    return this.#claims.alone<boolean>(key, call, conflict, async () => {
      if (await conflict() === false) return false;
      call.checkpoint();
      this.#known.delete(key);
      await this.#bucket.remove(this.#folder + key, { kind: "any" }, call.signal);
      return true;
    });
  }

  /** Puts `body`; `undefined` if the condition is not met. */
  async #change(
    key: string,
    body: string,
    condition: Condition,
    call: Call,
  ): Promise<CasResult | undefined> {
    const answer = await this.#bucket.put(this.#folder + key, body, condition, call.signal);
    switch (answer.kind) {
      case "done":
        this.#known.set(key, { etag: answer.etag, body, ageMs: 0 });
        return { kind: "done", version: answer.etag };
      case "refused":
        return undefined;
      case "unable":
        // It could before: look again what it can do.
        this.#capabilities = undefined;
        this.#trial = undefined;
        throw new S3Fault("the server does not honour conditions any more");
      default:
        return answer satisfies never;
    }
  }

  async #etag(key: string, call: Call): Promise<string | undefined> {
    return cellOf(await this.#read(key, call))?.version;
  }

  async #read(key: string, call: Call): Promise<S3Object | undefined> {
    const object = await this.#bucket.get(this.#folder + key, bodyMaxBytes, call.signal);
    if (object === undefined) this.#known.delete(key);
    else this.#known.set(key, object);
    return object;
  }

  /** What a listed object holds; read only if it can be a row, and is not known yet. */
  async #listedEntry(
    key: string,
    { etag, size }: ListedObject,
    call: Call,
  ): Promise<Entry | Unreadable | undefined> {
    const reason = foreignKeyReason(key);
    if (reason !== undefined) return { reason };
    const known = this.#known.get(key);
    if (known?.etag === etag) return cellOf(known);
    call.checkpoint();
    if (size > bodyMaxBytes) return cellOf({ etag, body: undefined, ageMs: 0 });
    return cellOf(await this.#read(key, call));
  }
}

/** The ETag is the version: no two writes of this program have the same content. */
function cellOf(object: S3Object | undefined): Entry | undefined {
  if (object === undefined) return undefined;
  const content = contentOf(object.body);
  return content.kind === "text" ? { text: content.text, version: object.etag } : undefined;
}

/** What is no ETag cannot be that of a row, and had better not get into a header. */
function isEtag(version: RowVersion): boolean {
  return /^[\x21\x23-\x7e]{1,200}$/.test(version);
}
