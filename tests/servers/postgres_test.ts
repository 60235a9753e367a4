/**
 * The PostgreSQL registry against a real server: the contract, hints, and what it leaves behind.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import { channelOf } from "../../lib/registry/postgres/postgres.ts";
import { registryConformance } from "../registry/conformance.ts";
import {
  listening,
  name,
  newSchema,
  postgresTest,
  sharedPostgres,
  timeoutMs,
  written,
} from "./postgres_scene.ts";
import { postgresNeeds } from "./postgres_server.ts";
import { whyMissing } from "./server.ts";
import { nameOf, never, randomText, rowOf } from "../registry/rows.ts";
import { until } from "../support/waiting.ts";

registryConformance("postgres", async () => {
  const server = await sharedPostgres();
  const schema = newSchema();
  const handle = (cluster = "default") => {
    const url = server.url({ query: `schema=${schema}` });
    return openRegistry(url, { cluster, clock: systemClock, timeoutMs, randomText });
  };
  return {
    handle,
    async damage(key: string, text: string) {
      await using maker = await handle("another");
      await maker.getOrCreateCookie("makes the table", never);
      // PostgreSQL keeps no zero byte.
      const kept = text.replaceAll("\0", "\u0002");
      await server.asSuperuser((sql) =>
        sql`
          insert into ${sql(`${schema}.entries`)} (cluster, key, text, version)
          values ('default', ${key}, ${kept}, ${randomText()})
          on conflict (cluster, key) do update
          set text = excluded.text, version = excluded.version
        `
      );
    },
    away: (isAway: boolean) => isAway ? server.stop() : server.start(),
    close: () => server.wipe(schema),
  };
}, { needs: postgresNeeds.permissions, skip: whyMissing(postgresNeeds) });

postgresTest("write() of many makes the table once", async (scene) => {
  const handles = await Promise.all(Array.from({ length: 20 }, () => scene.open()));
  await Promise.all(
    handles.map((handle, index) => handle.write(rowOf(`n${index}@h`), undefined, never)),
  );
  const [first] = handles;
  assert.equal((await first?.list(never))?.rows.length, handles.length);
});

postgresTest("write() gives versions that no wiped table has had", async (scene) => {
  const [one, two] = [await scene.open(), await scene.open()];
  const versions = [await written(one, 1)];
  await scene.server.wipe(scene.schema);
  assert.deepEqual((await two.list(never)).rows, []);
  assert.equal(await two.remove(name, versions[0] ?? "", never), "conflict");
  const lost = await one.write(rowOf(name, 2), versions[0], never);
  assert.deepEqual(lost, { kind: "conflict", current: undefined });
  versions.push(await written(two, 2));
  await scene.query("truncate @.entries restart identity");
  versions.push(await written(one, 3));
  assert.equal(new Set(versions).size, versions.length);
});

postgresTest("write() is a conflict also where the server isolates more", async (scene) => {
  const seen = await written(await scene.open(), 0);
  for (const level of ["serializable", "repeatable\\ read"]) {
    const query = `options=${encodeURIComponent(`-c default_transaction_isolation=${level}`)}`;
    const handle = await scene.open({ query });
    const stored = await handle.read(name, never);
    const writing = await scene.server.asSuperuser((sql) =>
      sql.begin(async (transaction) => {
        await transaction.unsafe(`update ${scene.schema}.entries set version = 'by another'`);
        const result = handle.write(rowOf(name, 1), stored?.version, never);
        const waiting = "wait_event_type = 'Lock'";
        await until("a lock", async () => await scene.connections("postgres", waiting) === 1);
        return { result };
      })
    );
    const current = { row: rowOf(name, 0), version: "by another" };
    assert.deepEqual(await writing.result, { kind: "conflict", current }, level);
    await scene.query(`update @.entries set version = '${seen}'`);
  }
});

postgresTest("watch() hears of news by others and not of heartbeats", async (scene) => {
  const writer = await scene.open();
  const count = await scene.server.asSuperuser(async (sql) => {
    let heard = 0;
    await sql.listen(channelOf(scene.schema, "default"), (payload) => {
      assert.equal(payload, "");
      heard++;
    });
    let version = await written(writer, 1);
    version = await written(writer, 2, version, { activeAt: "2016-03-10T18:51:30.277Z" });
    version = await written(writer, 3, version);
    version = await written(writer, 4, version, { tags: { role: "web" } });
    version = await written(writer, 5, version, { tags: { role: "web" } });
    await writer.remove(name, version, never);
    await until("the last of three notifications", () => Promise.resolve(heard >= 3));
    return heard;
  });
  assert.equal(count, 3);
});

postgresTest("watch() hears again after the server was away", async (scene) => {
  const [reader, writer] = [await scene.open(), await scene.open({ cluster: "default" })];
  const stranger = await scene.open({ cluster: "another" });
  const stop = new AbortController();
  let [hints, strangeHints] = [0, 0];
  const watching = [
    reader.watch(() => hints++, stop.signal),
    stranger.watch(() => strangeHints++, stop.signal),
  ];
  let version: string | undefined;
  const heard = async (): Promise<void> => {
    const before = hints;
    await until("a hint", async () => {
      if (hints > before) return true;
      const tags = { text: randomText() };
      const result = await writer.write(rowOf(name, 0, { tags }), version, never);
      version = result.kind === "written" ? result.version : result.current?.version;
      return false;
    });
  };
  await heard();
  assert.equal(strangeHints, 0);
  for (let round = 0; round < 2; round++) {
    await scene.server.stop();
    await scene.server.start();
    await written(writer, 0, version).then((next) => version = next, () => {});
    await heard();
  }
  stop.abort();
  await Promise.all(watching);
});

postgresTest("watch() hears when its connection is ended by the server", async (scene) => {
  const user = await scene.user("superuser");
  const reader = await scene.open({ user });
  let hints = 0;
  const watching = reader.watch(() => hints++, never);
  await until("LISTEN", async () => await scene.connections(user, listening) === 1);
  await scene.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${user}'`,
  );
  // What happened meanwhile is unknown, so there is a hint as soon as it listens again.
  await until("a hint", () => Promise.resolve(hints > 0));
  await reader[Symbol.asyncDispose]();
  await watching;
});

postgresTest("a handle uses two connections at most, and leaves none", async (scene) => {
  const user = await scene.user("superuser");
  const handle = await scene.open({ user });
  const watching = handle.watch(() => {}, never);
  await written(handle, 1);
  const reads = Array.from({ length: 40 }, (_, index) => handle.read(nameOf(`n${index}@h`), never));
  const lists = Array.from({ length: 5 }, () => handle.list(never));
  const most = await scene.connections(user);
  await Promise.all([...reads, ...lists]);
  await until("LISTEN", async () => await scene.connections(user, listening) === 1);
  assert.ok(most <= 2, `${most} connections`);
  assert.equal(await scene.connections(user), 2);
  await handle[Symbol.asyncDispose]();
  await watching;
  await until("no connection", async () => await scene.connections(user) === 0);
});

postgresTest(
  "a handle that is closed in the middle of everything leaves nothing",
  async (scene) => {
    const user = await scene.user("superuser");
    for (let round = 0; round < 5; round++) {
      const handle = await scene.open({ user });
      const watching = handle.watch(() => {}, never);
      const calls = [handle.list(never), handle.read(name, never), handle.cookie(never)];
      const settled = Promise.allSettled(calls);
      if (round > 1) await handle.read(nameOf("other@h"), never);
      await handle[Symbol.asyncDispose]();
      await settled;
      await watching;
    }
    await until("no connection", async () => await scene.connections(user) === 0);
  },
);

postgresTest("handles on postgresql:// and postgres:// meet", async (scene) => {
  const one = await scene.open();
  const context = { cluster: "default", clock: systemClock, timeoutMs, randomText };
  const url = scene.server.url({ query: `schema=${scene.schema}` }).replace(
    "postgres",
    "postgresql",
  );
  await using two = await openRegistry(url, context);
  await written(one, 1);
  assert.equal((await two.list(never)).rows.length, 1);
  assert.match(
    two.url,
    /^postgresql:\/\/postgres:\*\*\*@127\.0\.0\.1:\d+\/postgres\?schema=test_\d+$/,
  );
});
