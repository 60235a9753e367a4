/**
 * A registry in a table of a PostgreSQL database.
 *
 * One row of a small table per node. Each change is one statement that compares the version before
 * it sets, so the server decides who was first. Versions are random texts of the writer and not
 * numbers of the server: a sequence starts again when the table is made anew, when a backup is
 * restored, and may step back when a standby takes over, and then an old version would name a new row.
 *
 * Whoever changes more than a heartbeat also notifies a channel on which all others listen.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { rowMaxBytes } from "../../core/members/row.ts";
import type { Call } from "../common/timed_calls.ts";
import type { Listener } from "../common/hint.ts";
import { OwnWrites } from "../common/news.ts";
import type { RegistryContext } from "../context.ts";
import { missingTableCodes, PostgresFault, retryCodes } from "./postgres_fault.ts";
import { listen } from "./postgres_listener.ts";
import { Sessions } from "./postgres_session.ts";
import type { Rows, Statement } from "./postgres_session.ts";
import { parsePostgresUrl } from "./postgres_url.ts";
import type { PostgresSettings } from "./postgres_url.ts";
import type { Registry, RowVersion } from "../registry.ts";
import { defaultTimeoutMs, storeRegistry } from "../store.ts";
import type { CasResult, Entry, Found, Store } from "../store.ts";
import { textVersion } from "../common/text_version.ts";
import { withoutSecrets } from "../url.ts";

/** How often a statement is sent that the server wants to be sent again. */
const attemptsMax = 5;

/** Most characters of a text that are read: one more than a row can have, so it shows. */
const textMaxLength = rowMaxBytes + 1;

/** A handle on one cluster in the database at `url`; connects with the first call. */
export function openPostgresRegistry(url: string, context: RegistryContext): Registry {
  const settings = parsePostgresUrl(url);
  if ("fault" in settings) throw new TypeError(`Not the URL of a PostgreSQL: ${settings.fault}`);
  return storeRegistry(new PostgresStore(withoutSecrets(url), settings, context), context);
}

/** On what the handles of one cluster listen; tells nothing, as everyone in the database sees it. */
export function channelOf(schema: string, cluster: string): string {
  return `clusternode_${textVersion(`${schema} ${cluster}`).replaceAll(".", "_")}`;
}

class PostgresStore implements Store {
  readonly url: string;
  readonly #cluster: string;
  readonly #clock: Clock;
  readonly #randomText: () => string;
  readonly #sessions: Sessions;
  readonly #schema: string;
  /** The table, with its schema; the driver quotes both. */
  readonly #table: string;
  readonly #channel: string;
  readonly #ownWrites = new OwnWrites();

  constructor(
    url: string,
    settings: PostgresSettings,
    { cluster, clock, timeoutMs = defaultTimeoutMs, randomText }: RegistryContext,
  ) {
    this.url = url;
    this.#cluster = cluster;
    this.#clock = clock;
    this.#randomText = randomText;
    this.#schema = settings.schema;
    this.#table = `${settings.schema}.entries`;
    this.#channel = channelOf(settings.schema, cluster);
    // A little less than a call waits, so that the server gives up first and says so.
    const statementTimeoutMs = Math.ceil(timeoutMs * 0.9);
    this.#sessions = new Sessions({ settings, clock, statementTimeoutMs, timeoutMs });
  }

  async entries(call: Call): Promise<readonly Found[]> {
    const rows = await this.#runUnlessMissing((sql) =>
      sql`
        select key::text, left(text::text, ${textMaxLength}::int) as text, version::text
        from ${sql(this.#table)} where cluster = ${this.#cluster}
      `, call);
    return rows.map((row) => [String(row["key"]), cellOf(row)] as const);
  }

  async get(key: string, call: Call): Promise<Entry | undefined> {
    const [row] = await this.#runUnlessMissing((sql) =>
      sql`
        select left(text::text, ${textMaxLength}::int) as text, version::text
        from ${sql(this.#table)} where cluster = ${this.#cluster} and key = ${key}
      `, call);
    return row && cellOf(row);
  }

  async put(
    key: string,
    text: string,
    expectedVersion: RowVersion | undefined,
    call: Call,
  ): Promise<CasResult> {
    const version = this.#randomText();
    const { length } = expectedVersion === undefined
      ? await this.#insert(key, text, version, call)
      : await this.#update(key, text, version, expectedVersion, call);
    // The statement that lost may not see yet what it lost against; another one does.
    if (length === 0) return { kind: "conflict", current: await this.get(key, call) };
    this.#ownWrites.remember(key, text, version);
    return { kind: "done", version };
  }

  async remove(key: string, expectedVersion: RowVersion, call: Call): Promise<boolean> {
    const rows = await this.#runUnlessMissing((sql) =>
      sql`
        with gone as (
          delete from ${sql(this.#table)}
          where cluster = ${this.#cluster} and key = ${key} and version = ${expectedVersion} returning key
        ) select pg_notify(${this.#channel}, '') from gone
      `, call);
    this.#ownWrites.forget(key);
    return rows.length > 0;
  }

  /** Who clears away what is old goes by the only time that there is. */
  async refresh(key: string, cell: Entry, call: Call): Promise<void> {
    await this.#runUnlessMissing((sql) =>
      sql`
        update ${sql(this.#table)} set updated_at = now()
        where cluster = ${this.#cluster} and key = ${key} and version = ${cell.version}
          and updated_at < now() - interval '12 hours'
      `, call);
  }

  async listen(listener: Listener, signal: AbortSignal): Promise<void> {
    await listen(this.#sessions, this.#channel, this.#clock, listener, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
  }

  async #insert(key: string, text: string, version: RowVersion, call: Call): Promise<Rows> {
    const insert: Statement = (sql) =>
      sql`
        with done as (
          insert into ${sql(this.#table)} (cluster, key, text, version)
          values (${this.#cluster}, ${key}, ${text}, ${version})
          on conflict (cluster, key) do nothing returning key
        ) select pg_notify(${this.#channel}, '') from done
      `;
    try {
      return await this.#run(insert, call);
    } catch (error) {
      if (!isMissingTable(error)) throw error;
    }
    await this.#create(call);
    return await this.#run(insert, call);
  }

  #update(
    key: string,
    text: string,
    version: RowVersion,
    expectedVersion: RowVersion,
    call: Call,
  ): Promise<Rows> {
    const isNews = this.#ownWrites.isNews(key, text, expectedVersion);
    return this.#runUnlessMissing((sql) => {
      const update = sql`
        update ${sql(this.#table)} set text = ${text}, version = ${version}, updated_at = now()
        where cluster = ${this.#cluster} and key = ${key} and version = ${expectedVersion} returning key
      `;
      return isNews
        ? sql`with done as (${update}) select pg_notify(${this.#channel}, '') from done`
        : update;
    }, call);
  }

  /**
   * Makes the table. Of many who do that at once, some are told that it is there already, in one way
   * or another; a schema that is there is left alone, because not everyone may make schemas.
   */
  async #create(call: Call): Promise<void> {
    const table: Statement = (sql) =>
      sql`
        create table if not exists ${sql(this.#table)} (
          cluster text collate "C" not null,
          key text collate "C" not null,
          text text not null,
          version text not null,
          updated_at timestamptz not null default now(),
          primary key (cluster, key)
        ) with (fillfactor = 50)
      `;
    const schema: Statement = (sql) => sql`create schema if not exists ${sql(this.#schema)}`;
    const steps = [table, schema, table];
    for (const step of steps) {
      call.checkpoint();
      try {
        await this.#run(step, call);
        if (step === table) return;
      } catch (error) {
        const code = error instanceof PostgresFault ? error.code : "";
        if (code === "42501") {
          const { message } = error as PostgresFault;
          throw call.fault(`there is no table ${this.#table}, and ${message}`);
        }
        const isThere = ["23505", "42P06", "42P07", "42710"].includes(code);
        if (!isThere && !isMissingTable(error)) throw error;
        if (isThere && step === table) return;
      }
    }
  }

  /**
   * The result of a statement that may be sent twice, because the server takes back what it
   * refuses.
   */
  async #run(statement: Statement, call: Call): Promise<Rows> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#sessions.run(statement, call);
      } catch (error) {
        const mayRetry = error instanceof PostgresFault && retryCodes.includes(error.code);
        if (!mayRetry || attempt === attemptsMax) throw error;
        call.checkpoint();
      }
    }
  }

  /** The same, and nothing if there is no table yet. */
  async #runUnlessMissing(statement: Statement, call: Call): Promise<Rows> {
    try {
      return await this.#run(statement, call);
    } catch (error) {
      if (isMissingTable(error)) return [];
      throw error;
    }
  }
}

function cellOf(row: Rows[number]): Entry {
  return { text: String(row["text"]), version: String(row["version"]) };
}

function isMissingTable(error: unknown): boolean {
  return error instanceof PostgresFault && missingTableCodes.includes(error.code);
}
