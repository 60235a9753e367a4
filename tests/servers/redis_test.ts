/**
 * The registry on a real Redis: the contract, its faults in words, hints, outages.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import type { Registry, RowVersion } from "../../lib/registry/registry.ts";
import { registryConformance } from "../registry/conformance.ts";
import { needingRedis, redisNeeds, RedisServer } from "./redis_server.ts";
import { Relay } from "./relay.ts";
import { sharedServer, whyMissing } from "./server.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../registry/rows.ts";
import { until } from "../support/waiting.ts";

const server = sharedServer(() => RedisServer.create());

/** Generous: no test here waits for it to pass, but for those that say so. */
const timeoutMs = 20_000;

const context = { cluster: "default", clock: systemClock, timeoutMs, randomText };

registryConformance("redis", async () => {
  const redis = await server();
  const prefix = randomText();
  return {
    handle: (cluster = "default") =>
      openRegistry(redis.url(`/0?prefix=${prefix}`), { ...context, cluster }),
    async damage(key: string, text: string) {
      await redis.commandWith(text, "HSET", `${prefix}:default`, key);
    },
    away: (isAway: boolean) => isAway ? redis.stop() : redis.start(),
    close: () => Promise.resolve(),
  };
}, { needs: redisNeeds.permissions, skip: whyMissing(redisNeeds) });

interface Scene {
  readonly server: RedisServer;
  /** The hash of cluster `default`. */
  readonly hash: string;
  /** A new handle; the test closes it. */
  open(options?: { timeoutMs?: number; relay?: Relay }): Promise<Registry>;
}

/** A test with the shared server and a prefix of its own. */
function redisTest(name: string, fn: (scene: Scene) => Promise<void>): void {
  Deno.test({
    ...needingRedis(name),
    async fn() {
      const redis = await server();
      const prefix = randomText();
      await fn({
        server: redis,
        hash: `${prefix}:default`,
        open({ relay, ...options } = {}) {
          const port = relay?.port ?? redis.port;
          const url = `redis://127.0.0.1:${port}?prefix=${prefix}`;
          return openRegistry(url, { ...context, ...options });
        },
      });
    },
  });
}

const name = nameOf("n1@10.0.0.2");

async function written(
  registry: Registry,
  heartbeat: number,
  seen?: RowVersion,
  changes = {},
): Promise<RowVersion> {
  return await writtenVersion(registry.write(rowOf(name, heartbeat, changes), seen, never));
}

redisTest(
  "a cluster is one hash, a field is a version and a row",
  async ({ server, hash, open }) => {
    await using registry = await open();
    const version = await written(registry, 1);
    await registry.getOrCreateCookie("cookie", never);
    assert.deepEqual((await server.command("HKEYS", hash)).split("\n").sort(), [".cookie", name]);
    const value = await server.command("HGET", hash, name);
    assert.equal(value, `v1 ${version} ${JSON.stringify(rowOf(name, 1))}`);
    assert.equal(await server.command("KEYS", `${hash.split(":")[0]}*`), hash);
    await registry.remove(name, version, never);
    assert.equal(await server.command("HKEYS", hash), ".cookie");
  },
);

redisTest("write() and remove() compare what another program wrote", async (scene) => {
  const { server, hash, open } = scene;
  await using registry = await open();
  const row = JSON.stringify(rowOf(name, 7));
  await server.commandWith(row, "HSET", hash, name);
  const { version } = (await registry.read(name, never))!;
  assert.match(version, /^raw[0-9a-f]{40}$/);
  assert.equal((await registry.write(rowOf(name, 8), "v1", never)).kind, "conflict");
  await written(registry, 8, version);
  await server.commandWith(row, "HSET", hash, name);
  assert.equal(await registry.remove(name, version, never), "removed");
});

redisTest("write() works, and takes a new version, after all data was lost", async (scene) => {
  const { server, hash, open } = scene;
  await using registry = await open();
  const before = await written(registry, 1);
  await server.command("DEL", hash);
  await server.command("SCRIPT", "FLUSH");
  assert.deepEqual((await registry.list(never)).rows, []);
  const lost = await registry.write(rowOf(name, 2), before, never);
  assert.deepEqual(lost, { kind: "conflict", current: undefined });
  assert.notEqual(await written(registry, 1), before);
  await server.wipe();
  assert.equal(await registry.cookie(never), undefined);
  assert.equal(await registry.getOrCreateCookie("cookie", never), "cookie");
});

redisTest("every call fails while the server is away, and works after that", async (scene) => {
  const { server, open } = scene;
  await using registry = await open();
  const version = await written(registry, 1);
  await server.stop();
  try {
    const end = `127.0.0.1:${server.port} refuses the connection`;
    // The first call may be the one that finds out that the connection has gone.
    const reasons = [
      /(: the connection to .* broke| refuses the connection)$/,
      `: ${end}`,
      `: ${end}`,
    ];
    for (const reason of reasons) {
      await assert.rejects(registry.write(rowOf(name, 2), version, never), ({ message }: Error) => {
        assert.match(message, /^Cannot write n1@10\.0\.0\.2 into redis:\/\/127/);
        assert.ok(typeof reason === "string" ? message.endsWith(reason) : reason.test(message));
        return true;
      });
    }
  } finally {
    await server.start();
  }
  // Nothing of what was refused is done later.
  assert.equal((await registry.read(name, never))?.row.heartbeat, 1);
  await written(registry, 2, version);
});

redisTest("a call fails in time while the server stands still", async ({ server, open }) => {
  await using registry = await open({ timeoutMs: 300 });
  await using fresh = await open({ timeoutMs: 300 });
  const version = await written(registry, 1);
  server.signal("SIGSTOP");
  try {
    await assert.rejects(registry.list(never), /: no answer within 300 ms$/);
    await assert.rejects(fresh.list(never), /: no answer within 300 ms/);
  } finally {
    server.signal("SIGCONT");
  }
  await until("the server moves again", () => registry.list(never).then(() => true, () => false));
  await written(registry, 2, version);
  assert.equal((await fresh.list(never)).rows.length, 1);
});

redisTest("a connection that has gone dead is replaced", async ({ server, open }) => {
  await using relay = new Relay(server.port);
  await using registry = await open({ timeoutMs: 300, relay });
  const version = await written(registry, 1);
  assert.equal(relay.connections, 1);
  relay.deaden();
  await assert.rejects(registry.read(name, never), /: no answer within 300 ms$/);
  await until("another connection", () => registry.read(name, never).then(() => true, () => false));
  assert.equal(relay.connections, 2);
  await written(registry, 2, version);
});

redisTest("an abort leaves the connection to the others", async ({ server, open }) => {
  await using relay = new Relay(server.port);
  await using registry = await open({ relay });
  await written(registry, 1);
  const controller = new AbortController();
  const pending = registry.list(controller.signal);
  const other = registry.read(name, never);
  controller.abort();
  await assert.rejects(pending);
  assert.equal((await other)?.row.heartbeat, 1);
  assert.equal((await registry.list(never)).rows.length, 1);
  assert.equal(relay.connections, 1);
});

redisTest("write() sends nothing once its caller has given up", async ({ open }) => {
  // Accepts, and says nothing: it is not known yet whether the password is right.
  await using relay = new Relay(undefined);
  const url = `redis://:s3cret@127.0.0.1:${relay.port}/0`;
  {
    await using registry = await openRegistry(url, { ...context, timeoutMs: 300 });
    await assert.rejects(registry.write(rowOf(name), undefined, never), (error: Error) => {
      assert.match(error.message, /: no answer within 300 ms, connecting to 127\.0\.0\.1:\d+$/);
      assert.doesNotMatch(Deno.inspect(error), /s3cret/);
      return true;
    });
  }
  assert.match(relay.received, /auth/i);
  assert.doesNotMatch(relay.received, /eval/i);
  await using other = await open();
  assert.deepEqual((await other.list(never)).rows, []);
});

redisTest("watch() tells of all changes but the heartbeat", async ({ server, hash, open }) => {
  await using writer = await open();
  await using reader = await open();
  const told = (): Promise<string> => server.command("PUBSUB", "NUMSUB", `${hash}:changed:0`);
  let hints = 0;
  const controller = new AbortController();
  const watching = reader.watch(() => hints++, controller.signal);
  await until("it is subscribed", async () => (await told()).endsWith("1"));
  const hinted = async (act: () => Promise<unknown>): Promise<void> => {
    const before = hints;
    await act();
    await until("a hint", () => hints > before);
  };
  let version = "";
  await hinted(async () => version = await written(writer, 1));
  const after = hints;
  for (let heartbeat = 2; heartbeat < 20; heartbeat++) {
    version = await written(writer, heartbeat, version, { activeAt: `${heartbeat}` });
  }
  await hinted(async () => version = await written(writer, 20, version, { state: "leaving" }));
  assert.equal(hints, after + 1);
  await hinted(async () => version = await written(reader, 21, version, { state: "leaving" }));
  await hinted(() => writer.remove(name, version, never));
  controller.abort();
  await watching;
});

redisTest("watch() outlives the server, and a connection that is cut", async (scene) => {
  const { server, hash, open } = scene;
  await using writer = await open();
  await using reader = await open();
  let hints = 0;
  const watching = reader.watch(() => hints++, never);
  const channel = `${hash}:changed:0`;
  const subscribed = async (): Promise<boolean> =>
    (await server.command("PUBSUB", "NUMSUB", channel)).endsWith("1");
  await until("it is subscribed", subscribed);
  const restart = (): Promise<void> => server.stop().then(() => server.start());
  const kill = (): Promise<string> => server.command("CLIENT", "KILL", "TYPE", "pubsub");
  for (const [index, cut] of [restart, kill].entries()) {
    const before = hints;
    await cut();
    // Whatever was told meanwhile was missed, so that counts as a hint, too.
    await until("a hint about the gap", () => hints > before);
    await until("it is subscribed again", subscribed);
    const later = hints;
    const seen = (await writer.read(name, never))?.version;
    await written(writer, index, seen, { incarnation: index });
    await until("a hint", () => hints > later);
  }
  await reader[Symbol.asyncDispose]();
  await watching;
});
