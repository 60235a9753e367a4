/**
 * What a node of a cluster of five costs while nothing happens: memory and processor time, beside an
 * idle Deno process.
 *
 * @module
 */
import { type Effort, type Figure, figure, type Round } from "./figure.ts";
import {
  Child,
  memoryOf,
  nodeArguments,
  processorSecondsOf,
  temporaryFolder,
  type Variant,
} from "./process.ts";

const nodes = 5;

/** An idle process that wakes up once a second, as a node does at least. */
const idleScript = "setInterval(() => {}, 1000)";

/** Memory and processor time of a node, for each variant. */
export async function measureClusters(
  effort: Effort,
  variants: readonly Variant[],
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const variant of variants) figures.push(...await measureCluster(effort, variant));
  return figures;
}

async function measureCluster(
  { quick }: Effort,
  { name, command }: Variant,
): Promise<Figure[]> {
  await using folder = await temporaryFolder();
  await using stack = new AsyncDisposableStack();
  const idle = stack.use(new Child([Deno.execPath(), "eval", idleScript]));
  const members = Array.from(
    { length: nodes },
    (_, index) => stack.use(new Child(command, nodeArguments(folder.path, `n${index + 1}`))),
  );
  for (const member of members) {
    await member.line(`"n${nodes}@127.0.0.1": true]`);
    void member.ignoreOutput();
  }
  const settleMs = quick ? 2_000 : 5_000;
  const windowMs = quick ? 4_000 : 30_000;
  await passed(settleMs);
  const shares = await processorShares([idle, ...members], windowMs);
  const idleMemory = await memoryOf(idle.pid);
  const memories = await Promise.all(members.map(({ pid }) => memoryOf(pid)));
  const [idleShare = NaN, ...memberShares] = shares;
  const isBinary = name === "binary";
  const head = (what: string, unit: string): Parameters<typeof figure>[0] => {
    return { name: `cluster of ${nodes}: ${what}, ${name}`, reference: "an idle Deno", unit };
  };
  const beside = (values: readonly number[], reference: number): Round[] =>
    values.map((value) => [value, reference]);
  return [
    figure(
      head("RSS per node", "MB"),
      beside(memories.map(({ rss }) => rss), idleMemory.rss),
      isBinary ? { valueMax: 60 } : undefined,
    ),
    figure(
      head("RssAnon per node", "MB"),
      beside(memories.map(({ anonymous }) => anonymous), idleMemory.anonymous),
      isBinary ? { valueMax: 16 } : undefined,
    ),
    figure(
      head("processor per node", "% of a core"),
      beside(memberShares, Math.max(idleShare, 100 * tickMs / windowMs)),
      { valueMax: 1 },
    ),
  ];
}

/** The finest step in which the system counts processor time. An idle process may not use one. */
const tickMs = 10;

/** Percentage of a core that each process uses over `windowMs`. */
async function processorShares(
  children: readonly Child[],
  windowMs: number,
): Promise<number[]> {
  const used = (): Promise<number[]> =>
    Promise.all(children.map(({ pid }) => processorSecondsOf(pid)));
  const begun = performance.now();
  const before = await used();
  await passed(windowMs);
  const after = await used();
  const seconds = (performance.now() - begun) / 1000;
  return after.map((value, index) => 100 * (value - (before[index] ?? 0)) / seconds);
}

function passed(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
