/**
 * Random clusters with faults, and single cores that are told anything, checked after every event:
 * `deno task swarm`.
 *
 * Plays one seed after the other and says what it found; each failure comes with its story and with
 * the command that repeats it. Ends with 1 if there was any.
 *
 * Options:
 * - `--seed <number>`: the first seed, 1 if not given; alone it plays just that one
 * - `--runs <number>`: how many seeds; if neither is given 1000 clusters, and then cores with a
 *   million steps
 * - `--core`: only cores, no clusters
 *
 * @module
 */
import { parseArgs } from "node:util";
import { FuzzError, fuzzRun } from "./fuzz/fuzz.ts";
import { distribution } from "../lib/simulation/statistics.ts";
import { SwarmError, swarmRun } from "./swarm/swarm.ts";

/** Clusters if none are asked for. */
const runsDefault = 1000;

/** Steps of cores if no number of runs is asked for. */
const stepsDefault = 1_000_000;

/** How often progress is shown, in milliseconds. */
const progressMs = 5000;

/** What has come of the cores so far. */
class CoreTally {
  readonly failures: FuzzError[] = [];
  readonly #begunAt = performance.now();
  runs = 0;
  steps = 0;

  play(seed: number): FuzzError | undefined {
    this.runs++;
    try {
      this.steps += fuzzRun(seed);
      return undefined;
    } catch (error) {
      if (!(error instanceof FuzzError)) throw error;
      this.failures.push(error);
      return error;
    }
  }

  toString(): string {
    const seconds = (performance.now() - this.#begunAt) / 1000;
    const perSecond = Math.round(this.steps / seconds).toLocaleString("en");
    return `${this.runs} cores, ${this.failures.length} failed, ` +
      `${this.steps.toLocaleString("en")} steps, ${perSecond} per second`;
  }
}

/** What has come of the clusters so far. */
class Tally {
  readonly healedMs: number[] = [];
  readonly failures: SwarmError[] = [];
  readonly #begunAt = performance.now();
  runs = 0;
  events = 0;
  virtualMs = 0;

  play(seed: number): SwarmError | undefined {
    this.runs++;
    try {
      const { events, virtualMs, healedMs } = swarmRun(seed);
      this.events += events;
      this.virtualMs += virtualMs;
      this.healedMs.push(...healedMs);
      return undefined;
    } catch (error) {
      if (!(error instanceof SwarmError)) throw error;
      this.failures.push(error);
      return error;
    }
  }

  toString(): string {
    const seconds = (performance.now() - this.#begunAt) / 1000;
    const perSecond = Math.round(this.events / seconds).toLocaleString("en");
    const hours = (this.virtualMs / 3_600_000).toFixed(1);
    const healed = distribution(this.healedMs);
    const heals = healed === undefined
      ? ""
      : `, agreed again after ${healed.p50} ms (p50), ${healed.p99} ms (p99), ${healed.max} ms (max)`;
    return `${this.runs} runs, ${this.failures.length} failed, ${hours} virtual hours, ` +
      `${perSecond} events per second${heals}`;
  }
}

interface Plan {
  readonly first: number;
  /** How many seeds; `undefined` for as many as there are by default. */
  readonly runs: number | undefined;
}

async function swarm(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seed: { type: "string" },
      runs: { type: "string" },
      core: { type: "boolean", default: false },
    },
  });
  const first = Number(values.seed ?? 1);
  const given = values.runs ?? (values.seed === undefined ? undefined : 1);
  const runs = given === undefined ? undefined : Number(given);
  if (
    !Number.isSafeInteger(first) || runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0)
  ) {
    await write(Deno.stderr, "swarm: --seed and --runs take whole numbers\n");
    return 2;
  }
  const plan = { first, runs };
  let failures = values.core ? 0 : await playClusters(plan);
  if (values.core || given === undefined) failures += await playCores(plan);
  return failures === 0 ? 0 : 1;
}

async function playClusters({ first, runs = runsDefault }: Plan): Promise<number> {
  const tally = new Tally();
  await playAll(tally, first, (seed) => seed < first + runs);
  return tally.failures.length;
}

async function playCores({ first, runs }: Plan): Promise<number> {
  const tally = new CoreTally();
  const goesOn = (seed: number): boolean =>
    runs === undefined ? tally.steps < stepsDefault : seed < first + runs;
  await playAll(tally, first, goesOn);
  return tally.failures.length;
}

async function playAll(
  tally: Tally | CoreTally,
  first: number,
  goesOn: (seed: number) => boolean,
): Promise<void> {
  let shownAt = performance.now();
  for (let seed = first; goesOn(seed); seed++) {
    const failure = tally.play(seed);
    if (failure !== undefined) await write(Deno.stdout, `${failure.message}\n\n`);
    if (performance.now() - shownAt < progressMs) continue;
    shownAt = performance.now();
    await write(Deno.stderr, `${tally}\n`);
  }
  await write(Deno.stdout, `${tally}\n`);
}

async function write(stream: { write(bytes: Uint8Array): unknown }, text: string): Promise<void> {
  await stream.write(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await swarm());
