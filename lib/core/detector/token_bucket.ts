/**
 * A budget that is renewed steadily: how much may be done now without doing too much over time.
 *
 * What is spent beyond the budget, because it had to be, is made up for later; what is not spent is
 * saved, for one interval if nothing else is said.
 *
 * @module
 */

/** So many per interval. */
export class TokenBucket {
  readonly #perInterval: number;
  readonly #intervalMs: number;
  readonly #savedMax: number;
  #left = 0;
  #at = 0;

  /**
   * @param perInterval how many things may be done in `intervalMs` milliseconds
   * @param savedMax how many of them are saved at most
   */
  constructor(perInterval: number, intervalMs: number, savedMax = perInterval) {
    this.#savedMax = savedMax;
    this.#perInterval = perInterval;
    this.#intervalMs = intervalMs;
  }

  /** Begins with `left` in hand. */
  begin(left: number, now: number): void {
    this.#left = left;
    this.#at = now;
  }

  /** True if one more may be done. */
  permits(now: number): boolean {
    this.#renew(now);
    return this.#left >= 1;
  }

  /** So many were done. */
  spend(now: number, count = 1): void {
    this.#renew(now);
    // However much was spent, it is made up for within an interval.
    this.#left = Math.max(-this.#perInterval, this.#left - count);
  }

  /** From when on one more may be done, if nothing else is done until then. */
  get permitsAt(): number {
    const lacking = Math.max(0, 1 - this.#left);
    return this.#at + Math.ceil(lacking * this.#intervalMs / this.#perInterval);
  }

  #renew(now: number): void {
    const gained = (now - this.#at) * this.#perInterval / this.#intervalMs;
    this.#left = Math.min(this.#savedMax, this.#left + gained);
    this.#at = now;
  }
}
