/**
 * Members that fail again and again.
 *
 * Each further failure within some minutes doubles the time that the others wait before they call
 * such a member failed once more, so that one sick machine does not keep everybody busy.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";

/** Failures within {@linkcode flappingWindowMs} from which on a member is called flapping. */
export const flappingMin = 3;

/** How long a failure is remembered, in milliseconds. */
export const flappingWindowMs = 5 * 60_000;

/** By how much a flapping member's suspicions are stretched at most. */
export const flappingStretchMax = 8;

/** Failures that are remembered of one member. */
const failuresMax = 20;

/** The failures of all members. */
export class Flapping {
  /** Who failed last is the last. */
  readonly #failures = new Map<NodeName, readonly number[]>();

  /** Members whose failures are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /** A member has failed, as this node has just learned. */
  note(name: NodeName, now: number): void {
    const times = [...this.#recent(name, now).slice(1 - failuresMax), now];
    this.#failures.delete(name);
    this.#failures.set(name, times);
    for (const old of this.#failures.keys()) {
      if (this.failures(old, now) > 0) break;
      this.#failures.delete(old);
    }
  }

  /** How often a member failed within the last minutes. */
  failures(name: NodeName, now: number): number {
    return this.#recent(name, now).length;
  }

  /** True if a member fails again and again. */
  isFlapping(name: NodeName, now: number): boolean {
    return this.failures(name, now) >= flappingMin;
  }

  /** By how much its suspicions are stretched: 1 … {@linkcode flappingStretchMax}. */
  stretch(name: NodeName, now: number): number {
    const beyond = this.failures(name, now) - flappingMin + 1;
    return beyond <= 0 ? 1 : Math.min(flappingStretchMax, 2 ** beyond);
  }

  #recent(name: NodeName, now: number): readonly number[] {
    const times = this.#failures.get(name) ?? [];
    return times.filter((at) => now - at < flappingWindowMs);
  }
}
