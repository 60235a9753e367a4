/**
 * Nodes that are started together: how long until all see all, and what that costs each, beside Serf,
 * beside a node that starts alone, and beside as many at once that are alone each: the floor of this
 * machine, before anybody has said a word.
 *
 * @module
 */
import { type Contestant, nodesOf, serf, serfMissing } from "./contestants.ts";
import { type Effort, type Figure, figure, type Goal, type Round, type Skipped } from "./figure.ts";
import { temporaryFolder, type Variant } from "./process.ts";
import { processorSecondsOf } from "./usage.ts";

const sizes = [20];

/** One start of a cluster. */
interface Start {
  /** From the first launch until all see all. */
  readonly ms: number;
  /** Processor time of each until then, on average. */
  readonly processorMs: number;
}

/** A start together of the binary, or from source where there is none. */
export async function measureTogether(
  effort: Effort,
  variants: readonly Variant[],
): Promise<(Figure | Skipped)[]> {
  const variant = variants.at(-1) as Variant;
  const agents = await serf();
  const before = variant.before && nodesOf("before", variant.before);
  const figures: Figure[] = [];
  for (const nodes of effort.nodes ?? sizes) {
    figures.push(...await measure(effort, nodes, variant, agents, before));
  }
  return agents ? figures : [...figures, { name: "beside Serf", skipped: serfMissing }];
}

async function measure(
  { quick }: Effort,
  nodes: number,
  { name, command }: Variant,
  agents: Contestant | undefined,
  before: Contestant | undefined,
): Promise<Figure[]> {
  const own = nodesOf("nodes", command);
  const apart = apartOf(own);
  const rounds: { ours: Start; alone: Start; apart: Start; theirs?: Start; earlier?: Start }[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round++) {
    rounds.push({
      ours: await start(own, nodes),
      alone: await start(own, 1),
      apart: await start(apart, nodes),
      ...(agents && { theirs: await start(agents, nodes) }),
      ...(before && { earlier: await start(before, nodes) }),
    });
  }
  const title = `${nodes} started together, ${name}`;
  const figures: Figure[] = [];
  const compare = (
    key: keyof Start,
    other: Exclude<keyof (typeof rounds)[number], "ours">,
    reference: string,
    goal?: Goal,
  ): void => {
    const pairs = rounds.flatMap((round): Round[] => {
      const beside = round[other];
      return beside ? [[round.ours[key], beside[key]]] : [];
    });
    if (pairs.length === 0) return;
    const what = key === "ms" ? "until all see all" : "processor of each until then";
    figures.push(figure({ name: `${title}: ${what}`, reference, unit: "ms" }, pairs, goal));
  };
  compare("ms", "theirs", "Serf", { ratioMax: 2 });
  compare("ms", "apart", apart.name);
  compare("ms", "earlier", "before");
  compare("processorMs", "alone", "a node that starts alone", { ratioMax: 1.5 });
  compare("processorMs", "apart", apart.name);
  compare("processorMs", "theirs", "Serf");
  compare("processorMs", "earlier", "before");
  return figures;
}

/** As many, each in a cluster of its own. */
function apartOf(contestant: Contestant): Contestant {
  return {
    name: "as many, each alone",
    start: async (count, folder) => {
      const folders = Array.from({ length: count }, (_, index) => `${folder}/${index + 1}`);
      await Promise.all(folders.map((one) => Deno.mkdir(one)));
      return (await Promise.all(folders.map((one) => contestant.start(1, one)))).flat();
    },
  };
}

async function start(contestant: Contestant, nodes: number): Promise<Start> {
  await using folder = await temporaryFolder();
  await using stack = new AsyncDisposableStack();
  const begun = performance.now();
  const runners = await contestant.start(nodes, folder.path);
  for (const { child } of runners) stack.use(child);
  await Promise.all(runners.map(({ seesAll }) => seesAll));
  const ms = performance.now() - begun;
  const used = await Promise.all(runners.map(({ child }) => processorSecondsOf(child.pid)));
  return { ms, processorMs: 1000 * used.reduce((sum, seconds) => sum + seconds, 0) / nodes };
}
