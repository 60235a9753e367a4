/**
 * Whether it may be this node that is cut off, and not those that do not answer it.
 *
 * @module
 */
import type { Link } from "../members/link.ts";

/** What this node thinks of its own place has changed. */
export interface IsolationChange {
  readonly kind: "isolated" | "connected";
  /** Why, as a sentence. */
  readonly reason: string;
}

/** What this node thinks of its own place in the network. */
export class Isolation {
  #isIsolated = false;

  /** True while most of those that this node watches are silent. */
  get isIsolated(): boolean {
    return this.#isIsolated;
  }

  /**
   * A link has turned bad or good: thinks again.
   *
   * @param links those to the members that this node watches; `undefined`: never pinged
   * @returns what has changed, if anything has
   */
  review(links: Iterable<Link | undefined>): IsolationChange | undefined {
    let silent = 0;
    let watched = 0;
    for (const link of links) {
      if (link === undefined || !link.hasAnswered) continue;
      watched++;
      const last = link.misses.at(-1)?.kind;
      if (link.isBad && last !== "refused" && last !== "other-instance") silent++;
    }
    // Who has given up all others has not become less lonely by that.
    const stays = this.#isIsolated && watched === silent;
    const isIsolated = stays || watched >= 2 && silent * 2 > watched;
    if (isIsolated === this.#isIsolated) return undefined;
    this.#isIsolated = isIsolated;
    return isIsolated
      ? {
        kind: "isolated",
        reason: `${silent} of the ${watched} members that it watches are silent; it judges nobody`,
      }
      : { kind: "connected", reason: "most of the members that it watches answer" };
  }
}
