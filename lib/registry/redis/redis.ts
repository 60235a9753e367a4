/**
 * A Redis or Valkey server as the registry: one hash per cluster.
 *
 * A field is a row with the version in front of it. Comparing and setting is one script, which the
 * server runs in one piece. Versions are random, so that none comes twice even if the server loses
 * everything. One key holds all of a cluster, cookie included: wherever a proxy puts it, it stays
 * together.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Redis } from "iovalkey";
import type { Call } from "../common/timed_calls.ts";
import type { Listener } from "../common/hint.ts";
import { OwnWrites } from "../common/news.ts";
import type { RegistryContext } from "../context.ts";
import { RedisConnection, RedisLink } from "./redis_connection.ts";
import { RedisFault } from "./redis_faults.ts";
import { parseRedisUrl } from "./redis_url.ts";
import type { RedisSettings } from "./redis_url.ts";
import type { Registry, RowVersion } from "../registry.ts";
import { storeRegistry } from "../store.ts";
import type { CasResult, Entry, Found, Store } from "../store.ts";
import { withoutSecrets } from "../url.ts";

/**
 * A handle on a Redis registry. Connects with the first call: the server may come later.
 *
 * @param url legal, see `registryUrlFault`
 */
export function openRedisRegistry(url: string, context: RegistryContext): Registry {
  return storeRegistry(new RedisStore(url, context), context);
}

/**
 * Changes one field if its version is still the one that was seen.
 *
 * Takes the hash; the field, the version that was seen (empty: none), the new value (empty: remove),
 * and the channel to tell of it (empty: tell nobody). A value of another program has its checksum as
 * version. A user who may not publish can still write.
 */
const script = `
local current = redis.call('HGET', KEYS[1], ARGV[1])
local version = ''
if current then
  version = string.match(current, '^v1 (%w+) ') or 'raw' .. redis.sha1hex(current)
end
if version ~= ARGV[2] then return {0, current} end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
if ARGV[4] ~= '' then redis.pcall('PUBLISH', ARGV[4], 'changed') end
return {1}
`;

/** What one run of the script is given. */
interface Change {
  readonly field: string;
  readonly expectedVersion: RowVersion | undefined;
  /** `undefined`: remove it. */
  readonly value: string | undefined;
  readonly isNews: boolean;
}

type ScriptReply = readonly [isDone: number, current?: Buffer | null];

class RedisStore implements Store {
  readonly url: string;
  readonly #context: RegistryContext;
  readonly #settings: RedisSettings;
  readonly #link: RedisLink;
  readonly #hash: string;
  readonly #channel: string;
  readonly #scriptHash = sha1(Buffer.from(script));
  readonly #ownWrites = new OwnWrites();

  constructor(url: string, context: RegistryContext) {
    const settings = parseRedisUrl(url);
    if ("fault" in settings) throw new TypeError(`Not the URL of a Redis: ${settings.fault}`);
    this.url = withoutSecrets(url);
    this.#context = context;
    this.#settings = settings;
    this.#link = new RedisLink(settings, context.clock);
    this.#hash = `${settings.prefix}:${context.cluster}`;
    // All databases of a server share their channels.
    this.#channel = `${this.#hash}:changed:${settings.database}`;
  }

  async entries(call: Call): Promise<readonly Found[]> {
    const fields = await this.#link.ask(call, (client) => client.hgetallBuffer(this.#hash));
    return Object.entries(fields).map(([key, value]) => [key, cellOf(value)]);
  }

  async get(key: string, call: Call): Promise<Entry | undefined> {
    const value = await this.#link.ask(call, (client) => client.hgetBuffer(this.#hash, key));
    return value === null ? undefined : cellOf(value);
  }

  async put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    const version = this.#context.randomText();
    const isNews = this.#ownWrites.isNews(key, text, expectedVersion);
    const value = `v1 ${version} ${text}`;
    const [isDone, current] = await this.#change(
      { field: key, expectedVersion, value, isNews },
      call,
    );
    if (isDone !== 1) {
      return { kind: "conflict", current: current ? cellOf(current) : undefined };
    }
    this.#ownWrites.remember(key, text, version);
    return { kind: "done", version };
  }

  async remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    this.#ownWrites.forget(key);
    const change: Change = { field: key, expectedVersion, value: undefined, isNews: true };
    return (await this.#change(change, call))[0] === 1;
  }

  /**
   * By publish and subscribe, on a connection of its own, because one that listens takes no other
   * commands. Messages are lost while it is away.
   */
  async listen({ ready, changed }: Listener, signal: AbortSignal): Promise<void> {
    await using connection = await RedisConnection.open(
      this.#settings,
      this.#context.clock,
      signal,
    );
    await connection.subscribe(this.#channel, changed, signal);
    ready();
    await connection.untilLost(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#link[Symbol.asyncDispose]();
  }

  /** The server keeps the script until it restarts; only then it has to be sent as a whole. */
  async #change(
    { field, expectedVersion = "", value = "", isNews }: Change,
    call: Call,
  ): Promise<ScriptReply> {
    const run = (command: "EVAL" | "EVALSHA", code: string): Promise<unknown> => {
      const args = [
        code,
        1,
        this.#hash,
        field,
        expectedVersion,
        value,
        isNews ? this.#channel : "",
      ];
      return this.#link.ask(call, (client: Redis) => client.callBuffer(command, ...args));
    };
    try {
      return await run("EVALSHA", this.#scriptHash) as ScriptReply;
    } catch (error) {
      if (!(error instanceof RedisFault && error.code === "NOSCRIPT")) throw error;
      return await run("EVAL", script) as ScriptReply;
    }
  }
}

function cellOf(value: Buffer): Entry {
  const stored = value.toString();
  const [head, version] = /^v1 ([A-Za-z0-9]+) /.exec(stored) ?? [];
  return head === undefined || version === undefined
    ? { text: stored, version: `raw${sha1(value)}` }
    : { text: stored.slice(head.length), version };
}

function sha1(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}
