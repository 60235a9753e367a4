/**
 * Waits between tries at something that fails: doubling, up to a bound, and a little shorter by
 * chance, so that many who failed at the same moment do not try at the same moment for ever.
 *
 * @module
 */
import type { Random } from "./random.ts";

/** By how much a wait is shorter at most, as a part of it. */
const jitter = 0.3;

/** What is known about a failing activity. */
export class ExponentialBackoff {
  readonly #firstMs: number;
  readonly #random: Random;
  #failures = 0;

  /** @param firstMs wait after the first failure, in milliseconds */
  constructor(firstMs: number, random: Random) {
    this.#firstMs = firstMs;
    this.#random = random;
  }

  /** True from the first failure until the next success. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /**
   * Notes a failure; returns how long to wait before the next try, in milliseconds.
   *
   * @param maxMs longest wait, in milliseconds
   */
  failed(maxMs: number): number {
    this.#failures++;
    const waitMs = Math.min(maxMs, this.#firstMs * 2 ** Math.min(this.#failures - 1, 20));
    return waitMs - this.#random.below(Math.floor(waitMs * jitter) + 1);
  }

  /** Notes a success. */
  succeeded(): void {
    this.#failures = 0;
  }
}
