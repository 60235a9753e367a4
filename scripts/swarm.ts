/**
 * Random clusters with faults, checked after every event: `deno task swarm`.
 *
 * Plays one seed after the other and says what it found; each failure comes with its story and with
 * the command that repeats it. Ends with 1 if there was any.
 *
 * Options:
 * - `--seed <number>`: the first seed, 1 if not given; alone it plays just that one
 * - `--runs <number>`: how many seeds, 1000 if neither is given
 *
 * @module
 */
import { parseArgs } from "node:util";
import { distribution } from "../lib/simulation/statistics.ts";
import { SwarmError, swarmRun } from "../lib/simulation/swarm.ts";

/** Runs if none are asked for. */
const runsDefault = 1000;

/** How often progress is shown, in milliseconds. */
const progressMs = 5000;

/** What has come of the runs so far. */
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

async function swarm(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { seed: { type: "string" }, runs: { type: "string" } },
  });
  const first = Number(values.seed ?? 1);
  const runs = Number(values.runs ?? (values.seed === undefined ? runsDefault : 1));
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(runs) || runs < 1) {
    await write(Deno.stderr, "swarm: --seed and --runs take whole numbers\n");
    return 2;
  }
  const tally = new Tally();
  let shownAt = performance.now();
  for (let seed = first; seed < first + runs; seed++) {
    const failure = tally.play(seed);
    if (failure !== undefined) await write(Deno.stdout, `${failure.message}\n\n`);
    if (performance.now() - shownAt < progressMs) continue;
    shownAt = performance.now();
    await write(Deno.stderr, `${tally}\n`);
  }
  await write(Deno.stdout, `${tally}\n`);
  return tally.failures.length === 0 ? 0 : 1;
}

async function write(stream: { write(bytes: Uint8Array): unknown }, text: string): Promise<void> {
  await stream.write(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await swarm());
