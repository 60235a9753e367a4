/**
 * A suspicion: who votes that a member has failed, and when that is enough.
 *
 * No single observer is believed. A member is called failed when enough of its observers vote so, and
 * when the one who says it has waited: long if it stands alone, shorter with each one who agrees
 * (Dadgar, Phillips, Currey: "Lifeguard: Local Health Awareness for More Accurate Failure
 * Detection", 2017). In the meantime the member can refute it. Two observers whose connections were
 * refused need not wait: nobody listens there.
 *
 * @module
 */
import type { Vote } from "../members/news.ts";
import type { ProfileTimings } from "../base/profile.ts";
import type { InstanceId } from "../members/row.ts";

/** How long a vote counts if it is not renewed, in milliseconds. */
export const voteLifeMs = 15_000;

/** Fewest votes that can be enough, after a long wait; only in a cluster of two it is one. */
export const votesMin = 2;

/** Conclusive votes that are enough at once; only in a cluster of two it is one. */
export const conclusiveVotesMin = 2;

/** Most votes that can be asked for. */
const votesMax = 4;

interface Heard {
  readonly vote: Vote;
  readonly at: number;
  /** True if the voter itself said so. */
  readonly isDirect: boolean;
}

/** All votes about one member. */
export class Suspicion {
  readonly #heard = new Map<InstanceId, Heard>();
  /** When something new was heard last. */
  heardAt: number;
  /** When this node itself voted; `undefined` if it does not. */
  ownVoteAt: number | undefined;

  constructor(now: number) {
    this.heardAt = now;
  }

  /**
   * Takes a vote; true if it is news. What others pass on as the vote of somebody never outdoes what
   * the voter itself has said, `isDirect`.
   */
  hear(vote: Vote, now: number, isDirect = true): boolean {
    const known = this.#heard.get(vote.voter);
    if (known !== undefined) {
      if (known.isDirect && !isDirect) return false;
      if (known.isDirect === isDirect && known.vote.sequence >= vote.sequence) return false;
    }
    this.#heard.set(vote.voter, { vote, at: now, isDirect });
    this.heardAt = now;
    return true;
  }

  /** The member has answered what was sent at `at`: votes that were heard before do not count. */
  refute(at: number): void {
    for (const [voter, heard] of this.#heard) {
      if (heard.at <= at) this.#heard.set(voter, { ...heard, at: -Infinity });
    }
  }

  /** The votes that count at `now`: not taken back, not refuted, not expired. */
  votes(incarnation: number, now: number): Vote[] {
    const votes: Vote[] = [];
    for (const { vote, at } of this.#heard.values()) {
      if (vote.kind === undefined || vote.incarnation < incarnation) continue;
      if (now - at < voteLifeMs) votes.push(vote);
    }
    return votes;
  }

  /** True if every vote was taken back, refuted or has expired. */
  isOver(incarnation: number, now: number): boolean {
    return this.votes(incarnation, now).length === 0;
  }
}

/** Votes after which the wait is shortest, where `observers` that could vote watch the member. */
export function votesNeeded(observers: number): number {
  const majority = Math.floor(observers / 2) + 1;
  return Math.max(1, Math.min(observers, votesMax, majority));
}

/**
 * How long after its own vote an observer waits before it says that the member has failed, in
 * milliseconds.
 *
 * @param confirmations votes of others
 * @param needed votes of others that would be enough
 */
export function suspicionMs(
  confirmations: number,
  needed: number,
  { suspicionMinMs, suspicionMaxMs }: ProfileTimings,
): number {
  if (confirmations >= needed) return suspicionMinMs;
  const share = Math.log(confirmations + 1) / Math.log(needed + 1);
  return Math.round(suspicionMaxMs - (suspicionMaxMs - suspicionMinMs) * share);
}
