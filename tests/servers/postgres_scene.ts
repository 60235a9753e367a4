/**
 * What the tests of the PostgreSQL registry share: one server for a file, a schema for each test.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Row } from "../../lib/core/members/row.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import type { Registry, RowVersion } from "../../lib/registry/registry.ts";
import { messageOf, reasonIn } from "../registry/fault_of.ts";
import { postgresNeeds, postgresPassword, PostgresServer } from "./postgres_server.ts";
import type { PostgresUrlParts } from "./postgres_server.ts";
import { needingServer, sharedServer } from "./server.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../registry/rows.ts";

/** How long any call of a test waits: ten times of what a busy machine needs. */
export const timeoutMs = 10_000;

/** The name that tests write to when any will do. */
export const name = nameOf("n1@10.0.0.2");

let schemaCount = 0;

/** The server of this test file. */
export const sharedPostgres: () => Promise<PostgresServer> = sharedServer(() =>
  PostgresServer.create()
);

/** A schema that no other test uses. */
export function newSchema(): string {
  return `test_${++schemaCount}`;
}

/** A schema of the shared server, with handles on it. */
export class PostgresScene implements AsyncDisposable {
  readonly server: PostgresServer;
  readonly schema = newSchema();
  readonly #handles: Registry[] = [];

  private constructor(server: PostgresServer) {
    this.server = server;
  }

  static async create(): Promise<PostgresScene> {
    return new PostgresScene(await sharedPostgres());
  }

  /** A new handle; the scene closes it. */
  async open(parts: PostgresUrlParts & SceneOptions = {}): Promise<Registry> {
    const { cluster = "default", query = "", timeoutMs: patienceMs = timeoutMs } = parts;
    const url = this.server.url({ ...parts, query: `schema=${this.schema}&${query}` });
    const context = { cluster, clock: systemClock, timeoutMs: patienceMs, randomText };
    const handle = await openRegistry(url.replace(/&$/, ""), context);
    this.#handles.push(handle);
    return handle;
  }

  /** Statements of the superuser, with `@` for the schema. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    return await this.server.query(text.replaceAll("@", this.schema));
  }

  /** Makes a user with the same password as the superuser has; with `@` for the schema. */
  async user(settings: string, ...statements: string[]): Promise<string> {
    const user = `user_of_${this.schema}`;
    await this.query(`create role ${user} login password '${postgresPassword}' ${settings}`);
    for (const statement of statements) await this.query(statement.replaceAll("$", user));
    return user;
  }

  /** How many connections `user` has, of all that look like one of ours. */
  async connections(user: string, condition = "true"): Promise<number> {
    const found = await this.query(
      `select 1 from pg_stat_activity where usename = '${user}' and ${condition}`,
    );
    return found.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle[Symbol.asyncDispose]()));
  }
}

/** What is no part of the URL. */
export interface SceneOptions {
  readonly cluster?: string;
  readonly timeoutMs?: number;
}

/** A test with a server; skipped by name where there is none. */
export function postgresTest(title: string, fn: (scene: PostgresScene) => Promise<void>): void {
  Deno.test({
    ...needingServer(`postgres: ${title}`, postgresNeeds),
    async fn() {
      await using scene = await PostgresScene.create();
      await fn(scene);
    },
  });
}

/** Writes a row of {@linkcode name}, and gives its version. */
export async function written(
  registry: Registry,
  heartbeat: number,
  seen?: RowVersion,
  changes: Partial<Row> = {},
): Promise<RowVersion> {
  return await writtenVersion(registry.write(rowOf(name, heartbeat, changes), seen, never));
}

/** True of connections that listen, as a condition in SQL: it is what they have asked last. */
export const listening = "query like 'show transaction_read_only%'";

/** A fault of the registry that says `sentence`, and gives away no secret anywhere. */
export function failure(sentence: RegExp, secret = postgresPassword): (error: unknown) => boolean {
  return (error) => {
    assert.match(reasonIn(messageOf(error, [secret])), sentence);
    return true;
  };
}

/** Every call rejects with that sentence, see {@linkcode failure}. */
export async function refusesAll(
  registry: Registry,
  sentence: RegExp,
  secret?: string,
): Promise<void> {
  const calls = [
    registry.list(never),
    registry.read(name, never),
    registry.write(rowOf(name), undefined, never),
    registry.remove(name, "version", never),
    registry.cookie(never),
    registry.getOrCreateCookie("minted", never),
  ];
  await Promise.all(calls.map((call) => assert.rejects(call, failure(sentence, secret))));
}
