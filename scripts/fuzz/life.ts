/**
 * One core and the checks that go with it: what it does with steps that are given.
 *
 * @module
 */
import type { Effect, Input } from "../../lib/core/input.ts";
import { Membership } from "../../lib/core/membership.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import type { Settings } from "../../lib/core/settings.ts";
import { Checks } from "./checks.ts";

/** Steps between two looks at all that the core shows. */
const lookEvery = 25;

/** How often something is left out of a story to see whether it still shows the fault. */
const triesMax = 400;

/** One thing that a core is told. */
export interface FuzzStep {
  readonly at: number;
  readonly input: Input;
}

/** A core from its start to its end. */
export class Life {
  readonly #core: Membership;
  readonly #checks: Checks;
  readonly #names: readonly NodeName[];
  #steps = 0;
  /** What is wrong; `undefined` as long as nothing is. */
  fault: string | undefined;
  /** True once it has ended by its own decision. */
  hasEnded = false;

  /** @param names of which it is asked what it knows */
  constructor(settings: Settings, seed: number, names: readonly NodeName[]) {
    this.#core = new Membership(settings, seededRandom(seed), 0);
    this.#checks = new Checks(this.#core, settings);
    this.#names = names;
  }

  get wakeAt(): number {
    return this.#core.wakeAt;
  }

  /** Takes one step; its effects, none after a fault. */
  take({ at, input }: FuzzStep): readonly Effect[] {
    if (this.fault !== undefined) return [];
    try {
      const effects = this.#core.step(input, at);
      this.fault = this.#checks.fault(effects, at);
      if (++this.#steps % lookEvery === 0) this.fault ??= this.#checks.viewFault(this.#names, at);
      this.hasEnded = effects.some(({ kind }) => kind === "stop");
      return effects;
    } catch (error) {
      this.fault = `the core throws: ${error instanceof Error ? error.stack : error}`;
      return [];
    }
  }
}

/** What is wrong with a core that is told just that; `undefined` if nothing is. */
export function faultOf(
  settings: Settings,
  seed: number,
  names: readonly NodeName[],
  steps: readonly FuzzStep[],
): string | undefined {
  const life = new Life(settings, seed, names);
  for (const step of steps) {
    life.take(step);
    if (life.fault !== undefined || life.hasEnded) break;
  }
  return life.fault;
}

/** What two faults that are the same have in common: their words without numbers. */
export function kindOfFault(fault: string): string {
  return (fault.split("\n")[0] as string).replace(/[0-9a-f]{32}|\d+/g, "#").slice(0, 60);
}

/**
 * A short story that shows the same fault: leaves out as many steps as can be left out.
 *
 * @param fails tells whether steps still show it
 */
export function shortest(
  steps: readonly FuzzStep[],
  fails: (steps: readonly FuzzStep[]) => boolean,
): readonly FuzzStep[] {
  let story = steps;
  let tries = 0;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = story.length - size; from > -size; from -= size) {
      const first = Math.max(0, from);
      const shorter = [...story.slice(0, first), ...story.slice(from + size)];
      if (++tries > triesMax) return story;
      if (fails(shorter)) story = shorter;
    }
  }
  return story;
}
