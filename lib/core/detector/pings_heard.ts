/**
 * Whether this node is pinged as often as it should be. If it is not, others may think it dead; the
 * registry is the other way to show that it lives.
 *
 * @module
 */

/** Intervals over which the pings of others are counted. */
const watchIntervals = 2;

/** Shortest pause between two times that it is called forgotten, in milliseconds. */
const forgottenPauseMs = 5000;

/** Counts the pings of others to one node. */
export class PingsHeard {
  readonly #intervalMs: number;
  #count = 0;
  #since = 0;
  #forgottenAt = -Infinity;

  /** @param intervalMs the pulse, in milliseconds */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Begins to count. */
  start(now: number): void {
    this.#since = now;
  }

  /** Another member has pinged this node. */
  heard(): void {
    this.#count++;
  }

  /**
   * True, now and then, while fewer than half of the pings come that should.
   *
   * @param observers how many members ping this node each interval
   */
  isForgotten(observers: number, now: number): boolean {
    const forMs = now - this.#since;
    if (forMs < watchIntervals * this.#intervalMs) return false;
    const expected = observers * forMs / this.#intervalMs;
    const isForgotten = this.#count * 2 < expected;
    this.#count = 0;
    this.#since = now;
    if (!isForgotten || now - this.#forgottenAt < forgottenPauseMs) return false;
    this.#forgottenAt = now;
    return true;
  }
}
