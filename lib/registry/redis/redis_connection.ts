/**
 * Connections to a Redis server: one from its opening to its end, and a link that keeps one.
 *
 * The client could connect again by itself, wait longer and longer between attempts, and repeat what
 * was under way. All of that is off: whoever asks connects if need be, so there is no waiting when
 * the server is back, and a command is sent once, while its caller still waits, or never.
 *
 * @module
 */
import { Redis } from "iovalkey";
import type { RedisOptions } from "iovalkey";
import { orAborted } from "../../abort.ts";
import { sleep, withDeadline } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { formatAddress } from "../../core/base/address.ts";
import { untilResolved } from "../../sockets/system_lookup.ts";
import type { Call } from "../common/timed_calls.ts";
import { readTlsFiles } from "../common/certificates.ts";
import type { TlsTexts } from "../common/certificates.ts";
import { isLost, RedisFault, redisFault, schemeEnd, withTlsHint } from "./redis_faults.ts";
import { masterOf } from "./redis_sentinel.ts";
import type { RedisSettings } from "./redis_url.ts";

/** How long it may take until a connection can be used, in milliseconds. */
const connectTimeoutMs = 2_000;

/** A connection is given up when a caller gave up on it and has waited at least so long. */
const stuckAfterMs = 1_000;

/** How often a connection that only listens makes sure that the server is still there. */
const pingIntervalMs = 10_000;

interface Asked {
  readonly at: number;
  isAbandoned: boolean;
}

/** One connection. When it has ended it stays so. */
export class RedisConnection implements AsyncDisposable {
  readonly #settings: RedisSettings;
  readonly #clock: Clock;
  readonly #client: Redis;
  readonly #ended: Promise<void>;
  /** Commands without an answer yet. */
  readonly #asked = new Set<Asked>();
  /** False as long as the server has said nothing, as one does that expects another protocol. */
  #hasAnswered = false;
  /** What the client said at last; tells more than the errors of its commands. */
  #lastError: unknown;
  #isWrongServer = false;

  private constructor(settings: RedisSettings, clock: Clock, files: TlsTexts) {
    this.#settings = settings;
    this.#clock = clock;
    this.#client = new Redis(clientOptions(settings, files));
    this.#client.on("error", (error: unknown) => this.#lastError = error);
    this.#ended = new Promise((resolve) => this.#client.once("end", () => resolve()));
  }

  /**
   * A connection that can be used at once: in the right database, as the right user.
   *
   * @throws {RedisFault} if there is none within {@linkcode connectTimeoutMs}
   * @throws the abort reason as soon as `signal` is aborted
   */
  static async open(
    settings: RedisSettings,
    clock: Clock,
    signal: AbortSignal,
  ): Promise<RedisConnection> {
    const files = await readTlsFiles(settings);
    signal.throwIfAborted();
    const tooLate = new AbortController();
    const reason = `no connection within ${connectTimeoutMs} ms`;
    const cancel = clock.after(
      connectTimeoutMs,
      () => tooLate.abort(new RedisFault(reason)),
    );
    try {
      const either = AbortSignal.any([signal, tooLate.signal]);
      const { sentinel } = settings;
      const server = sentinel && await masterOf(
        settings,
        sentinel,
        (host) => clientOptions({ ...settings, ...host }, files),
        either,
      );
      return await RedisConnection.#connected({ ...settings, ...server }, clock, files, either);
    } finally {
      cancel();
    }
  }

  static async #connected(
    settings: RedisSettings,
    clock: Clock,
    files: TlsTexts,
    signal: AbortSignal,
  ): Promise<RedisConnection> {
    const connection = new RedisConnection(settings, clock, files);
    try {
      await untilResolved(settings.host, signal);
      connection.#hasAnswered = await connection.ask(
        signal,
        (client) => shakeHands(client, settings),
      );
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw signal.aborted ? error : redisFault(error, settings) ?? error;
    }
  }

  /** False once it has ended, or if there is reason to believe that another one would do better. */
  get isUsable(): boolean {
    if (this.#client.status !== "ready" || !this.#client.stream.writable) return false;
    const longAgo = this.#clock.now() - stuckAfterMs;
    const isStuck = [...this.#asked].some(({ at, isAbandoned }) => isAbandoned && at <= longAgo);
    return !isStuck && !this.#isWrongServer;
  }

  /**
   * What the server answers to `command`.
   *
   * @throws {RedisFault} if it answers with an error, or not at all
   * @throws the abort reason as soon as `signal` is aborted
   */
  async ask<T>(signal: AbortSignal, command: (client: Redis) => Promise<T>): Promise<T> {
    const asked: Asked = { at: this.#clock.now(), isAbandoned: false };
    this.#asked.add(asked);
    const answer = command(this.#client).finally(() => this.#asked.delete(asked));
    try {
      const answered = await orAborted(answer, signal);
      this.#hasAnswered = true;
      return answered;
    } catch (error) {
      asked.isAbandoned = signal.aborted;
      throw signal.aborted ? error : this.#fault(error);
    }
  }

  /** Calls `onMessage` for whatever is published on `channel` from now on. */
  async subscribe(channel: string, onMessage: () => void, signal: AbortSignal): Promise<void> {
    this.#client.on("message", onMessage);
    await this.ask(signal, (client) => client.subscribe(channel));
  }

  /** Resolves when the connection has ended, the server has fallen silent, or on an abort. */
  async untilLost(signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    this.#ended.then(() => ended.abort());
    const either = AbortSignal.any([signal, ended.signal]);
    while (!either.aborted) {
      await sleep(this.#clock, pingIntervalMs, either).catch(() => {});
      if (either.aborted) return;
      const pong = withDeadline(this.#clock, connectTimeoutMs, "ping", this.#client.ping());
      if (!await orAborted(pong, either).then(() => true, () => false)) return;
    }
  }

  /** Ends the connection, and with it what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#client.status !== "end") this.#client.disconnect();
    await this.#ended;
  }

  #fault(error: unknown): unknown {
    const fault = isLost(error) && this.#lastError !== undefined
      ? redisFault(this.#lastError, this.#settings) ?? redisFault(error, this.#settings)
      : redisFault(error, this.#settings);
    if (fault instanceof RedisFault && fault.isWrongServer) this.#isWrongServer = true;
    if (fault !== undefined && !this.#hasAnswered) return withTlsHint(fault, this.#settings);
    return fault ?? error;
  }
}

/** Keeps one connection for commands, and makes a new one when it is needed and asked for. */
export class RedisLink implements AsyncDisposable {
  readonly #settings: RedisSettings;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #current: RedisConnection | undefined;
  #opening: Promise<RedisConnection> | undefined;
  /** Ends of connections that were given up. */
  readonly #ends = new Set<Promise<void>>();

  constructor(settings: RedisSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** What the server answers to `command`, which is sent only if somebody still waits for it. */
  async ask<T>(call: Call, command: (client: Redis) => Promise<T>): Promise<T> {
    call.doing = connectingText(this.#settings);
    const connection = this.#usable() ?? await orAborted(this.#open(), call.signal);
    call.checkpoint();
    call.doing = "";
    return await connection.ask(call.signal, command);
  }

  /** Ends all connections; calls must have ended before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#opening?.catch(() => {});
    this.#giveUp();
    await Promise.all(this.#ends);
  }

  #usable(): RedisConnection | undefined {
    if (this.#current?.isUsable === false) this.#giveUp();
    return this.#current;
  }

  #open(): Promise<RedisConnection> {
    this.#opening ??= RedisConnection.open(this.#settings, this.#clock, this.#closing.signal)
      .then((connection) => this.#current = connection)
      .finally(() => this.#opening = undefined);
    return this.#opening;
  }

  #giveUp(): void {
    const end = this.#current?.[Symbol.asyncDispose]().finally(() => this.#ends.delete(end!));
    this.#current = undefined;
    if (end !== undefined) this.#ends.add(end);
  }
}

function clientOptions({ host, port, isTls }: RedisSettings, files: TlsTexts): RedisOptions {
  return {
    host,
    port,
    // Both: IPv4 and IPv6.
    family: 0,
    lazyConnect: true,
    // Checks, passwords and databases are ours: the client goes on when some of them fail.
    enableReadyCheck: false,
    connectTimeout: 0,
    disconnectTimeout: 0,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    ...(isTls ? { tls: { ...files } } : {}),
  };
}

/** A server without TLS waits for the end of the line that it takes the first words of TLS for. */
function connectingText(settings: RedisSettings): string {
  const { isTls, sentinel } = settings;
  const at = sentinel === undefined ? formatAddress(settings) : `master "${sentinel.master}"`;
  const hint = isTls ? ` with TLS; if it is without, write redis${schemeEnd(settings)}` : "";
  return `connecting to ${at}${hint}`;
}

/** True if the server has said anything. */
async function shakeHands(
  client: Redis,
  { user, password, database }: RedisSettings,
): Promise<boolean> {
  await client.connect();
  if (password !== undefined) {
    try {
      await (user === "" ? client.auth(password) : client.auth(user, password));
    } catch (error) {
      // A password too much does no harm.
      if (!/without any password|no password is set/.test(String(error))) throw error;
    }
  }
  if (database !== 0) await client.select(database);
  return password !== undefined || database !== 0;
}
