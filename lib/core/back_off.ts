/**
 * Waits between tries at something that fails: doubling, up to a bound.
 *
 * @module
 */

/** What is known about a failing activity. */
export class BackOff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #failures = 0;

  /**
   * @param firstMs wait after the first failure, in milliseconds
   * @param mostMs longest wait, in milliseconds
   */
  constructor(firstMs: number, mostMs: number) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** True from the first failure until the next success. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Notes a failure; returns how long to wait before the next try, in milliseconds. */
  failed(): number {
    this.#failures++;
    return Math.min(this.#mostMs, this.#firstMs * 2 ** Math.min(this.#failures - 1, 20));
  }

  /** Notes a success. */
  succeeded(): void {
    this.#failures = 0;
  }
}
