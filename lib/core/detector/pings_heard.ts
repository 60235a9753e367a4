/**
 * Whether those that watch this node hear of it as often as they should, by their pings or its own. If
 * they do not, they may think it dead; the registry is the other way to show that it lives.
 *
 * @module
 */

/** Intervals over which exchanges are counted. */
const watchIntervals = 2;

/** Shortest pause between two times that it is called forgotten, in milliseconds. */
const forgottenPauseMs = 5000;

/** Counts the exchanges of one node with others. */
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

  /** Another member has pinged this node, or answered it. */
  heard(): void {
    this.#count++;
  }

  /**
   * True, now and then, while there are fewer than half of the exchanges that there should be.
   *
   * @param observers how many members watch this node: one exchange each interval with each
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
