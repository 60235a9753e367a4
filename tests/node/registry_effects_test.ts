/**
 * What a node does for the cookie that its registry has made up.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Barrier } from "../../lib/barrier.ts";
import { ReclaimProofs } from "../../lib/protocol/reclaim_proof.ts";
import { RegistryEffects } from "../../lib/node/registry_effects.ts";
import { MemoryStorage, openMemoryRegistry } from "../../lib/registry/memory/memory.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { cookieKey } from "../../lib/registry/store.ts";
import { never } from "../registry/rows.ts";
import { Lines } from "./lines.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A desk on a storage, and how often it has asked for the cookie. */
class Scene implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly storage = new MemoryStorage();
  readonly log = new Lines();
  asked = 0;
  readonly #stop = new AbortController();
  readonly #registryEffects: RegistryEffects;

  constructor(mintedCookie: string | undefined) {
    const { clock, storage, log } = this;
    const registry = openMemoryRegistry({ clock, storage, cluster: "default" });
    const counting: Registry = Object.create(registry, {
      list: { value: (signal: AbortSignal) => registry.list(signal) },
      watch: { value: (tell: () => void, signal: AbortSignal) => registry.watch(tell, signal) },
      getOrCreateCookie: {
        value: (cookie: string, signal: AbortSignal) => {
          this.asked++;
          return registry.getOrCreateCookie(cookie, signal);
        },
      },
      url: { value: registry.url },
      [Symbol.asyncDispose]: { value: () => registry[Symbol.asyncDispose]() },
    });
    const barrier = new Barrier(({ where, error }) => assert.fail(`${where}: ${error}`));
    const parts = {
      barrier,
      clock,
      log,
      registry: counting,
      loopbackNote: undefined,
      mintedCookie,
      reclaimProofs: new ReclaimProofs([], "default"),
    };
    this.#registryEffects = new RegistryEffects(parts, () => {}, this.#stop.signal);
  }

  get cookie(): string | undefined {
    return this.storage.cluster("default").cells.get(cookieKey)?.text;
  }

  /** One listing, and what it brings about. */
  async list(): Promise<void> {
    await this.#registryEffects.carryOut({ kind: "list" });
    const registry = openMemoryRegistry({
      clock: this.clock,
      storage: this.storage,
      cluster: "default",
    });
    // Later than what the desk has asked, as storage in memory answers in turn.
    for (let turn = 0; turn < 5; turn++) await registry.cookie(never);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#registryEffects.close();
  }
}

Deno.test("RegistryEffects puts a cookie back that is missing in a listing", async () => {
  await using scene = new Scene("minted");
  await scene.list();
  assert.equal(scene.cookie, "minted");
  await scene.list();
  assert.equal(scene.asked, 1);
  scene.storage.cluster("default").cells.clear();
  await scene.list();
  assert.equal(scene.cookie, "minted");
  assert.deepEqual(scene.log.texts, []);
});

Deno.test("RegistryEffects looks after the cookie now and then, and tells of another one once", async () => {
  await using scene = new Scene("minted");
  scene.storage.put("default", cookieKey, "another");
  for (let minute = 0; minute < 61; minute++) {
    await scene.list();
    scene.clock.pass(60_000);
  }
  assert.equal(scene.asked, 6);
  assert.equal(scene.log.texts.length, 1, scene.log.texts.join("\n"));
  assert.match(scene.log.texts[0] ?? "", /^The cookie in memory: has changed\. /);
  assert.equal(scene.cookie, "another");
});

Deno.test("RegistryEffects puts no cookie anywhere that was given", async () => {
  await using scene = new Scene(undefined);
  await scene.list();
  scene.clock.pass(3_600_000);
  await scene.list();
  assert.deepEqual([scene.asked, scene.cookie], [0, undefined]);
});
