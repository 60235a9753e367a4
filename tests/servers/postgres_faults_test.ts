/**
 * What may go wrong between the PostgreSQL registry and its server, and how it is told.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sleep, systemClock } from "../../lib/clock.ts";
import { failure, name, postgresTest, refusesAll, written } from "./postgres_scene.ts";
import type { PostgresScene } from "./postgres_scene.ts";
import { Relay } from "./relay.ts";
import type { RelayManner } from "./relay.ts";
import { never, rowOf } from "../registry/rows.ts";
import { until } from "../support/waiting.ts";

/** What a pooler says that takes no settings at the beginning of a connection. */
function poolerAnswer(sent: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (!new TextDecoder().decode(sent).includes("statement_timeout")) return undefined;
  const refusal = "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0";
  const body = new TextEncoder().encode(refusal);
  return new Uint8Array([69, 0, 0, 0, body.length + 4, ...body]);
}

/** What a server says that does not encrypt. */
function plainAnswer(sent: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return sent.length === 8 ? new TextEncoder().encode("N") : undefined;
}

postgresTest(
  "every call tells why when the server is away, and works when it is back",
  async (scene) => {
    const handles = [
      await scene.open({ timeoutMs: 3_000 }),
      await scene.open({ timeoutMs: 3_000 }),
    ];
    const [one, two] = [handles[0] ?? assert.fail(), handles[1] ?? assert.fail()];
    let version = await written(one, 1);
    await two.list(never);
    await scene.server.stop();
    const refused = /^127\.0\.0\.1:\d+ refuses the connection$/;
    for (const handle of handles) {
      await handle.read(name, never).catch(() => {});
      await refusesAll(handle, refused);
    }
    await scene.server.start();
    for (const handle of handles) assert.equal((await handle.list(never)).rows.length, 1);
    version = await written(two, 2, version);
    // Nobody asks meanwhile: both handles find their connections broken.
    await scene.server.stop();
    await scene.server.start();
    for (const handle of handles) {
      const listing = await handle.list(never).catch(() => handle.list(never));
      assert.equal(listing.rows[0]?.version, version);
    }
    await written(one, 3, version);
  },
);

postgresTest(
  "a server that is silent holds up one call, and works when it speaks again",
  async (scene) => {
    await using relay = new Relay(scene.server.port);
    const handle = await scene.open({ port: relay.port, timeoutMs: 1_000 });
    const version = await written(handle, 1);
    const manners: [RelayManner, RegExp][] = [
      ["silent", /^no answer within 1000 ms, (waiting for|connecting to|waiting for a free)/],
      ["close", /^the connection to 127\.0\.0\.1:\d+ broke$/],
    ];
    for (const [manner, sentence] of manners) {
      relay.manner = manner;
      const before = systemClock.now();
      await refusesAll(handle, sentence);
      assert.ok(systemClock.now() - before < 3_000);
      relay.manner = "pass";
      assert.deepEqual((await handle.read(name, never))?.version, version);
    }
    assert.ok(relay.connections < 50, `${relay.connections} connections`);
  },
);

postgresTest(
  "a server far away is let take longer for a login than for an answer",
  async (scene) => {
    const near = await scene.open();
    await written(near, 1);
    await near.getOrCreateCookie("minted", never);
    await using relay = new Relay(scene.server.port);
    relay.delayMs = 100;
    for (const query of ["", "target_session_attrs=read-write", "sslmode=require"]) {
      const handle = await scene.open({ port: relay.port, query, timeoutMs: 550 });
      assert.equal((await handle.list(never)).rows.length, 1, query);
    }
    // The login leaves too little time for two statements more.
    const handle = await scene.open({ port: relay.port, timeoutMs: 1_250 });
    assert.equal(await handle.getOrCreateCookie("another", never), "minted");
  },
);

postgresTest("a handle does without settings that a pooler refuses", async (scene) => {
  await using relay = new Relay(scene.server.port);
  relay.answer = poolerAnswer;
  const handle = await scene.open({ port: relay.port });
  let hints = 0;
  const stop = new AbortController();
  const watching = handle.watch(() => hints++, stop.signal);
  const version = await written(handle, 1);
  assert.equal((await handle.list(never)).rows.length, 1);
  let seen = version;
  await until("a hint", async () => {
    seen = await written(handle, 2, seen, { tags: { seen } });
    return hints > 0;
  });
  stop.abort();
  await watching;
});

postgresTest("a handle that may not in tells whose fault it is", async (scene) => {
  const user = await scene.user("connection limit 0");
  const away = "user_of_nobody";
  const cases: [Parameters<PostgresScene["open"]>[0], RegExp, string][] = [
    [{ password: "wr0ng-and-s3cret" }, /^the password is wrong for user "postgres"$/, "wr0ng-and"],
    [{ user: away }, /^the password is wrong for user "user_of_nobody"$/, "kJ7-secret"],
    [{ password: "" }, /^user "postgres" needs a password, in the URL or in PGPASSWORD$/, "kJ7"],
    [{ database: "no_base" }, /^there is no database "no_base" at 127\.0\.0\.1:\d+$/, "kJ7-secret"],
    [{ user }, /^the server at 127\.0\.0\.1:\d+ has no connection left: /, "kJ7-secret"],
    [{ host: "no-host.invalid" }, /^the host of no-host\.invalid:\d+ is not known$/, "kJ7-secret"],
    [{ port: 1 }, /^127\.0\.0\.1:1 refuses the connection$/, "kJ7-secret"],
  ];
  for (const [parts, sentence, secret] of cases) {
    const handle = await scene.open(parts);
    await refusesAll(handle, sentence, secret);
    assert.ok(!handle.url.includes(secret));
    const stop = new AbortController();
    const watching = handle.watch(() => assert.fail(), stop.signal);
    stop.abort();
    await watching;
  }
});

postgresTest("a role without the right to create uses the table that is there", async (scene) => {
  const user = await scene.user("");
  const handle = await scene.open({ user });
  assert.deepEqual((await handle.list(never)).rows, []);
  await assert.rejects(
    handle.write(rowOf(name), undefined, never),
    failure(/^there is no table test_\d+\.entries, and user ".*" lacks a right: permission denied/),
  );
  await written(await scene.open(), 1);
  await assert.rejects(handle.list(never), failure(/lacks a right: permission denied for schema/));
  await scene.query(`grant usage on schema @ to ${user}`);
  await assert.rejects(handle.list(never), failure(/lacks a right: permission denied for table/));
  await scene.query(`grant select on @.entries to ${user}`);
  const [row] = (await handle.list(never)).rows;
  await assert.rejects(
    handle.write(rowOf(name, 2), row?.version, never),
    failure(/^user "user_of_test_\d+" lacks a right: permission denied for table entries$/),
  );
  await scene.query(`grant insert, update, delete on @.entries to ${user}`);
  const version = await written(handle, 2, row?.version);
  assert.equal(await handle.remove(name, version, never), "removed");
  assert.equal(await handle.getOrCreateCookie("minted", never), "minted");
});

postgresTest("a role may own the schema and have no right to make one", async (scene) => {
  const user = await scene.user("", "create schema @ authorization $");
  await written(await scene.open({ user }), 1);
});

postgresTest("a server that may only be read is told so, and is read", async (scene) => {
  const version = await written(await scene.open(), 1);
  const user = await scene.user("superuser", "alter role $ set default_transaction_read_only = on");
  const handle = await scene.open({ user });
  assert.equal((await handle.list(never)).rows.length, 1);
  const sentence = /^user ".*" may only read at 127.*: it is a standby or set to be read-only$/;
  await assert.rejects(handle.write(rowOf(name, 2), version, never), failure(sentence));
  await assert.rejects(handle.remove(name, version, never), failure(sentence));
});

postgresTest(
  "a table of another layout is told so, without what was to be put there",
  async (scene) => {
    const secret = "minted-cookie-7";
    const layouts = [
      "create table @.entries (name text)",
      "create table @.entries (cluster text, key text, text text, version text)",
      "create table @.entries (cluster text, key text, text int, version text, updated_at timestamptz, primary key (cluster, key))",
      "create table @.entries (cluster text, key text, text text, version bigint, updated_at timestamptz, primary key (cluster, key))",
      "create table @.entries (cluster text, key text, text text, version text, more text not null, primary key (cluster, key))",
      "create table @.entries (cluster text, key text, text text check (length(text) < 5), version text, primary key (cluster, key))",
      "create view @.entries as select 'a' as cluster, 'b' as key, 'c' as text, 'd' as version",
    ];
    for (const layout of layouts) {
      await scene.query(`drop schema if exists @ cascade; create schema @; ${layout}`);
      const handle = await scene.open();
      const sentence = /^the table test_\d+\.entries has another layout than this program knows/;
      await assert.rejects(handle.getOrCreateCookie(secret, never), failure(sentence, secret));
      await assert.rejects(handle.write(rowOf(name), undefined, never), failure(sentence));
    }
  },
);

postgresTest(
  "a row that somebody has locked is told, and no statement is left waiting",
  async (scene) => {
    const handle = await scene.open({ timeoutMs: 2_000 });
    const version = await written(handle, 1);
    await scene.server.asSuperuser(async (sql) => {
      await sql.begin(async (transaction) => {
        await transaction.unsafe(`select * from ${scene.schema}.entries for update`);
        for (let round = 0; round < 2; round++) {
          await assert.rejects(
            handle.write(rowOf(name, 2), version, never),
            failure(/took too long and gave up|^no answer within 2000 ms, waiting for 127/),
          );
        }
        assert.equal((await handle.list(never)).rows.length, 1);
      });
    });
    await until(
      "no waiting statement",
      async () => await scene.connections("postgres", "wait_event_type = 'Lock'") === 0,
    );
    await written(handle, 2, version);
  },
);

postgresTest("a row whose bytes the database cannot keep is told so", async (scene) => {
  await scene.query("drop database if exists latin");
  await scene.query("create database latin encoding 'LATIN1' template template0");
  const handle = await scene.open({ database: "latin" });
  await written(handle, 1, undefined, { tags: { name: "é" } });
  await assert.rejects(
    handle.write(rowOf("n2@h", 1, { tags: { name: "日" } }), undefined, never),
    failure(/characters that database "latin" cannot keep; let it be UTF8$/),
  );
  await handle[Symbol.asyncDispose]();
});

postgresTest("sslmode encrypts, and verifies who the server is", async (scene) => {
  const { caFile } = scene.server;
  await using relay = new Relay(scene.server.port);
  const full = "sslmode=verify-full";
  const good = [{ query: "sslmode=require" }, {
    host: "localhost",
    query: `${full}&sslrootcert=${caFile}`,
  }];
  for (const parts of good) {
    const user = await scene.user("superuser");
    const handle = await scene.open({ ...parts, user });
    let hints = 0;
    const watching = handle.watch(() => hints++, never);
    let version = await written(handle, 1);
    const encrypted = "pid in (select pid from pg_stat_ssl where ssl)";
    assert.ok(await scene.connections(user, encrypted) > 0);
    assert.equal(await scene.connections(user, `not ${encrypted}`), 0);
    await until("a hint", async () => {
      version = await written(handle, 2, version, { tags: { version } });
      return hints > 0;
    });
    await scene.server.stop();
    await assert.rejects(handle.list(never).finally(() => handle.list(never)));
    await scene.server.start();
    assert.equal(await handle.remove(name, version, never), "removed");
    await handle[Symbol.asyncDispose]();
    await watching;
    await until("no connection", async () => await scene.connections(user) === 0);
    await scene.query(`drop owned by ${user} cascade; drop role ${user}`);
  }
  const bad: [Parameters<PostgresScene["open"]>[0], RegExp][] = [
    [
      { host: "localhost", query: full },
      /an authority that is not known here; sslrootcert can name/,
    ],
    [{ query: `${full}&sslrootcert=${caFile}` }, /^the certificate of 127.* is for another host$/],
    [
      { query: `${full}&sslrootcert=/no/file` },
      /^the file \/no\/file of sslrootcert cannot be read/,
    ],
    [{ port: relay.port, query: "sslmode=require" }, /^the server at 127.* does not encrypt/],
  ];
  relay.answer = plainAnswer;
  for (const [parts, sentence] of bad) {
    const handle = await scene.open(parts);
    await refusesAll(handle, sentence);
  }
  relay.manner = "silent";
  const handle = await scene.open({ port: relay.port, query: "sslmode=require", timeoutMs: 300 });
  await assert.rejects(handle.list(never), failure(/^no answer within 300 ms, connecting to 127/));
});

postgresTest("an abort tears down what it belongs to, and nothing else", async (scene) => {
  const handle = await scene.open();
  const version = await written(handle, 1);
  for (let round = 0; round < 20; round++) {
    const stop = new AbortController();
    const aborted = Promise.allSettled([handle.cookie(stop.signal)]);
    const listed = handle.list(never);
    if (round % 2 === 0) await sleep(systemClock, round / 4);
    stop.abort(new Error("enough"));
    // It may have been over already.
    const [outcome] = await aborted;
    if (outcome.status === "rejected") assert.match(String(outcome.reason), /enough/);
    assert.equal((await listed).rows[0]?.version, version);
  }
});
