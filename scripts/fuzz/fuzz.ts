/**
 * The fuzz of the core: one node is told anything, in any order, at any time, and checked after each
 * step. All comes from a seed; a run that fails is cut down to a short story.
 *
 * @module
 */
import type { Effect, Input } from "../../lib/core/input.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import { Chance } from "./chance.ts";
import { Inputs } from "./inputs.ts";
import { faultOf, kindOfFault, Life, shortest } from "./life.ts";
import type { FuzzStep } from "./life.ts";

/** Steps of one run; a core that ends before is followed by another one in the next run. */
export const stepsPerRun = 500;

/** Longest time in which a core is only woken, in milliseconds. */
const drivenMs = 3000;

/** How late an answer comes while pings are answered by themselves, in milliseconds. */
const latencyMaxMs = 3;

/** Steps of a story that are told. */
const storyLines = 30;

/** A run has shown that something is wrong; the message is its story. */
export class FuzzError extends Error {
  override readonly name = "FuzzError";
  readonly seed: number;
  /** What is wrong, in one sentence. */
  readonly what: string;

  constructor(seed: number, what: string, story: readonly string[]) {
    const again = `Again: deno task swarm --core --seed ${seed}`;
    super([`Core ${seed}: ${what}`, ...story, again].join("\n"));
    this.seed = seed;
    this.what = what;
  }
}

/**
 * Lets one core live.
 *
 * @returns how many steps it took
 * @throws {FuzzError} if something is wrong
 */
export function fuzzRun(seed: number): number {
  return new FuzzRun(seed).play();
}

class FuzzRun {
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #inputs: Inputs;
  readonly #life: Life;
  readonly #steps: FuzzStep[] = [];
  /**
   * True if whoever is pinged answers at once: nothing else would find a loop of question and
   * answer.
   */
  readonly #answersAtOnce: boolean;
  #answers: FuzzStep[] = [];
  #now = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#chance = new Chance(seededRandom(seed));
    this.#inputs = new Inputs(this.#chance);
    this.#life = new Life(this.#chance.settings, seed, this.#chance.names);
    this.#answersAtOnce = this.#chance.once(2);
  }

  play(): number {
    this.#take({ kind: "wake" });
    while (this.#steps.length < stepsPerRun && !this.#life.hasEnded) {
      this.#pass();
      const input = this.#inputs.draw();
      if (input !== undefined) this.#take(input);
    }
    return this.#steps.length;
  }

  /**
   * Lets time go by: not at all, a little, or much; all that is due meanwhile is done, or nothing
   * is.
   */
  #pass(): void {
    const chance = this.#chance;
    if (chance.once(3)) return;
    if (chance.once(60)) {
      // It was held up, or its machine slept.
      this.#now += chance.pick([600, 5000, 700_000, 90_000_000]);
      return;
    }
    const passMs = chance.once(4) ? chance.below(drivenMs) : chance.below(30);
    const until = this.#now + passMs;
    for (let next = this.#nextAt(); next <= until; next = this.#nextAt()) {
      if (this.#steps.length >= stepsPerRun || this.#life.hasEnded) return;
      this.#now = Math.max(this.#now, next);
      this.#take(this.#answerDue() ?? { kind: "wake" });
    }
    this.#now = until;
  }

  #nextAt(): number {
    return Math.min(this.#life.wakeAt, this.#answers[0]?.at ?? Infinity);
  }

  #answerDue(): Input | undefined {
    return (this.#answers[0]?.at ?? Infinity) <= this.#now
      ? this.#answers.shift()?.input
      : undefined;
  }

  #take(input: Input): void {
    const step = { at: this.#now, input };
    this.#steps.push(step);
    for (const effect of this.#life.take(step)) {
      this.#inputs.see(effect);
      if (this.#answersAtOnce) this.#answer(effect);
    }
    if (this.#life.fault !== undefined) this.#tell(this.#life.fault);
  }

  #answer(effect: Effect): void {
    if (effect.kind !== "ping") return;
    const outcome = this.#inputs.outcome();
    if (outcome === undefined) return;
    const at = this.#now + this.#chance.below(latencyMaxMs + 1);
    this.#answers.push({ at, input: { kind: "ping-ended", ping: effect.ping, outcome } });
    this.#answers.sort((one, other) => one.at - other.at);
  }

  #tell(what: string): never {
    const { settings, names } = this.#chance;
    const kind = kindOfFault(what);
    const story = shortest(this.#steps, (steps) => {
      const fault = faultOf(settings, this.#seed, names, steps);
      return fault !== undefined && kindOfFault(fault) === kind;
    });
    const lines = story.slice(-storyLines).map(({ at, input }) =>
      `  ${at} ms  ${JSON.stringify(input)}`
    );
    throw new FuzzError(this.#seed, what, [
      `  ${JSON.stringify({ ...settings, timings: undefined })}`,
      ...(story.length > storyLines ? [`  … ${story.length - storyLines} steps before`] : []),
      ...lines,
    ]);
  }
}
