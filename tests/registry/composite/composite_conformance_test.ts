/**
 * The contract of a registry, kept by several as one: with all of them there, with one of them away
 * the whole time, and with one that comes and goes.
 *
 * @module
 */
import { systemClock } from "../../../lib/clock.ts";
import { openDirectoryRegistry } from "../../../lib/registry/directory/directory.ts";
import type { Registry } from "../../../lib/registry/registry.ts";
import { cookieKey } from "../../../lib/registry/store.ts";
import { registryConformance } from "../conformance.ts";
import type { RegistryFixture } from "../conformance.ts";
import { ManyScene, Place } from "./composite_scene.ts";
import { randomText } from "../rows.ts";

const clock = systemClock;

/** Every third call finds the storage restarted, with nothing in it. */
function comesAndGoes(place: Place): void {
  let calls = 0;
  place.storage.fault = () => {
    if (++calls % 3 > 0) return;
    place.wipe();
    return Promise.reject(new Error("it restarts"));
  };
}

function memories(places: readonly Place[], used: readonly Place[]): Promise<RegistryFixture> {
  const scene = new ManyScene();
  return Promise.resolve({
    handle: (cluster = "default") =>
      Promise.resolve(scene.join(places.map((place) => place.open(clock, cluster)))),
    damage(key: string, text: string) {
      for (const { storage } of used) storage.put("default", key, text);
      return Promise.resolve();
    },
    away(isAway: boolean) {
      for (const place of used) place.away(isAway);
      return Promise.resolve();
    },
    close: () => scene[Symbol.asyncDispose](),
  });
}

registryConformance("two as one", () => {
  const places = [new Place("memory:a"), new Place("memory:b")];
  return memories(places, places);
}, { needs: [] });

registryConformance("three as one, the first away", () => {
  const [a, ...used] = [new Place("memory:a"), new Place("memory:b"), new Place("memory:c")];
  a.away(true);
  return memories([a, ...used], used);
}, { needs: [] });

/** A directory, and behind it a memory that behaves as it likes. */
async function directoryAnd(second: Place): Promise<RegistryFixture> {
  const scene = new ManyScene();
  const parent = await Deno.makeTempDir();
  const path = `${parent}/sync_dir`;
  const { fault } = second.storage;
  return {
    handle(cluster = "default"): Promise<Registry> {
      const directory = openDirectoryRegistry({
        path,
        cluster,
        clock,
        timeoutMs: 20_000,
        randomText,
      });
      return Promise.resolve(scene.join([directory, second.open(clock, cluster)]));
    },
    async damage(key: string, text: string) {
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(`${path}/${key}`, text);
    },
    async away(isAway: boolean) {
      second.away(isAway);
      if (isAway) {
        await Deno.rename(path, `${path}.away`);
        await Deno.writeTextFile(path, "in the way");
      } else {
        second.storage.fault = fault;
        await Deno.remove(path);
        await Deno.rename(`${path}.away`, path);
      }
    },
    async close() {
      await scene[Symbol.asyncDispose]();
      await Deno.remove(parent, { recursive: true });
    },
  };
}

registryConformance("directory and memory", () => {
  return directoryAnd(new Place("memory:b"));
}, { needs: ["read", "write"] });

registryConformance("directory and a memory that is away", () => {
  const second = new Place("memory:b");
  second.away(true);
  return directoryAnd(second);
}, { needs: ["read", "write"] });

registryConformance("directory and a memory that comes and goes", async () => {
  const second = new Place("memory:b");
  comesAndGoes(second);
  return {
    ...await directoryAnd(second),
    // One registry that has lost it is enough to put it back.
    holdsCookie: () => second.storage.cluster("default").cells.has(cookieKey),
  };
}, { needs: ["read", "write"] });
