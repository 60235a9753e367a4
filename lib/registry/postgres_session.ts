/**
 * A few connections to a PostgreSQL server, each of which lives only as long as all goes well.
 *
 * The driver is made for pools that mend themselves. Here each connection is a driver of its own with
 * exactly one socket: after the first sign of trouble both are thrown away, and the next call
 * begins anew. So no statement waits anywhere to be sent again after an outage, and a silent server
 * holds nobody up for longer than the call that met it.
 *
 * @module
 */
import postgres from "postgres";
import { sleep } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { formatAddress } from "../core/address.ts";
import type { Call } from "./bounded.ts";
import { isRefusedSetting, postgresFault } from "./postgres_fault.ts";
import type { FaultScene } from "./postgres_fault.ts";
import { PostgresSocket } from "./postgres_socket.ts";
import type { PostgresSettings } from "./postgres_url.ts";

/**
 * Most connections that one handle uses for calls, at a time. Each is a process of the server, and a
 * node that lists and writes at the same moment loses a millisecond by waiting.
 */
const connectionsMax = 1;

/** How long a farewell may take. */
const farewellMs = 500;

/** What a statement gives back. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** A statement, written with the driver's tag. */
export type Statement = (sql: postgres.Sql) => PromiseLike<Rows>;

/** How sessions are opened. */
export interface SessionOptions {
  readonly settings: PostgresSettings;
  readonly clock: Clock;
  /** After how long the server gives up on a statement by itself. */
  readonly statementTimeoutMs: number;
}

/** One connection, made with its first statement; statements come one at a time. */
export class Session {
  readonly #socket: PostgresSocket;
  readonly #sql: postgres.Sql;
  readonly #clock: Clock;
  readonly #scene: FaultScene;
  /** True if the server is asked to give up on statements by itself. */
  readonly hasLimits: boolean;
  #isSpoilt = false;

  constructor(options: SessionOptions, hasLimits: boolean, onNotify?: () => void) {
    const { settings, clock, statementTimeoutMs } = options;
    const { host, port, user, password, database, schema, startup } = settings;
    this.#clock = clock;
    this.#socket = new PostgresSocket(settings);
    this.hasLimits = hasLimits;
    const limits = hasLimits ? { statement_timeout: statementTimeoutMs } : {};
    const driverOptions = {
      // Of no use but in the driver's own messages: it connects by the socket below.
      host,
      port,
      ...user === undefined ? {} : { user },
      ...password === undefined ? {} : { password },
      ...database === undefined ? {} : { database },
      connection: { ...startup, ...limits },
      socket: () => this.#socket.open(),
      max: 1,
      ssl: false,
      prepare: false,
      fetch_types: false,
      no_subscribe: true,
      connect_timeout: 0,
      idle_timeout: undefined,
      max_lifetime: null,
      backoff: false,
      keep_alive: null,
      debug: false,
      onnotice: () => {},
      onnotify: onNotify,
    };
    this.#sql = postgres(driverOptions);
    const { options: known } = this.#sql;
    this.#scene = {
      at: formatAddress(settings),
      user: known.user,
      database: known.database,
      hasPassword: Boolean(known.pass),
      table: `${schema}.entries`,
    };
  }

  /** Resolves when the connection has ended, for whatever reason. */
  get closed(): Promise<void> {
    return this.#socket.closed;
  }

  /** True while the connection stands and may be used. */
  get isUsable(): boolean {
    return !this.#isSpoilt && this.#socket.isOpen;
  }

  /** What it is busy with when it has a statement to run, for errors. */
  get doing(): string {
    return `${this.isUsable ? "waiting for" : "connecting to"} ${this.#scene.at}`;
  }

  /** The result of one statement; an abort tears the connection down. */
  async run(statement: Statement, signal: AbortSignal): Promise<Rows> {
    const tearDown = (): void => {
      this.#isSpoilt = true;
      this.#socket.destroy();
    };
    if (signal.aborted) tearDown();
    signal.addEventListener("abort", tearDown, { once: true });
    try {
      return await statement(this.#sql);
    } catch (error) {
      const fault = postgresFault(error, this.#scene);
      if (!(fault instanceof Error && "isStatementOnly" in fault && fault.isStatementOnly)) {
        tearDown();
      }
      throw fault;
    } finally {
      signal.removeEventListener("abort", tearDown);
    }
  }

  /** Says farewell if there is somebody to say it to, and leaves nothing behind. */
  async close(): Promise<void> {
    if (this.isUsable) {
      this.#isSpoilt = true;
      const patience = new AbortController();
      const farewell = this.#sql.end({ timeout: 0 }).then(() => this.closed);
      await Promise.race([farewell, sleep(this.#clock, farewellMs, patience.signal)])
        .catch(() => {});
      patience.abort();
    }
    this.#isSpoilt = true;
    this.#socket.destroy();
    await this.closed;
  }
}

/** The connections of one handle: for calls a few that are used again, for hints one each. */
export class Sessions implements AsyncDisposable {
  readonly #options: SessionOptions;
  /** All that are not closed yet. */
  readonly #open = new Set<Session>();
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #busyCount = 0;
  /** False behind a pooler that refuses settings: then it has to have limits of its own. */
  #withLimits = true;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The result of one statement on a connection that is free, or that becomes free. */
  async run(statement: Statement, call: Call): Promise<Rows> {
    const session = await this.#take(call);
    call.doing = session.doing;
    try {
      return await session.run(statement, call.signal);
    } catch (error) {
      if (!session.hasLimits || !isRefusedSetting(error)) throw error;
      // Another session may have learnt the same meanwhile.
      this.#withLimits = false;
    } finally {
      this.#give(session);
    }
    return await this.run(statement, call);
  }

  /** A connection apart that hears notifications; the caller closes it. */
  listener(onNotify: () => void): Session {
    return this.#create(onNotify);
  }

  /** Takes note that a listener's connection failed with `error`. */
  learn(error: unknown): void {
    if (isRefusedSetting(error)) this.#withLimits = false;
  }

  /** Closes all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.close()));
  }

  async #take(call: Call): Promise<Session> {
    call.doing = "waiting for a free connection";
    while (this.#busyCount >= connectionsMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      // Whoever waited in vain lets the next one have it.
      if (call.signal.aborted) this.#waiting.shift()?.();
      call.checkpoint();
    }
    this.#busyCount++;
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.isUsable) return idle;
    }
    return this.#create();
  }

  #create(onNotify?: () => void): Session {
    const session = new Session(this.#options, this.#withLimits, onNotify);
    this.#open.add(session);
    session.closed.then(() => this.#open.delete(session));
    return session;
  }

  #give(session: Session): void {
    this.#busyCount--;
    if (session.isUsable) this.#idle.push(session);
    this.#waiting.shift()?.();
  }
}
