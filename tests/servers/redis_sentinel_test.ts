/**
 * A Redis that Sentinels watch, and its failover.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import { reasonOf } from "../registry/fault_of.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../registry/rows.ts";
import { run } from "./program.ts";
import { redisNeeds, RedisServer } from "./redis_server.ts";
import { needingServer, programPath } from "./server.ts";
import { accepts, freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

const context = { cluster: "default", clock: systemClock, timeoutMs: 10_000, randomText };

const name = nameOf("n1@10.0.0.2");

const needs = { ...redisNeeds, programs: [...redisNeeds.programs, "redis-sentinel"] };

/** A Sentinel that watches the master at `port`, alone. */
class Sentinel implements AsyncDisposable {
  readonly port = freePort();
  #folder = "";
  #pid = 0;

  async start(port: number): Promise<void> {
    this.#folder = await Deno.makeTempDir();
    const config = `${this.#folder}/config`;
    const lines = [
      `port ${this.port}`,
      "bind 127.0.0.1",
      "daemonize yes",
      `pidfile ${this.#folder}/pid`,
      `dir ${this.#folder}`,
      `sentinel monitor mymaster 127.0.0.1 ${port} 1`,
      "sentinel down-after-milliseconds mymaster 500",
      "sentinel failover-timeout mymaster 5000",
    ];
    await Deno.writeTextFile(config, lines.join("\n") + "\n");
    await run(programPath("redis-sentinel", needs), [config]);
    await until("the Sentinel starts", async () => {
      this.#pid = Number(await Deno.readTextFile(`${this.#folder}/pid`).catch(() => ""));
      return this.#pid > 0 && await accepts(this.port);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Deno.kill(this.#pid, "SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test({
  ...needingServer("redis: whichever server the Sentinels name is used", needs),
  async fn() {
    await using one = await RedisServer.create();
    await using two = await RedisServer.create("--replicaof", "127.0.0.1", `${one.port}`);
    await using sentinel = new Sentinel();
    await sentinel.start(one.port);
    const url = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/mymaster`;
    await using registry = await openRegistry(url, context);
    const version = await writtenVersion(registry.write(rowOf(name, 1), undefined, never));
    let hints = 0;
    const stop = new AbortController();
    const watching = registry.watch(() => hints++, stop.signal);
    await until("the copy", async () => (await two.command("HLEN", "clusternode:default")) === "1");
    await until("the replica is known", async () => {
      const known = await run(programPath("redis-cli", needs), [
        ...["-p", `${sentinel.port}`, "SENTINEL", "replicas", "mymaster"],
      ]);
      return known.includes(`${two.port}`);
    });
    one.signal("SIGKILL");
    let second = "";
    await until("the other one is the master", async () => {
      const written = await registry.write(rowOf(name, 2), version, never).catch(() => undefined);
      if (written?.kind === "written") second = written.version;
      return second !== "";
    });
    assert.match(await two.command("HGET", "clusternode:default", name), new RegExp(second));
    await until("a hint", () => hints > 0);
    stop.abort();
    await watching;

    await using unknown = await openRegistry(
      `redis+sentinel://127.0.0.1:${sentinel.port}/x`,
      context,
    );
    assert.match(
      await reasonOf(unknown.list(never)),
      /^the Sentinel 127\.0\.0\.1:\d+ watches no master "x"$/,
    );
    await using direct = await openRegistry(`redis://127.0.0.1:${sentinel.port}`, context);
    assert.match(await reasonOf(direct.list(never)), /if it is a Sentinel, write redis\+sentinel:/);
  },
});
