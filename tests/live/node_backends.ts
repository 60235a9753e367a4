/**
 * Every kind of registry that has a server, as real nodes meet it: with a password, through nothing
 * but their environment, and with a server that goes away, comes back, and loses its data.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import type { RegistryContext } from "../../lib/registry/open.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { openS3Registry } from "../../lib/registry/s3.ts";
import { S3Bucket } from "../../lib/registry/s3_bucket.ts";
import { S3Client } from "../../lib/registry/s3_client.ts";
import { parseS3Url } from "../../lib/registry/s3_url.ts";
import { never, randomText } from "../registry/rows.ts";
import { fakeKeys, FakeS3 } from "../registry/s3_fake.ts";
import { etcdNeeds, sharedEtcd } from "../servers/etcd_server.ts";
import { patienceMs } from "../servers/program.ts";
import { postgresNeeds, PostgresServer } from "../servers/postgres_server.ts";
import { redisNeeds, RedisServer } from "../servers/redis_server.ts";
import { sharedServer } from "../servers/server.ts";
import type { ServerNeeds } from "../servers/server.ts";
import {
  swiftBucket,
  swiftGuestKeys,
  swiftKeys,
  swiftNeeds,
  SwiftServer,
} from "../servers/swift_server.ts";

/** Variables of a process. */
export type Variables = Readonly<Record<string, string>>;

/** Something wrong with what a node was told about its registry. */
export interface StartFault {
  /** What is wrong: "a wrong password". */
  readonly what: string;
  readonly environment: Variables;
  /** How the node calls it. */
  readonly sentence: RegExp;
}

/** A server that runs, and what nodes have to know of it. */
export interface NodeServer extends AsyncDisposable {
  /** With the URL in `CLUSTERNODE_REGISTRY`, so that it stands on no command line. */
  readonly environment: Variables;
  /** What nobody may ever read anywhere, as it is and as it stands in the URL. */
  readonly secrets: readonly string[];
  readonly startFaults: readonly StartFault[];
  /** A handle of the test itself; the caller closes it. */
  open(): Promise<Registry>;
  /** Ends the server at once; its data stay. */
  stop(): Promise<void>;
  /** Starts it again; resolves when it serves. */
  start(): Promise<void>;
  /** Throws away all rows and the cookie, and whatever they lay in. */
  wipe(): Promise<void>;
}

/** How long nodes may take with it, in milliseconds. */
export interface Bounds {
  /** Five fresh ones find each other. */
  readonly meetMs: number;
  /** One that was killed and started again is seen by all. */
  readonly returnMs: number;
  /** All rows are back after an outage or a loss. */
  readonly backMs: number;
}

/** One kind of server. */
export interface NodeBackEnd {
  readonly title: string;
  readonly needs: ServerNeeds;
  readonly bounds: Bounds;
  /** Lends the server; disposing of it ends it only if it is not shared. */
  lend(): Promise<NodeServer>;
}

/** Of every user; with what has to be escaped in a URL. */
const password = "open:sesame/7+%41@x";
const inUrl = encodeURIComponent(password);
const secrets = [password, inUrl];

/** A secret key that belongs to nobody. */
const wrongKey = "wrong-secret-0123";

const bounds: Bounds = { meetMs: 3_000, returnMs: 3_000, backMs: 5_000 };

/** Swift is many processes of Python, and a write without conditions takes it ten requests. */
const slowBounds: Bounds = { meetMs: 20_000, returnMs: 10_000, backMs: 10_000 };

/** All kinds, each with one server for the test file that calls this, outside of its tests. */
export function nodeBackEnds(): readonly NodeBackEnd[] {
  return [postgres(), redis(), etcd(), swift(), fake()];
}

function contextOf(): RegistryContext {
  return { cluster: "default", clock: systemClock, timeoutMs: patienceMs, randomText };
}

function registryIn(url: string): Variables {
  return { CLUSTERNODE_REGISTRY: url };
}

function postgres(): NodeBackEnd {
  const shared = sharedServer(async () => {
    const server = await PostgresServer.create();
    const role = (user: string): string => `create role ${user} login password '${password}'`;
    await server.query(`${role("node")}; grant create on database postgres to node`);
    await server.query(`${role("reader")}; grant pg_read_all_data to reader`);
    return server;
  });
  const lend = async (): Promise<NodeServer> => {
    const server = await shared();
    const schema = "schema=nodes";
    const good = { user: "node", password: inUrl, query: schema };
    const url = server.url(good);
    const fault = (what: string, parts: object, sentence: RegExp): StartFault => ({
      what,
      environment: registryIn(server.url({ ...good, ...parts })),
      sentence,
    });
    const unknown = { host: "localhost", query: `${schema}&sslmode=verify-full` };
    return {
      environment: registryIn(url),
      secrets,
      startFaults: [
        fault("a wrong password", { password: `${inUrl}x` }, /the password is wrong/),
        fault("a missing database", { database: "nowhere" }, /there is no database "nowhere"/),
        fault("a role that only reads", { user: "reader" }, /user "reader" lacks a right/),
        fault("an unknown authority", unknown, /comes from an authority that is not known here/),
      ],
      open: () => openRegistry(url, contextOf()),
      stop: () => server.stop(),
      start: () => server.start(),
      wipe: () => server.wipe("nodes"),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { title: "postgres", needs: postgresNeeds, bounds, lend };
}

function redis(): NodeBackEnd {
  const user = (name: string, rights: string): string[] => {
    return ["--user", name, "on", `>${password}`, "~*", "&*", rights];
  };
  const shared = sharedServer(() =>
    RedisServer.create(...user("node", "+@all"), ...user("reader", "+@read"))
  );
  const lend = async (): Promise<NodeServer> => {
    const server = await shared();
    const url = server.url("/1", `node:${inUrl}@`);
    const fault = (what: string, at: string, sentence: RegExp): StartFault => ({
      what,
      environment: registryIn(at),
      sentence,
    });
    const reader = server.url("/1", `reader:${inUrl}@`);
    return {
      environment: registryIn(url),
      secrets,
      startFaults: [
        fault(
          "a wrong password",
          server.url("/1", `node:${inUrl}x@`),
          /the password is wrong for user node, or there is no such user/,
        ),
        fault("a missing database", server.url("/99", `node:${inUrl}@`), /has no database 99/),
        fault("a user who only reads", reader, /user reader may not run the command/),
      ],
      open: () => openRegistry(url, contextOf()),
      stop: () => server.stop(),
      start: () => server.start(),
      wipe: () => server.wipe(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { title: "redis", needs: redisNeeds, bounds, lend };
}

function etcd(): NodeBackEnd {
  const shared = sharedEtcd();
  const root = ["--user", "root:root"];
  let isSetUp = false;
  const setUp = async (): Promise<void> => {
    const control = (...args: string[]): Promise<string> => shared().control(...args);
    await control("user", "add", "root:root");
    await control("user", "grant-role", "root", "root");
    for (const [user, right] of [["node", "readwrite"], ["reader", "read"]] as const) {
      await control("role", "add", user);
      await control("role", "grant-permission", user, right, "nodes/", "nodes0");
      await control("user", "add", `${user}:${password}`);
      await control("user", "grant-role", user, user);
    }
    await control("auth", "enable");
    isSetUp = true;
  };
  const lend = async (): Promise<NodeServer> => {
    if (!isSetUp) await setUp();
    const server = shared();
    const urlFor = (user: string, its = inUrl): string =>
      `etcd://${user}:${its}@${server.host}/nodes`;
    return {
      environment: registryIn(urlFor("node")),
      secrets,
      startFaults: [
        {
          what: "a wrong password",
          environment: registryIn(urlFor("node", `${inUrl}x`)),
          sentence: /the password is wrong for user "node", or there is no such user/,
        },
        {
          what: "a user who only reads",
          environment: registryIn(urlFor("reader")),
          sentence: /user "reader" has no permission to change these keys/,
        },
      ],
      open: () => openRegistry(urlFor("node"), contextOf()),
      stop: () => server.stop(),
      start: () => server.start(),
      wipe: async () => void await server.control(...root, "del", "--prefix", "nodes/"),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { title: "etcd", needs: etcdNeeds, bounds, lend };
}

function swift(): NodeBackEnd {
  const shared = sharedServer(() => SwiftServer.open());
  const lend = async (): Promise<NodeServer> => {
    const server = await shared();
    const environment = bucketAt(server.endpoint, swiftKeys);
    return {
      ...bucketServer(environment, [swiftKeys, swiftGuestKeys]),
      stop: () => server.stop(),
      start: () => server.start(),
      startFaults: [
        {
          what: "a wrong key",
          environment: { ...environment, AWS_SECRET_ACCESS_KEY: wrongKey },
          sentence: /the secret key does not belong to the access key/,
        },
        {
          what: "a missing bucket",
          environment: bucketAt(server.endpoint, swiftKeys, "nowhere"),
          sentence: /there is no bucket "nowhere"/,
        },
        {
          what: "keys that may do nothing",
          environment: bucketAt(server.endpoint, swiftGuestKeys),
          sentence: /may not/,
        },
      ],
    };
  };
  return { title: "swift", needs: swiftNeeds, bounds: slowBounds, lend };
}

function fake(): NodeBackEnd {
  const keys = {
    AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
    AWS_REGION: "eu-central-1",
  };
  const lend = (): Promise<NodeServer> => {
    const server = new FakeS3();
    const readOnly = new FakeS3();
    readOnly.behaviour.denies = "changes";
    const environment = bucketAt(server.endpoint, keys);
    return Promise.resolve({
      ...bucketServer(environment, [keys]),
      stop: () => server.stop(),
      start: () => Promise.resolve(server.start()),
      startFaults: [
        {
          what: "a wrong key",
          environment: { ...environment, AWS_SECRET_ACCESS_KEY: wrongKey },
          sentence: /the secret key does not belong to the access key/,
        },
        {
          what: "a missing bucket",
          environment: bucketAt(server.endpoint, keys, "nowhere"),
          sentence: /there is no bucket "nowhere"/,
        },
        {
          what: "keys that only read",
          environment: bucketAt(readOnly.endpoint, keys),
          sentence: /may not/,
        },
      ],
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await readOnly[Symbol.asyncDispose]();
      },
    });
  };
  const needs: ServerNeeds = { permissions: swiftNeeds.permissions, programs: [] };
  return { title: "s3 with conditions", needs, bounds, lend };
}

function bucketAt(endpoint: string, keys: Variables, bucket = swiftBucket): Variables {
  return { ...keys, ...registryIn(`s3://${bucket}/nodes?endpoint=${endpoint}`) };
}

/** What is the same with all servers that have buckets. */
function bucketServer(
  environment: Variables,
  allKeys: readonly Variables[],
): Pick<NodeServer, "environment" | "secrets" | "open" | "wipe" | typeof Symbol.asyncDispose> {
  const url = environment["CLUSTERNODE_REGISTRY"] ?? assert.fail();
  const variable = (name: string): string | undefined => environment[name];
  return {
    environment,
    secrets: [
      wrongKey,
      ...allKeys.map((keys) => keys["AWS_SECRET_ACCESS_KEY"] ?? assert.fail()),
    ],
    open: () => Promise.resolve(openS3Registry(url, contextOf(), variable)),
    async wipe() {
      const place = parseS3Url(url);
      assert.ok(!("fault" in place));
      using client = new S3Client(place, systemClock, variable);
      const bucket = new S3Bucket(client);
      const objects = await bucket.list("nodes/default/", never);
      await Promise.all(objects.map(({ key }) => bucket.remove(key, { kind: "any" }, never)));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
