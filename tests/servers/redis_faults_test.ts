/**
 * What goes wrong with a Redis server, made to go wrong, and told in words without a secret.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { reasonOf as faultReasonOf } from "../registry/fault_of.ts";
import { nameOf, never, randomText, rowOf } from "../registry/rows.ts";
import { makeCertificates } from "./program.ts";
import { needingRedis, RedisServer } from "./redis_server.ts";
import { sharedServer } from "./server.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

const shared = sharedServer(() => RedisServer.create());
const secret = "s3cr:t/";
const inUrl = encodeURIComponent(secret);
const name = nameOf("n1@10.0.0.2");
const context = { cluster: "default", clock: systemClock, timeoutMs: 20_000, randomText };

function redisTest(title: string, fn: (server: RedisServer) => Promise<void>): void {
  Deno.test({ ...needingRedis(title), fn: async () => await fn(await shared()) });
}

/** The end of the sentence with which `act` fails. */
function reasonOf(act: Promise<unknown>): Promise<string> {
  return faultReasonOf(act, secret, inUrl, "minted-cookie");
}

/** Why `url` can be neither listed nor written to nor given a cookie. */
async function reasonAt(url: string, timeoutMs = 20_000): Promise<string> {
  await using registry = await openRegistry(url, { ...context, timeoutMs });
  const reason = await reasonOf(registry.list(never));
  assert.equal(await reasonOf(registry.write(rowOf(name), undefined, never)), reason);
  assert.equal(await reasonOf(registry.getOrCreateCookie("minted-cookie", never)), reason);
  return reason;
}

/** Why `url` can be listed, but not written to. */
async function writeReason(registry: Registry, isMinting = true): Promise<string> {
  await registry.list(never);
  const reason = await reasonOf(registry.write(rowOf(name), undefined, never));
  if (isMinting) {
    assert.equal(await reasonOf(registry.getOrCreateCookie("minted-cookie", never)), reason);
  }
  return reason;
}

redisTest("a wrong password is told, of the default user and of another", async (server) => {
  assert.equal(await reasonAt(server.url("", `ada:${inUrl}@`)), wrongPassword("ada"));
  await server.command("ACL", "SETUSER", "ada", "on", ">right", "~*", "&*", "+@all");
  assert.equal(await reasonAt(server.url("", `ada:${inUrl}@`)), wrongPassword("ada"));
  {
    await using registry = await openRegistry(server.url("", "ada:right@"), context);
    await registry.list(never);
    // Whoever is connected is thrown out.
    await server.command("ACL", "DELUSER", "ada");
    await until("it is noticed", () => registry.list(never).then(() => false, () => true));
    assert.equal(await reasonOf(registry.list(never)), wrongPassword("ada"));
  }
  {
    // A password where none is needed does no harm.
    await using registry = await openRegistry(server.url("", `:${inUrl}@`), context);
    await registry.list(never);
  }
  await server.command("CONFIG", "SET", "requirepass", "right");
  try {
    assert.equal(await reasonAt(server.url("", `:${inUrl}@`)), "the password is wrong");
    const none = "the server asks for a password, and the URL has none";
    assert.equal(await reasonAt(server.url()), none);
    await using registry = await openRegistry(server.url("", ":right@"), context);
    await registry.list(never);
  } finally {
    await server.command("-a", "right", "--no-auth-warning", "CONFIG", "SET", "requirepass", "");
  }
});

function wrongPassword(user: string): string {
  return `the password is wrong for user ${user}, or there is no such user`;
}

redisTest("what a user may not do is told, and hints are not needed", async (server) => {
  const prefix = randomText();
  const url = server.url(`?prefix=${prefix}`, `bob:${inUrl}@`);
  const user = ["ACL", "SETUSER", "bob", "reset", "on", `>${secret}`];
  await server.command(...user, "~*", "+@all", "-hgetall", "-hget");
  await using registry = await openRegistry(url, context);
  assert.equal(await reasonOf(registry.list(never)), "user bob may not run the command hgetall");
  assert.match(await reasonOf(registry.getOrCreateCookie("minted-cookie", never)), /command hget$/);
  await server.command(...user, "~other:*", "+@all");
  assert.equal(await reasonOf(registry.list(never)), `user bob may not use the keys ${prefix}:*`);
  await server.command(...user, "%R~*", "+@all");
  assert.match(await writeReason(registry, false), /^user bob may not use the keys/);
  await server.command(...user, "~*", "+@read");
  assert.equal(await writeReason(registry, false), "user bob may not run the command evalsha");
  await server.command(...user, "~*", "+@all", "-hset");
  assert.equal(
    await writeReason(registry, false),
    "user bob may not run all of hget, hset and hdel",
  );
  // All that is needed; without the channel there are no hints, but all else works.
  const needed = ["+evalsha", "+eval", "+hget", "+hset", "+hdel", "+hgetall"];
  await server.command(...user, `~${prefix}:*`, ...needed);
  const result = await registry.write(rowOf(name), undefined, never);
  assert.ok(result.kind === "written");
  assert.equal((await registry.list(never)).rows.length, 1);
  assert.equal(await registry.remove(name, result.version, never), "removed");
  await server.command(
    ...user,
    `~${prefix}:*`,
    `&${prefix}:*`,
    ...needed,
    "+subscribe",
    "+publish",
  );
  let hints = 0;
  const watching = registry.watch(() => hints++, never);
  const channel = `${prefix}:default:changed:0`;
  await until(
    "it is subscribed",
    async () => (await server.command("PUBSUB", "NUMSUB", channel)).endsWith("1"),
  );
  await registry.write(rowOf(name), undefined, never);
  await until("a hint", () => hints > 0);
  await registry[Symbol.asyncDispose]();
  await watching;
});

redisTest("a server that takes no writes is told, and works when it does again", async (server) => {
  const full = ["CONFIG", "SET", "maxmemory"];
  const faults: [string[], string[], string][] = [
    [
      ["REPLICAOF", "127.0.0.1", `${freePort()}`],
      ["REPLICAOF", "NO", "ONE"],
      "the server is a replica, which can only be read",
    ],
    [[...full, "1mb"], [...full, "0"], "the memory of the server is full"],
    [
      ["CONFIG", "SET", "min-replicas-to-write", "1"],
      ["CONFIG", "SET", "min-replicas-to-write", "0"],
      "the server has lost its replicas and accepts no writes",
    ],
  ];
  const url = server.url(`?prefix=${randomText()}`);
  for (const [begin, end, reason] of faults) {
    await using registry = await openRegistry(url, context);
    await server.command(...begin);
    try {
      assert.equal(await writeReason(registry), reason);
    } finally {
      await server.command(...end);
    }
    const result = await registry.write(rowOf(name), undefined, never);
    assert.ok(result.kind === "written", reason);
    await registry.remove(name, result.version, never);
  }
});

redisTest("a disk that cannot be saved to is told", async (server) => {
  const url = server.url(`?prefix=${randomText()}`);
  await using registry = await openRegistry(url, context);
  const saved = async (status: string): Promise<void> => {
    await server.command("BGSAVE");
    await until(
      status,
      async () =>
        (await server.command("INFO", "persistence")).includes(`rdb_last_bgsave_status:${status}`),
    );
  };
  const path = `${server.folder}/dump.rdb`;
  await Deno.remove(path).catch(() => {});
  await Deno.mkdir(path);
  await saved("err");
  const reason = await writeReason(registry);
  await Deno.remove(path);
  await saved("ok");
  assert.equal(reason, "the server accepts no writes as it cannot save to its disk");
  await registry.getOrCreateCookie("minted-cookie", never);
});

redisTest("a key of another kind, and a missing database, are told", async (server) => {
  const prefix = randomText();
  await server.command("SET", `${prefix}:default`, secret);
  const foreign = await reasonAt(server.url(`?prefix=${prefix}`));
  assert.match(foreign, /^the key .*:… holds something else than rows, maybe those of another/);
  assert.equal(await reasonAt(server.url("/99")), "the server has no database 99");
  await using registry = await openRegistry(server.url("/3"), context);
  await registry.getOrCreateCookie("minted-cookie", never);
  assert.equal(await server.command("-n", "3", "HLEN", "clusternode:default"), "1");
  assert.equal(await server.command("EXISTS", "clusternode:default"), "0");
});

redisTest("a server that still loads its data is told", async (server) => {
  await using registry = await openRegistry(server.url("/5"), context);
  await registry.getOrCreateCookie("minted-cookie", never);
  const fill = "for i = 1, 3000 do redis.call('SET', 'filler' .. i, string.rep('x', 200)) end";
  await server.command("-n", "5", "EVAL", fill, "0");
  await server.stop();
  await server.start("--key-load-delay", "300", "--loading-process-events-interval-bytes", "1024");
  assert.equal(await reasonOf(registry.list(never)), "the server is still loading its data");
  await until("it is loaded", () => registry.list(never).then(() => true, () => false));
  assert.equal(await registry.cookie(never), "minted-cookie");
  await server.command("-n", "5", "FLUSHDB");
});

redisTest("no server, and what is no Redis, is told", async () => {
  const port = freePort();
  const refused = `127.0.0.1:${port} refuses the connection`;
  assert.equal(await reasonAt(`redis://:${inUrl}@127.0.0.1:${port}`), refused);
  assert.equal(await reasonAt(`rediss://:${inUrl}@127.0.0.1:${port}`), refused);
  const onListen = (): void => {};
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, () => new Response());
  const none = `what answers at 127.0.0.1:${web.addr.port} is not Redis`;
  assert.equal(await reasonAt(`redis://:${inUrl}@127.0.0.1:${web.addr.port}`), none);
  assert.equal(await reasonAt(`redis://127.0.0.1:${web.addr.port}`), none);
  await web.shutdown();
});

redisTest("TLS works with a known authority, and what fails of it is told", async () => {
  const port = freePort();
  await using server = await RedisServer.create();
  await server.stop();
  await makeCertificates(server.folder);
  await makeCertificates(`${server.folder}/other`);
  const file = (option: string, name: string): string[] => [option, `${server.folder}/${name}`];
  await server.start(
    ...["--tls-port", `${port}`, "--tls-auth-clients", "no", "--requirepass", secret],
    ...file("--tls-cert-file", "server.crt"),
    ...file("--tls-key-file", "server.key"),
    ...file("--tls-ca-cert-file", "ca.crt"),
  );
  const url = (host: string): string => `rediss://:${inUrl}@${host}:${port}/1`;
  const ca = `?tls_ca=${server.folder}/ca.crt`;
  for (const host of ["localhost", "127.0.0.1"]) {
    await using registry = await openRegistry(`${url(host)}${ca}`, context);
    await registry.getOrCreateCookie("minted-cookie", never);
  }
  const unknownAuthority = /an authority that is not known here; tls_ca can name its file$/;
  assert.match(await reasonAt(url("localhost")), unknownAuthority);
  const other = `?tls_ca=${server.folder}/other/ca.crt`;
  assert.match(await reasonAt(url("localhost") + other), unknownAuthority);
  assert.match(await reasonAt(url("[::1]") + ca), /refuses|for another host$/);
  assert.equal(
    await reasonAt(url("127.0.0.2") + ca),
    `127.0.0.2:${port} refuses the connection`,
  );
  const missing = `${server.folder}/none.crt`;
  assert.equal(
    await reasonAt(`${url("localhost")}?tls_ca=${missing}`),
    `the file ${missing} of tls_ca cannot be read: No such file or directory`,
  );
  const plain = await reasonAt(`redis://:${inUrl}@localhost:${port}`);
  assert.equal(
    plain,
    `the connection to localhost:${port} broke; if it wants TLS, write rediss://`,
  );
  const sentinel = await reasonAt(`redis+sentinel://localhost:${port}/main`);
  assert.match(sentinel, / broke; if it wants TLS, write rediss\+sentinel:\/\/$/);
  // A Redis without TLS waits for the end of a line that never comes.
  const silent = await reasonAt(`rediss://:${inUrl}@127.0.0.1:${server.port}${ca}`, 300);
  assert.equal(
    silent,
    `no answer within 300 ms, connecting to 127.0.0.1:${server.port} with TLS; ` +
      "if it is without, write redis://",
  );
});
