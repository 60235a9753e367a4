/**
 * The swarm and the fuzz find mistakes: each one of a list is made in a copy of the core, and must be
 * found.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { filesBelow } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { plantedFaults } from "../simulation/planted_faults.ts";
import type { PlantedFault } from "../simulation/planted_faults.ts";
import { mistaken } from "../simulation/planting.ts";

type Swarm = typeof import("../../scripts/swarm/swarm.ts");
type Fuzz = typeof import("../../scripts/fuzz/fuzz.ts");

/** What both of them need. */
const sources = [
  "lib/core",
  "lib/protocol",
  "lib/recording",
  "lib/simulation",
  "scripts/fuzz",
  "scripts/swarm",
];

/** The first seed in whose cluster something is wrong, and what. */
async function firstFound(folder: string, fault: PlantedFault): Promise<string | undefined> {
  for (const path of sources.flatMap(filesBelow)) {
    const target = `${folder}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(target, mistaken(path, fault));
  }
  const play = fault.by === "fuzz" ? await fuzzOf(folder) : await swarmOf(folder);
  for (let seed = 1; seed <= fault.seedsMax; seed++) {
    const what = play(seed);
    if (what !== undefined) return `seed ${seed}: ${what}`;
  }
  return undefined;
}

/** Plays a seed, and tells what is wrong. */
type Play = (seed: number) => string | undefined;

async function swarmOf(folder: string): Promise<Play> {
  const { swarmRun, SwarmError }: Swarm = await import(
    pathToFileURL(`${folder}/scripts/swarm/swarm.ts`).href
  );
  return whatOf(swarmRun, SwarmError);
}

async function fuzzOf(folder: string): Promise<Play> {
  const { fuzzRun, FuzzError }: Fuzz = await import(
    pathToFileURL(`${folder}/scripts/fuzz/fuzz.ts`).href
  );
  return whatOf(fuzzRun, FuzzError);
}

function whatOf(
  play: (seed: number) => unknown,
  kind: Swarm["SwarmError"] | Fuzz["FuzzError"],
): Play {
  return (seed) => {
    try {
      play(seed);
      return undefined;
    } catch (error) {
      if (error instanceof kind) return error.what;
      throw error;
    }
  };
}

for (const fault of plantedFaults) {
  Deno.test({
    ...needing(`${fault.by ?? "swarm"}Run() finds a core that ${fault.name}`, "read", "write"),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const found = await firstFound(folder, fault);
        assert.ok(found !== undefined, `nothing was found in ${fault.seedsMax} seeds`);
        // What cannot run is no mistake of the kind that is meant.
        assert.doesNotMatch(found, /the core throws/);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
