/**
 * From launch to the first status line, beside Deno doing nothing.
 *
 * @module
 */
import { type Effort, type Figure, figure, type Goal, type Round } from "./figure.ts";
import { Child, nodeArguments, temporaryFolder, type Variant } from "./process.ts";

/** Goals per variant, in milliseconds. */
const goals: Readonly<Record<string, Goal>> = {
  source: { valueMax: 150 },
  binary: { valueMax: 100 },
};

/** Start time of each variant. */
export async function measureStarts(
  { quick }: Effort,
  variants: readonly Variant[],
): Promise<Figure[]> {
  const rounds = new Map<string, Round[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < (quick ? 6 : 16); round++) {
    const reference = await emptyStart();
    for (const variant of variants) {
      const took = await nodeStart(variant);
      // The first round fills the caches.
      if (round > 0) rounds.get(variant.name)?.push([took, reference]);
    }
  }
  return variants.map(({ name }) =>
    figure(
      { name: `start: first status line, ${name}`, reference: "deno eval 0", unit: "ms" },
      rounds.get(name) ?? [],
      goals[name],
    )
  );
}

async function nodeStart({ command }: Variant): Promise<number> {
  await using folder = await temporaryFolder();
  const begun = performance.now();
  await using node = new Child(command, nodeArguments(folder.path, "n1"));
  await node.line(": true]");
  return performance.now() - begun;
}

async function emptyStart(): Promise<number> {
  const begun = performance.now();
  await new Deno.Command(Deno.execPath(), { args: ["eval", "0"] }).output();
  return performance.now() - begun;
}
