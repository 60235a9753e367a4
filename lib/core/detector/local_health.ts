/**
 * How far this node trusts itself.
 *
 * An observer that is held up, or that nobody answers, is more likely to be sick than everybody
 * else. Each sign of that raises a score from 0 (healthy) to 7; each clean second lowers it. The
 * score stretches this node's own deadlines, and from 4 on it does not vote (after "Lifeguard").
 *
 * @module
 */

/** The score of a node that is as sick as can be. */
export const scoreMax = 7;

/** From this score on a node does not vote. */
export const noVoteFrom = 4;

/** So long without a sign of sickness lowers the score by one, in milliseconds. */
const cleanMs = 1000;

/** The score of one node. */
export class LocalHealth {
  #score = 0;
  #since = 0;

  /** 0 healthy … 7 sick, at `now`. */
  score(now: number): number {
    const clean = Math.floor((now - this.#since) / cleanMs);
    if (clean > 0) {
      this.#score = Math.max(0, this.#score - clean);
      this.#since += clean * cleanMs;
    }
    return this.#score;
  }

  /** A sign of sickness. */
  worsen(by: number, now: number): void {
    this.#score = Math.min(scoreMax, this.score(now) + by);
    this.#since = now;
  }

  /** By how much deadlines are stretched: 1 … 8. */
  stretch(now: number): number {
    return 1 + this.score(now);
  }

  /** True if this node may vote. */
  mayVote(now: number): boolean {
    return this.score(now) < noVoteFrom;
  }
}
