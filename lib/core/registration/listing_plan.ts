/**
 * When a node reads the registry: one listing at a time, at the pace of the cluster, or sooner if
 * something speaks for it.
 *
 * @module
 */

/** The listings of one node. */
export class ListingPlan {
  #dueAt: number;
  #isRunning = false;
  #startedAt = -Infinity;
  #listedAt = -Infinity;

  /** @param now when the first one is due, in milliseconds */
  constructor(now: number) {
    this.#dueAt = now;
  }

  /** True while the answer to one is awaited. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** When the one that is under way, or the last one, was asked for, in milliseconds. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** When the next one is due; `Infinity` while one is under way. */
  get wakeAt(): number {
    return this.#isRunning ? Infinity : this.#dueAt;
  }

  /** True if one is due; then it is under way. */
  begin(now: number): boolean {
    if (now < this.wakeAt) return false;
    this.#isRunning = true;
    this.#startedAt = now;
    return true;
  }

  /** It is complete; the next one follows after `pauseMs`. */
  completed(pauseMs: number, now: number): void {
    this.#listedAt = now;
    this.failed(pauseMs, now);
  }

  /** It has failed; the next one follows after `pauseMs`. */
  failed(pauseMs: number, now: number): void {
    this.#isRunning = false;
    this.#dueAt = now + pauseMs;
  }

  /** The next one is due at `at`, if it is not sooner. */
  hasten(at: number): void {
    this.#dueAt = Math.min(this.#dueAt, at);
  }

  /** The next one is due now, or else `pauseMs` after the last one that was complete. */
  hastenAfter(pauseMs: number, now: number): void {
    this.hasten(Math.max(now, this.#listedAt + pauseMs));
  }
}
