/**
 * Waits between tries at something that fails: doubling, up to a bound, told once.
 *
 * @module
 */

/** What is known about a failing activity. */
export class BackOff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #failures = 0;
  #since = 0;

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

  /** Notes a failure at `now`; returns how long to wait before the next try, in milliseconds. */
  failed(now: number): number {
    if (this.#failures++ === 0) this.#since = now;
    return Math.min(this.#mostMs, this.#firstMs * 2 ** Math.min(this.#failures - 1, 20));
  }

  /** Notes a success at `now`; returns how long it had been failing, in milliseconds, 0 if not. */
  succeeded(now: number): number {
    const forMs = this.failing ? now - this.#since : 0;
    this.#failures = 0;
    return forMs;
  }
}
