/**
 * What many nodes cost the server of their registry, counted by the server itself.
 *
 * The cores decide when to write and to list, and each has handles of its own on the real server.
 * The nodes have settled before, in virtual time, so that nothing is left of their common start.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { openS3Registry } from "../../lib/registry/s3/s3.ts";
import { randomText } from "../registry/rows.ts";
import { fakeKeys, FakeS3 } from "../registry/s3/s3_fake.ts";
import { etcdNeeds, EtcdServer } from "../servers/etcd_server.ts";
import { Figures } from "./figures.ts";
import { LiveWorld } from "./live_world.ts";
import type { Asked } from "./live_world.ts";
import { postgresNeeds, PostgresServer } from "../servers/postgres_server.ts";
import { redisNeeds, RedisServer } from "../servers/redis_server.ts";
import { needingServer } from "../servers/server.ts";
import type { ServerNeeds } from "../servers/server.ts";
import { swiftBucket, swiftKeys, swiftNeeds, SwiftServer } from "../servers/swift_server.ts";
import { patienceMs } from "../support/waiting.ts";

/** How many nodes there are, and how they use their registry. */
interface ProcessGroup {
  readonly words: string;
  readonly count: number;
  /** Least time between two requests of a node, see {@linkcode Registry.paceMs}. */
  readonly paceMs: number;
}

const manyNodes: ProcessGroup = { words: "two hundred", count: 200, paceMs: 0 };

/**
 * Without conditions a write takes five requests, and Swift 55 ms of processors; a row that is read
 * takes it 5 ms. Two hundred nodes, which write 50 rows a second, would want three processors and a
 * half. Fifty, with the pace that every node has at a server of one's own, want one and a fifth.
 */
const nodesOfSwift: ProcessGroup = { words: "fifty", count: 50, paceMs: 3_000 };

/** For how long each server is watched, in milliseconds: two heartbeats of each node or more. */
const watchedMs = 8_000;

/** Rows that are written per second, and rows that are read for all, at most. */
const writesMax = 50;
const delegatesRowsMax = 600;

/** Nodes that list often for all. */
const delegatesCount = 3;

/** What is due right at both ends of the time may fall into it. */
const tolerance = 1.05;

/** What a server says was done to it. */
interface Counted {
  readonly writes: number;
  /** Rows that listings have read. */
  readonly rows: number;
}

/** A server that counts. */
interface Load {
  open(): Registry | Promise<Registry>;
  /** Forgets what it has counted. */
  reset(): Promise<void>;
  /** What it has counted; called when all is done and answered. */
  counted(): Promise<Counted>;
}

const fakeNeeds: ServerNeeds = { permissions: redisNeeds.permissions, programs: [] };

const figures = new Figures("What many nodes ask of a server, measured and promised:");

const settled = new Map<ProcessGroup, LiveWorld>();

function loadTest(
  title: string,
  needs: ServerNeeds,
  fn: () => Promise<void>,
  { words } = manyNodes,
): void {
  Deno.test({ ...needingServer(`${title}: ${words} nodes stay within bounds`, needs), fn });
}

loadTest("redis", redisNeeds, async () => {
  await using server = await RedisServer.create();
  const callsOf = (text: string, command: string): number =>
    Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(text)?.[1] ?? 0);
  await measure("redis", {
    open: () => openRegistry(server.url(), context()),
    reset: async () => void await server.command("CONFIG", "RESETSTAT"),
    async counted() {
      const text = await server.command("INFO", "commandstats");
      return { writes: callsOf(text, "hset"), rows: callsOf(text, "hgetall") * manyNodes.count };
    },
  });
});

loadTest("postgres", postgresNeeds, async () => {
  // Each node has one connection for its calls and one for hints; the test has some of its own.
  await using server = await PostgresServer.create(`max_connections = ${2 * manyNodes.count + 20}`);
  const statistics = async (): Promise<[updated: number, read: number]> => {
    const [row] = await server.query(
      "select n_tup_upd::int as updated, (seq_tup_read + idx_tup_fetch)::int as read " +
        "from pg_stat_user_tables where schemaname = 'clusternode'",
    );
    return [Number(row?.["updated"]), Number(row?.["read"])];
  };
  await measure("postgres", {
    open: () => openRegistry(server.url(), context()),
    reset: async () => void await server.query("select pg_stat_reset()"),
    async counted() {
      const [updated, read] = await statistics();
      // Each update has to find its row first.
      return { writes: updated, rows: read - updated };
    },
  });
});

loadTest("etcd", etcdNeeds, async () => {
  await using server = await EtcdServer.create();
  let before: Counted = { writes: 0, rows: 0 };
  const statistics = async (): Promise<Counted> => {
    const text = await (await fetch(`http://${server.host}/metrics`)).text();
    const valueOf = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? assert.fail(name));
    const writes = valueOf("etcd_mvcc_put_total");
    // It counts a read for each of the three things that a write compares.
    return { writes, rows: (valueOf("etcd_mvcc_range_total") - 3 * writes) * manyNodes.count };
  };
  await measure("etcd", {
    open: () => openRegistry(`etcd://${server.host}`, context()),
    async reset() {
      before = await statistics();
    },
    async counted() {
      const { writes, rows } = await statistics();
      return { writes: writes - before.writes, rows: rows - before.rows };
    },
  });
});

loadTest("s3 with conditions", fakeNeeds, async () => {
  await using server = new FakeS3();
  server.behaviour.pageMax = 1_000;
  const url = `s3://${server.behaviour.bucket}?region=us-east-1&endpoint=${server.endpoint}`;
  const keys: Readonly<Record<string, string>> = {
    AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  };
  await measure("s3 with conditions", {
    open: () => openS3Registry(url, context(), (name) => keys[name]),
    reset: () => Promise.resolve(void (server.requests.length = 0)),
    counted() {
      // A row that has not moved since is not read again.
      const rows = server.requests.filter((request) => /^GET .*[^?]$/.test(request)).length;
      return Promise.resolve({ writes: server.count("PUT "), rows });
    },
  });
});

loadTest("swift", swiftNeeds, async () => {
  await using server = await SwiftServer.open();
  const url = `s3://${swiftBucket}/nodes?endpoint=${server.endpoint}`;
  await measure("swift", {
    open: () => openS3Registry(url, context(), (name) => swiftKeys[name]),
    reset: () => server.forgetRequests(),
    async counted() {
      const requests = await server.requests();
      const count = (pattern: RegExp): number => requests.filter((one) => pattern.test(one)).length;
      const writes = count(/^PUT .*\/nodes\/default\/n/);
      // A claim is put, looked at and removed for each write.
      assert.equal(count(/^PUT .*\/\.claims\//), writes);
      assert.equal(count(/^DELETE /), writes);
      // Each write compares with what it finds.
      return { writes, rows: count(/^GET .*\/nodes\/default\/n/) - writes };
    },
  }, nodesOfSwift);
}, nodesOfSwift);

/** Lets all nodes work with one server, and compares what was done with what may be done. */
async function measure(title: string, load: Load, crowd = manyNodes): Promise<void> {
  const { count, paceMs } = crowd;
  const world = settled.get(crowd) ?? new LiveWorld(count, paceMs);
  settled.set(crowd, world);
  const stopping = new AbortController();
  const handles = await Promise.all(Array.from({ length: count }, () => load.open()));
  await world.moveTo(handles);
  const watches = handles.map((handle, index) => {
    return handle.watch(() => world.hint(index), stopping.signal);
  });
  await load.reset();
  const asked = await world.live(watchedMs, stopping.signal);
  stopping.abort();
  await Promise.all(watches);
  await Promise.all(handles.map((handle) => handle[Symbol.asyncDispose]()));
  const counted = await load.counted();
  assert.deepEqual(asked.failures, []);
  assert.equal(asked.removals, 0);
  world.assertAllAlive();
  assertBounds(title, asked, counted, crowd);
}

function assertBounds(
  title: string,
  asked: Asked,
  counted: Counted,
  { count, paceMs }: ProcessGroup,
): void {
  const seconds = watchedMs / 1000;
  // Nothing was done behind the back of the cores, or counted where nobody counts.
  assert.equal(counted.writes, asked.writes);
  assert.ok(counted.rows <= asked.rows, `${counted.rows} of ${asked.rows} rows`);
  const often = [...asked.listings.values()].filter((listings) => listings > 1);
  assert.ok(often.length <= delegatesCount, `${often.length} nodes list often`);
  const listings = often.reduce((sum, one) => sum + one, 0);
  const perSecond = (what: string, count: number, most: number): void =>
    figures.note(`${title}: ${what}`, count / seconds, most, "per second");
  perSecond("writes of rows", counted.writes, writesMax * tolerance);
  perSecond(
    `rows listed by ${often.length} for all`,
    listings * count,
    delegatesRowsMax * tolerance,
  );
  // Each of the others lists once a minute, which comes to the square of their number; in some seconds
  // by chance more of them than in others.
  perSecond("rows read by all", counted.rows, delegatesRowsMax + 1.5 * count ** 2 / 60);
  // The load is there.
  const writesDue = Math.min(writesMax, 1_000 * count / paceMs);
  assert.ok(counted.writes / seconds > writesDue / 2, `${counted.writes} writes`);
}

function context(): Parameters<typeof openRegistry>[1] {
  return { cluster: "default", clock: systemClock, timeoutMs: patienceMs, randomText };
}
