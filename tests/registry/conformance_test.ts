/**
 * The conformance suite over every back end: one call each.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { openDirectoryRegistry } from "../../lib/registry/directory/directory.ts";
import { MemoryStorage, openMemoryRegistry } from "../../lib/registry/memory/memory.ts";
import { registryConformance } from "./conformance.ts";
import type { RegistryFixture } from "./conformance.ts";
import { randomText } from "./rows.ts";

const clock = systemClock;

/** Generous: a disk under load may need a while, and no test here waits for it to pass. */
const timeoutMs = 20_000;

registryConformance("memory", () => {
  const storage = new MemoryStorage();
  return Promise.resolve({
    handle: (cluster = "default") =>
      Promise.resolve(openMemoryRegistry({ storage, cluster, clock, timeoutMs })),
    damage(key: string, text: string) {
      storage.put("default", key, text);
      return Promise.resolve();
    },
    away(isAway: boolean) {
      storage.fault = isAway ? () => Promise.reject(new Error("it is away")) : undefined;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
}, { needs: [] });

for (const isSharedWithBeam of [false, true]) {
  const name = isSharedWithBeam ? "directory shared with BEAM nodes" : "directory";
  registryConformance(name, () => directoryFixture(isSharedWithBeam), { needs: ["read", "write"] });
}

async function directoryFixture(isSharedWithBeam: boolean): Promise<RegistryFixture> {
  const parent = await Deno.makeTempDir();
  const path = `${parent}/sync_dir`;
  const beside = `${parent}/.sync_dir.clusternode`;
  const options = { path, clock, timeoutMs, randomText, isSharedWithBeam };
  return {
    handle: (cluster = "default") =>
      Promise.resolve(openDirectoryRegistry({ ...options, cluster })),
    async damage(key: string, text: string) {
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(`${path}/${key}`, text);
    },
    async away(isAway: boolean) {
      if (isAway) {
        await Deno.rename(path, `${path}.away`);
        await Deno.writeTextFile(path, "in the way");
        if (!isSharedWithBeam) return;
        await Deno.rename(beside, `${beside}.away`);
        await Deno.writeTextFile(beside, "in the way");
      } else {
        await Deno.remove(path);
        await Deno.rename(`${path}.away`, path);
        if (!isSharedWithBeam) return;
        await Deno.remove(beside);
        await Deno.rename(`${beside}.away`, beside);
      }
    },
    close: () => Deno.remove(parent, { recursive: true }),
  };
}
