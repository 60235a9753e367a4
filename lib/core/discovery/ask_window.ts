/**
 * How many of those of whom only a row speaks are asked at a time for the first time.
 *
 * Whoever answers tells of all that it knows, and so spares asking them. So few are asked at first,
 * and twice as many each time one fails. Of very many rows most may be those of the dead: then only
 * the budget of pings bounds them. Those whose rows are new surely live: more of them are asked at
 * once, and the dead do not hold them up, as each kind has a window of its own. But where many start
 * together, asking all of them would be a handshake with each for what one of them tells.
 *
 * @module
 */
import type { Candidate } from "../members/candidate.ts";

/** If more than so many wait, they are too many to be asked a few at a time. */
const manyWaiting = 64;

/** Whoever has answered tells of others within this time, in milliseconds. */
const hearMs = 150;

/** The first pings to candidates that are on their way. */
export class AskWindow {
  readonly #asked = new Set<Candidate>();
  readonly #firstAtOnce: number;
  #width: number;
  #opensAt = -Infinity;

  /** @param firstAtOnce so many are asked at first */
  constructor(firstAtOnce: number) {
    this.#firstAtOnce = firstAtOnce;
    this.#width = firstAtOnce;
  }

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
    this.#width = hasAnswered ? this.#firstAtOnce : 2 * this.#width;
    if (hasAnswered && this.#opensAt <= now) this.#opensAt = now + hearMs;
  }
}
