/**
 * What this node is accused of and has not answered yet.
 *
 * It answers at once, and not again for a while: all that is said meanwhile gets one answer. So nobody
 * makes it write and tell without end, or wears its counter out.
 *
 * @module
 */

/** Shortest pause between two refutations, in milliseconds. */
const refutePauseMs = 500;

/** The accusations of one node. */
export class Accusation {
  /** The highest incarnation at which it is accused. */
  #at: number | undefined;
  #answeredAt = -Infinity;

  /** When it may be answered; `Infinity` if there is nothing to answer. */
  get dueAt(): number {
    return this.#at === undefined ? Infinity : this.#answeredAt + refutePauseMs;
  }

  /** Somebody says that this node, at that incarnation, has failed. */
  hear(incarnation: number): void {
    this.#at = Math.max(incarnation, this.#at ?? 0);
  }

  /** The incarnation to outdo now; `undefined` if there is none, or it is already outdone by `own`. */
  take(own: number, now: number): number | undefined {
    if (now < this.dueAt) return undefined;
    const at = this.#at;
    this.#at = undefined;
    if (at === undefined || at < own) return undefined;
    this.#answeredAt = now;
    return at;
  }
}
