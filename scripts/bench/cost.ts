/**
 * What a node of an idle cluster costs, beside an agent of Serf and beside the floor of the runtime: a
 * bare program with one timer a second and as many idle connections, the same with as many pings, and
 * the same with the cryptography and the files of a node, too.
 *
 * @module
 */
import { type Contestant, nodesOf, type Runner, serf, serfMissing } from "./contestants.ts";
import { type Effort, type Figure, figure, type Goal, median, type Skipped } from "./figure.ts";
import { Floor } from "./floor.ts";
import { temporaryFolder, type Variant } from "./process.ts";
import { connectionsOf, memoryOf, processorSecondsOf, systemCallsOf, wakeUpsOf } from "./usage.ts";

const sizes = [1, 5, 20];

/** What each process of a cluster costs, in the unit of each measure. */
type Costs = Readonly<Record<Measure, readonly number[]>>;

type Measure =
  | "processor"
  | "wake-ups"
  | "system calls"
  | "pings"
  | "RSS"
  | "PSS"
  | "anonymous memory";

const units: Readonly<Record<Measure, string>> = {
  processor: "% of a core",
  "wake-ups": "/s",
  "system calls": "/s",
  pings: "/s",
  RSS: "MB",
  PSS: "MB",
  "anonymous memory": "MB",
};

/** What is told beside something else, and with which goals in a cluster of so many nodes. */
type Goals = Readonly<Partial<Record<Measure, (nodes: number) => Goal | undefined>>>;

const none = (): undefined => undefined;

const besideSerf: Goals = {
  processor: (nodes) => ({ ratioMax: nodes > 5 ? 2.5 : 1.5 }),
  "wake-ups": none,
  "system calls": none,
  RSS: none,
  PSS: none,
};
const besideFloor: Goals = {
  processor: none,
  "wake-ups": none,
  "system calls": none,
  RSS: () => ({ ratioMax: 1.15 }),
  PSS: none,
  "anonymous memory": () => ({ ratioMax: 1.3 }),
};

const besidePinging: Goals = { processor: none, "wake-ups": none, "system calls": none };
const besideBefore: Goals = {
  processor: none,
  "wake-ups": none,
  "system calls": none,
  pings: none,
  RSS: none,
  PSS: none,
  "anonymous memory": none,
};

/** How long a cluster warms up, how long it is watched, and how long its system calls are counted. */
interface Windows {
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly straceSeconds: number;
}

/** What nodes cost: of the binary, or from source where there is none. */
export async function measureCosts(
  effort: Effort,
  variants: readonly Variant[],
): Promise<(Figure | Skipped)[]> {
  const variant = variants.at(-1) as Variant;
  await using folder = await temporaryFolder();
  using floor = await Floor.of(variant, folder.path);
  const agents = await serf();
  const seconds = effort.seconds ?? (effort.quick ? 5 : 60);
  const windows = { warmUpSeconds: seconds, seconds, straceSeconds: Math.min(seconds, 10) };
  const lines: (Figure | Skipped)[] = [];
  const skipped = new Map<string, string>();
  for (const nodes of effort.nodes ?? sizes) {
    let connections = 0;
    const cost = async (contestant: Contestant): Promise<Costs> => {
      await using cluster = await Cluster.start(contestant, nodes);
      if (contestant === own) connections = Math.round(median(await cluster.connections()));
      return await cluster.costs(windows, skipped);
    };
    const own = nodesOf("nodes", variant.command, nodes > 1);
    const ours = await cost(own);
    const name = `${nodes === 1 ? "a node alone" : `of ${nodes} nodes, each`}, ${variant.name}`;
    const compare = async (other: Contestant, goals: Goals): Promise<void> => {
      lines.push(...compared(name, nodes, ours, other.name, await cost(other), goals));
    };
    if (agents) await compare(agents, besideSerf);
    await compare(floor.idle(connections), besideFloor);
    const pingsPerSecond = Math.round(ours.pings[0] ?? 0);
    if (pingsPerSecond > 0) {
      await compare(floor.pinging(connections, pingsPerSecond), besidePinging);
      // As many as it sends are sent to it, and answered by it.
      await compare(floor.working(connections, 2 * pingsPerSecond), besidePinging);
    }
    if (variant.before) await compare(nodesOf("before", variant.before, nodes > 1), besideBefore);
    lines.push(...pings(name, ours));
  }
  if (!agents) skipped.set("beside Serf", serfMissing);
  return [...lines, ...Array.from(skipped, ([name, reason]) => ({ name, skipped: reason }))];
}

/** Figures of what is in `goals`, in that order. */
function compared(
  name: string,
  nodes: number,
  ours: Costs,
  reference: string,
  theirs: Costs,
  goals: Goals,
): Figure[] {
  return Object.entries(goals).flatMap(([key, goal]) => {
    const measure = key as Measure;
    const beside = median(theirs[measure]);
    const values = ours[measure];
    if (values.length === 0 || theirs[measure].length === 0) return [];
    const head = { name: `${name}: ${measure}`, reference, unit: units[measure] };
    return [figure(head, values.map((value) => [value, beside]), goal(nodes))];
  });
}

/** Pings beside one per second and node, as in SWIM. */
function pings(name: string, { pings: values }: Costs): Figure[] {
  if (values.length === 0) return [];
  const head = { name: `${name}: pings`, reference: "one a second", unit: units.pings };
  return [figure(head, values.map((value) => [value, 1]), { valueMax: 6 })];
}

/** Processes that see each other. */
class Cluster implements AsyncDisposable {
  readonly #runners: readonly Runner[];
  readonly #folder: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(runners: readonly Runner[], folder: string, stack: AsyncDisposableStack) {
    this.#runners = runners;
    this.#folder = folder;
    this.#stack = stack;
  }

  static async start(contestant: Contestant, count: number): Promise<Cluster> {
    const stack = new AsyncDisposableStack();
    const { path } = stack.use(await temporaryFolder());
    const runners = await contestant.start(count, path);
    for (const { child } of runners) stack.use(child);
    await Promise.all(runners.map(({ seesAll }) => seesAll));
    for (const { child } of runners) void child.ignoreOutput();
    return new Cluster(runners, path, stack);
  }

  connections(): Promise<number[]> {
    return this.#of(connectionsOf);
  }

  /** What each costs, but the one that records. */
  async costs(
    { warmUpSeconds, seconds, straceSeconds }: Windows,
    skipped: Map<string, string>,
  ): Promise<Costs> {
    await passed(warmUpSeconds);
    const counted = await this.#perSecond(seconds, async (pid) => [
      100 * await processorSecondsOf(pid),
      await wakeUpsOf(pid),
    ]);
    const pings = await this.#pings(seconds);
    const memory = await this.#of(memoryOf);
    const calls = await this.#systemCalls(straceSeconds, skipped);
    return {
      // At least a step of 10 ms, the finest: an idle program may not use one.
      processor: counted.map(([processor = NaN]) => Math.max(processor, 1 / seconds)),
      "wake-ups": counted.map(([, wakeUps = NaN]) => wakeUps),
      "system calls": calls,
      pings,
      RSS: memory.map(({ rss }) => rss),
      PSS: memory.map(({ pss }) => pss),
      "anonymous memory": memory.map(({ anonymous }) => anonymous),
    };
  }

  /** Of each process but the first of several, which may record. */
  #of<T>(measure: (pid: number) => Promise<T>): Promise<T[]> {
    const runners = this.#runners.length > 1 ? this.#runners.slice(1) : this.#runners;
    return Promise.all(runners.map(({ child }) => measure(child.pid)));
  }

  async #perSecond(
    seconds: number,
    counts: (pid: number) => Promise<number[]>,
  ): Promise<number[][]> {
    const begun = performance.now();
    const before = await this.#of(counts);
    await passed(seconds);
    const after = await this.#of(counts);
    const took = (performance.now() - begun) / 1000;
    return after.map((values, index) =>
      values.map((value, column) => (value - (before[index]?.[column] ?? NaN)) / took)
    );
  }

  /** Of the last process: being looked at slows it down. */
  async #systemCalls(seconds: number, skipped: Map<string, string>): Promise<number[]> {
    try {
      return [await systemCallsOf(this.#runners.at(-1)?.child.pid ?? NaN, seconds)];
    } catch (error) {
      skipped.set("system calls", error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  /**
   * Pings per second and node: half of those that the first has sent and was sent in the last `seconds`
   * of its recording, as one of a pair asks and the other answers. None without a recording.
   */
  async #pings(seconds: number): Promise<number[]> {
    const text = await Deno.readTextFile(`${this.#folder}/recording`).catch(() => "");
    const steps = text.matchAll(/^{"at":(\d+),"input":{"kind":"(?:ping-ended|pinged)"/gm);
    const ats = Array.from(steps, ([, at]) => Number(at));
    const last = ats.at(-1);
    if (last === undefined) return [];
    const from = Math.max(last - 1000 * seconds, ats[0] ?? 0);
    return [500 * ats.filter((at) => at > from).length / (last - from)];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

function passed(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
