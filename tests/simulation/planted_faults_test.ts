/**
 * The swarm finds mistakes: each one of a list is made in a copy of the core, and must be found.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { filesBelow, readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { plantedFaults } from "./planted_faults.ts";
import type { PlantedFault } from "./planted_faults.ts";

type Swarm = typeof import("../../lib/simulation/swarm.ts");

/** What the swarm needs. */
const sources = ["lib/core", "lib/simulation"];

/** The core with a mistake in it. */
function mistaken(path: string, { changes }: PlantedFault): string {
  let source = readSource(path);
  for (const { file, text, instead } of changes) {
    if (path !== `lib/core/${file}`) continue;
    const count = source.split(text).length - 1;
    assert.equal(count, 1, `"${text}" stands ${count} times in ${path}: mend the table`);
    source = source.replace(text, () => instead);
  }
  return source;
}

/** The first seed in whose cluster something is wrong, and what. */
async function firstFound(folder: string, fault: PlantedFault): Promise<string | undefined> {
  for (const path of sources.flatMap(filesBelow)) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, mistaken(path, fault));
  }
  const { swarmRun, SwarmError }: Swarm = await import(
    pathToFileURL(`${folder}/lib/simulation/swarm.ts`).href
  );
  for (let seed = 1; seed <= fault.seedsMax; seed++) {
    try {
      swarmRun(seed);
    } catch (error) {
      if (error instanceof SwarmError) return `seed ${seed}: ${error.what}`;
      throw error;
    }
  }
  return undefined;
}

for (const fault of plantedFaults) {
  Deno.test({
    ...needing(`swarmRun() finds a core that ${fault.name}`, "read", "write"),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const found = await firstFound(folder, fault);
        assert.ok(found !== undefined, `nothing was found in ${fault.seedsMax} seeds`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
