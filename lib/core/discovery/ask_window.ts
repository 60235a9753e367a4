/**
 * How many of those of whom only an old row speaks are asked at a time for the first time.
 *
 * Whoever answers tells of all that it knows, and so spares asking them. So few are asked at first,
 * and twice as many each time one fails. Of very many rows most may be those of the dead: then only
 * the allowance of pings bounds them.
 *
 * @module
 */
import type { Candidate } from "../members/candidate.ts";

/** So many are asked at first. */
const firstAtOnce = 2;

/** If more than so many wait, they are too many to be asked a few at a time. */
const manyWaiting = 64;

/** Whoever has answered tells of others within this time, in milliseconds. */
const hearMs = 150;

/** The first pings to candidates that are on their way. */
export class AskWindow {
  readonly #asked = new Set<Candidate>();
  #width = firstAtOnce;
  #opensAt = -Infinity;

  /**
   * When the next one may be asked, `waiting` of whom are there; `Infinity` while enough are asked.
   */
  opensAt(waiting: number): number {
    if (waiting > manyWaiting) return -Infinity;
    return this.#asked.size < this.#width ? this.#opensAt : Infinity;
  }

  /** A candidate is asked for the first time. */
  asks(candidate: Candidate): void {
    this.#asked.add(candidate);
  }

  /** A ping to a candidate has ended. */
  ended(candidate: Candidate, hasAnswered: boolean, now: number): void {
    if (!this.#asked.delete(candidate)) return;
    this.#width = hasAnswered ? firstAtOnce : 2 * this.#width;
    if (hasAnswered && this.#opensAt <= now) this.#opensAt = now + hearMs;
  }
}
