/**
 * A few connections to a PostgreSQL server, each of which lives only as long as all goes well.
 *
 * The driver is made for pools that mend themselves. Here each connection is a driver of its own with
 * exactly one socket: after the first sign of trouble both are thrown away, and the next call
 * begins anew. So no statement waits anywhere to be sent again after an outage, and a silent server
 * holds nobody up for longer than the call that met it. A server that is far away is not silent: from
 * TCP over TLS and the password to the first row it is asked and answers up to eight times, so while
 * it does, a call has more patience.
 *
 * @module
 */
import postgres from "postgres";
import { onAbort } from "../../abort.ts";
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import type { Call } from "../common/timed_calls.ts";
import {
  mayBeRefusedSetting,
  PostgresFault,
  postgresFault,
  readOnlyFault,
} from "./postgres_fault.ts";
import type { FaultScene } from "./postgres_fault.ts";
import { PostgresSocket } from "./postgres_socket.ts";
import { postgresHostText } from "./postgres_url.ts";
import type { PostgresHost, PostgresSettings } from "./postgres_url.ts";

/**
 * Most connections that one handle uses for calls, at a time. Each is a process of the server, and a
 * node that lists and writes at the same moment loses a millisecond by waiting.
 */
const connectionsMax = 1;

/** The driver would tell its own name; what is empty it leaves out. */
const noExtras = { application_name: "" };

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
  /** How long a call waits for all that it needs. */
  readonly timeoutMs: number;
}

/** What one session of them is like. */
interface SessionChoice {
  readonly host: PostgresHost;
  /** True if the server is told more than it has to be: who we are, and when to give up. */
  readonly hasExtras: boolean;
  readonly onNotify: (() => void) | undefined;
}

/** One connection, made with its first statement; statements come one at a time. */
export class Session {
  readonly #socket: PostgresSocket;
  readonly #sql: postgres.Sql;
  readonly #options: SessionOptions;
  readonly #scene: FaultScene;
  readonly host: PostgresHost;
  readonly hasExtras: boolean;
  #isSpoilt = false;
  /** Set once the server has answered a statement. */
  #bytesOfLogin: number | undefined;

  constructor(options: SessionOptions, { host, hasExtras, onNotify }: SessionChoice) {
    const { settings, statementTimeoutMs } = options;
    const { user, password, database, schema, startup } = settings;
    this.host = host;
    this.hasExtras = hasExtras;
    this.#options = options;
    this.#socket = new PostgresSocket(settings, host);
    const extras = { application_name: "clusternode", statement_timeout: statementTimeoutMs };
    const driverOptions = {
      // Of no use but in the driver's own messages: it connects by the socket below.
      host: host.host,
      port: host.port,
      ...user === undefined ? {} : { user },
      ...password === undefined ? {} : { password },
      ...database === undefined ? {} : { database },
      connection: { ...hasExtras ? extras : noExtras, ...startup },
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
      at: postgresHostText(host),
      user: known.user ?? "",
      database: known.database ?? "",
      hasPassword: Boolean(known.pass),
      hasCertificate: settings.sslcert !== undefined,
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

  get #isLoggedIn(): boolean {
    return this.#bytesOfLogin !== undefined;
  }

  /** What the server has said so far on the way to its first answer, in bytes. */
  get bytesOfLogin(): number {
    return this.#bytesOfLogin ?? this.#socket.bytesHeard;
  }

  /** The result of one statement; an abort tears the connection down. */
  async run(statement: Statement, signal: AbortSignal): Promise<Rows> {
    const tearDown = (): void => this.tearDown();
    const forgetAbort = onAbort(signal, tearDown);
    try {
      if (this.#options.settings.mustWrite && !this.#isLoggedIn) await this.#requireWritable();
      const rows = await statement(this.#sql);
      this.#bytesOfLogin ??= this.#socket.bytesHeard;
      return rows;
    } catch (error) {
      const fault = postgresFault(error, this.#scene, this.#isLoggedIn);
      if (fault instanceof PostgresFault && fault.kind === "statement") {
        this.#bytesOfLogin ??= this.#socket.bytesHeard;
      } else tearDown();
      throw fault;
    } finally {
      forgetAbort();
    }
  }

  /** Ends it at once, whatever is under way. */
  tearDown(): void {
    this.#isSpoilt = true;
    this.#socket.destroy();
  }

  /** Of several hosts none may use up the time of all others by its silence. */
  async #requireWritable(): Promise<void> {
    const { settings, clock, timeoutMs } = this.#options;
    const limitMs = Math.ceil(timeoutMs / (settings.hosts.length + 1));
    const isGettingOn = growing(() => this.bytesOfLogin);
    let isSilent = false;
    const limit = (): () => void =>
      clock.after(limitMs, () => {
        if (isGettingOn()) return void (cancel = limit());
        isSilent = true;
        this.tearDown();
      });
    let cancel = settings.hosts.length === 1 ? () => {} : limit();
    try {
      const [row] = await this.#sql`show transaction_read_only`;
      if (row?.["transaction_read_only"] === "on") throw readOnlyFault(this.#scene);
    } catch (error) {
      if (!isSilent) throw error;
      throw new PostgresFault(`${this.#scene.at} does not answer`, "", "connection", true);
    } finally {
      cancel();
    }
  }

  /** Says farewell if there is somebody to say it to, and leaves nothing behind. */
  async close(): Promise<void> {
    if (this.isUsable) {
      this.#isSpoilt = true;
      const patience = new AbortController();
      const farewell = this.#sql.end({ timeout: 0 }).then(() => this.closed);
      await Promise.race([farewell, sleep(this.#options.clock, farewellMs, patience.signal)])
        .catch(() => {});
      patience.abort();
    }
    this.#isSpoilt = true;
    this.#socket.destroy();
    await this.closed;
  }
}

/** Tells, each time, whether what `measure` gives is more than it was the last time. */
function growing(measure: () => number): () => boolean {
  let before = measure();
  return () => {
    const now = measure();
    const isMore = now > before;
    before = now;
    return isMore;
  };
}

/** The connections of one handle: for calls a few that are used again, for hints one each. */
export class Sessions implements AsyncDisposable {
  readonly #options: SessionOptions;
  /** All that are not closed yet. */
  readonly #open = new Set<Session>();
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #busyCount = 0;
  /** False behind what refuses settings: then it has to have limits of its own. */
  #withExtras = true;
  /** Index of the host to begin with. */
  #first = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * The result of one statement on a connection that is free, or that becomes free. Of several hosts
   * each gets its turn, unless the one before may have carried the statement out.
   */
  async run(statement: Statement, call: Call): Promise<Rows> {
    const reasons = new Set<string>();
    // Whoever makes the connection: all wait for the same one. What it took counts after it, too, as
    // the time of what comes next has gone into it.
    call.isGettingOn ??= growing(() => this.#bytesOfLogins());
    for (let turn = 1;; turn++) {
      const session = await this.#take(call);
      const before = reasons.size === 0 ? "" : ` (${[...reasons].join("; ")})`;
      call.doing = `${session.doing}${before}`;
      try {
        return session.hasExtras
          ? await this.#runWithExtras(session, statement, call)
          : await session.run(statement, call.signal);
      } catch (error) {
        this.learn(error, session);
        const mayGoOn = error instanceof PostgresFault && error.isUnserved &&
          turn < this.#options.settings.hosts.length;
        if (error instanceof PostgresFault) reasons.add(error.message);
        if (mayGoOn) continue;
        if (!(error instanceof PostgresFault) || reasons.size < 2) throw error;
        throw new PostgresFault([...reasons].join("; "), error.code, error.kind, false);
      } finally {
        this.#give(session);
      }
    }
  }

  /** A connection apart that hears notifications; the caller closes it. */
  listener(onNotify: () => void): Session {
    return this.#create(this.#withExtras, onNotify);
  }

  /**
   * Takes note that `session` failed with `error`. Others that lead to the same wrong server, such
   * as a listener that would never hear anything there, are ended, too.
   */
  learn(error: unknown, session: Session): void {
    if (!(error instanceof PostgresFault) || error.kind === "statement") return;
    if (session.hasExtras && mayBeRefusedSetting(error)) this.#withExtras = false;
    const { hosts } = this.#options.settings;
    if (hosts[this.#first] === session.host) this.#first = (this.#first + 1) % hosts.length;
    if (error.kind !== "wrong-server") return;
    for (const other of this.#open) if (other.host === session.host) other.tearDown();
  }

  /** Closes all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.close()));
  }

  #bytesOfLogins(): number {
    return [...this.#open].reduce((sum, { bytesOfLogin }) => sum + bytesOfLogin, 0);
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

  /** The same without what the server may refuse, if that is what it has refused. */
  async #runWithExtras(session: Session, statement: Statement, call: Call): Promise<Rows> {
    try {
      return await session.run(statement, call.signal);
    } catch (error) {
      if (!mayBeRefusedSetting(error) || call.signal.aborted) throw error;
    }
    const plain = this.#create(false);
    try {
      const rows = await plain.run(statement, call.signal);
      this.#withExtras = false;
      return rows;
    } finally {
      if (plain.isUsable) this.#idle.push(plain);
    }
  }

  #create(hasExtras = this.#withExtras, onNotify?: () => void): Session {
    const host = this.#options.settings.hosts[this.#first] as PostgresHost;
    const session = new Session(this.#options, { host, hasExtras, onNotify });
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
