/**
 * PostgreSQL servers that stop taking writes while others take over, and what stands in front of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import { RegistryError } from "../../lib/core/base/errors.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { never, randomText, rowOf } from "../registry/rows.ts";
import { PgBouncer } from "./pgbouncer.ts";
import {
  failure,
  listening,
  name,
  newSchema,
  postgresTest,
  timeoutMs,
  written,
} from "./postgres_scene.ts";
import { postgresNeeds, postgresPassword, PostgresServer } from "./postgres_server.ts";
import { clientName, run } from "./program.ts";
import { Relay } from "./relay.ts";
import { needingServer } from "./server.ts";
import { until } from "../support/waiting.ts";

const readOnly = /^user "postgres" may only read at 127.*: it is a standby or set to be read-only$/;

const context = { cluster: "default", clock: systemClock, timeoutMs, randomText };

function open(server: PostgresServer, port: string | number, query = ""): Promise<Registry> {
  const url = server.url({ query }).replace(`:${server.port}/`, `:${port}/`);
  return openRegistry(url, context);
}

Deno.test({
  ...needingServer("postgres: a handle follows a name from server to server", postgresNeeds),
  async fn() {
    await using primary = await PostgresServer.create("max_wal_senders = 4");
    await using first = await openRegistry(primary.url(), context);
    let version = await written(first, 1);
    await using standby = await primary.standby();
    await using relay = new Relay(standby.port);
    // The name leads to a server that takes no writes, and to the right one only later.
    await using handle = await open(primary, relay.port);
    await until("the copy", async () => (await handle.list(never)).rows.length === 1);
    await assert.rejects(handle.write(rowOf(name, 2), version, never), failure(readOnly));
    relay.target = primary.port;
    version = await written(handle, 2, version);
    let hints = 0;
    const stop = new AbortController();
    const watching = handle.watch(() => hints++, stop.signal);
    await until("a hint", async () => {
      version = await written(first, 3, version, { tags: { version } });
      return hints > 0;
    });
    // The server under the open connections stops taking writes, and the name moves on.
    await until("the copy is complete", async () => {
      const [copy] = await standby.query("select version from clusternode.entries");
      return copy?.["version"] === version;
    });
    await primary.query("alter system set default_transaction_read_only = on");
    await primary.query("select pg_reload_conf()");
    await until(
      "read-only",
      () => handle.write(rowOf(name, 4), "x", never).then(() => false, () => true),
    );
    const watches = "select from pg_stat_activity where backend_start > pg_conf_load_time()" +
      ` and ${listening}`;
    await until("the watch is back", async () => (await primary.query(watches)).length === 1);
    await standby.promote();
    relay.target = standby.port;
    version = await written(handle, 4, version);
    await using other = await openRegistry(standby.url(), context);
    const before = hints;
    await until("a hint from the new server", async () => {
      version = await written(other, 5, version, { tags: { version } });
      return hints > before;
    });
    stop.abort();
    await watching;
  },
});

Deno.test({
  ...needingServer("postgres: of several hosts the one that takes writes is used", postgresNeeds),
  async fn() {
    await using primary = await PostgresServer.create("max_wal_senders = 4");
    await using standby = await primary.standby();
    await using silent = new Relay(undefined);
    const hosts = `1,127.0.0.1:${silent.port},127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
    await using handle = await open(primary, hosts);
    let version = await written(handle, 1);
    await using inPrimary = await openRegistry(primary.url(), context);
    assert.equal((await inPrimary.list(never)).rows.length, 1);
    await until("the copy", async () => {
      return (await standby.query("select to_regclass('clusternode.entries')"))[0]
        ?.["to_regclass"] !== null;
    });
    await primary.stop();
    // That its connection broke may be what it is told first.
    await until("all that is left refuses", async () => {
      const error: unknown = await handle.list(never).catch((error: unknown) => error);
      assert.ok(error instanceof RegistryError, `${error}`);
      return /refuses the connection; .*may only read/.test(error.message);
    });
    await standby.promote();
    version = await written(handle, 2, version);
    await using inStandby = await openRegistry(standby.url(), context);
    assert.equal((await inStandby.list(never)).rows[0]?.version, version);
    await primary.start();
  },
});

/** A refusal at login, as `code` and words of its own. */
function refusing(code: string, words: string, parameter: string): Relay["answer"] {
  return (sent) => {
    if (!new TextDecoder().decode(sent).includes(parameter)) return undefined;
    const body = new TextEncoder().encode(`SFATAL\0VFATAL\0C${code}\0M${words}\0\0`);
    return new Uint8Array([69, 0, 0, 0, body.length + 4, ...body]);
  };
}

postgresTest("a start-up parameter that is refused in any words is left out", async (scene) => {
  const refusals: [string, string, string][] = [
    ["0A000", "Feature not supported: RDS Proxy currently doesn't support it", "statement_timeout"],
    ["08P01", "Unsupported startup parameter: statement_timeout", "statement_timeout"],
    ["42704", "unrecognized configuration parameter", "statement_timeout"],
    ["08P01", "unsupported startup parameter: application_name", "application_name"],
  ];
  for (const refusal of refusals) {
    await using relay = new Relay(scene.server.port);
    relay.answer = refusing(...refusal);
    await using handle = await scene.open({ port: relay.port });
    const version = await written(handle, 1);
    assert.equal(await handle.remove(name, version, never), "removed");
  }
  await using relay = new Relay(scene.server.port);
  relay.answer = refusing("0A000", "options are not supported", "options");
  const handle = await scene.open({ port: relay.port, query: "options=-c%20geqo%3Doff" });
  const sentence = /^the server at 127.* refuses the login with code 0A000: options are not supp/;
  await assert.rejects(handle.list(never), failure(sentence));
  relay.answer = () => undefined;
  assert.deepEqual((await handle.list(never)).rows, []);
});

Deno.test({
  ...needingServer("postgres: a handle works through PgBouncer", {
    ...postgresNeeds,
    programs: [...postgresNeeds.programs, "pgbouncer"],
  }),
  async fn() {
    await using server = await PostgresServer.create();
    for (const mode of ["session", "transaction"] as const) {
      await using bouncer = await PgBouncer.create(server, mode);
      const query = `schema=${newSchema()}`;
      await using one = await openRegistry(server.url({ port: bouncer.port, query }), context);
      await using two = await openRegistry(server.url({ port: bouncer.port, query }), context);
      const version = await written(one, 1);
      await written(two, 2, version);
      await server.stop();
      await assert.rejects(one.list(never));
      await server.start();
      await until("it is back", () => one.list(never).then(() => true, () => false));
      assert.equal((await one.list(never)).rows.length, 1);
    }
  },
});

postgresTest("a Unix socket is a host like any other", async (scene) => {
  const { folder, port } = scene.server;
  const path = encodeURIComponent(folder);
  const login = `postgres:${postgresPassword}`;
  for (
    const url of [
      `postgres://${login}@${path}/postgres?port=${port}&schema=${scene.schema}`,
      `postgres://${login}@/postgres?host=${folder}&port=${port}&schema=${scene.schema}`,
      `postgres://${login}@/postgres?host=${folder}&port=${port}&schema=${scene.schema}&sslmode=require`,
    ]
  ) {
    await using handle = await openRegistry(url, context);
    const version = await written(handle, 1);
    assert.equal(await handle.remove(name, version, never), "removed");
    assert.ok(!handle.url.includes(postgresPassword));
  }
  await using nowhere = await openRegistry(`postgres:///postgres?host=/no/folder`, context);
  await assert.rejects(
    nowhere.list(never),
    failure(/^there is no socket \/no\/folder\/\.s\.PGSQL\.5432$/),
  );
});

postgresTest("sslmode=prefer and verify-ca do what libpq means by them", async (scene) => {
  const { caFile } = scene.server;
  await using plain = new Relay(scene.server.port);
  plain.answer = (sent) => sent.length === 8 ? new TextEncoder().encode("N") : undefined;
  const good = [
    { query: "sslmode=prefer" },
    { query: "sslmode=prefer", port: plain.port },
    { query: `sslmode=verify-ca&sslrootcert=${caFile}` },
    { query: `sslmode=require&sslrootcert=${caFile}` },
  ];
  for (const parts of good) {
    const handle = await scene.open(parts);
    const version = await written(handle, 1);
    assert.equal(await handle.remove(name, version, never), "removed", parts.query);
  }
  const stranger = await scene.open({ query: "sslmode=verify-ca" });
  await assert.rejects(stranger.list(never), failure(/an authority that is not known here/));
  const bound = await scene.open({
    host: "localhost",
    query: "sslmode=require&channel_binding=require",
  });
  await assert.rejects(bound.list(never), failure(/an authority that is not known here/));
});

Deno.test({
  ...needingServer("postgres: a client certificate lets in, and its lack is named", postgresNeeds),
  async fn() {
    await using server = await PostgresServer.create();
    await server.query(`alter system set ssl_ca_file = '${server.caFile}'`);
    await server.query(`create role ${clientName} login superuser`);
    await server.allow(`hostssl all ${clientName} all cert`);
    // A copy, because keys of the server are the server's.
    const keys = await Deno.makeTempDir();
    await run("cp", [`${server.folder}/client.key`, `${server.folder}/client.crt`, keys]);
    const files = `&sslcert=${keys}/client.crt&sslkey=${keys}/client.key`;
    const parts = { user: clientName, password: "", host: "localhost" };
    const query = `sslmode=verify-full&sslrootcert=${server.caFile}`;
    await using handle = await openRegistry(
      server.url({ ...parts, query: query + files }),
      context,
    );
    await until("the rule holds", () => handle.list(never).then(() => true, () => false));
    await written(handle, 1);
    await using without = await openRegistry(server.url({ ...parts, query }), context);
    await assert.rejects(
      without.list(never),
      failure(/valid client certificate; sslcert and sslkey in/),
    );
    const wrong = `&sslcert=${keys}/client.crt&sslkey=${keys}/client.crt`;
    await using broken = await openRegistry(
      server.url({ ...parts, query: query + wrong }),
      context,
    );
    await assert.rejects(broken.list(never), failure(/of sslkey holds no private key$/));
    await Deno.remove(keys, { recursive: true });
  },
});
