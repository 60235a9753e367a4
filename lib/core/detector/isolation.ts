/**
 * Whether it may be this node that is cut off, and not those that do not answer it.
 *
 * @module
 */
import type { Bench } from "../bench.ts";

/** What this node thinks of its own place in the network. */
export class Isolation {
  readonly #bench: Pick<Bench, "memberList" | "prober" | "changed">;
  #isIsolated = false;

  constructor(bench: Pick<Bench, "memberList" | "prober" | "changed">) {
    this.#bench = bench;
  }

  /** True while most of those that this node watches are silent. */
  get isIsolated(): boolean {
    return this.#isIsolated;
  }

  /** The link of a watched member has turned bad or good: thinks again. */
  review(now: number): void {
    const { memberList, prober } = this.#bench;
    let silent = 0;
    let watched = 0;
    for (const name of memberList.ring.targets.keys()) {
      const link = prober.link(name);
      if (link === undefined || !link.hasAnswered) continue;
      watched++;
      const last = link.misses.at(-1)?.kind;
      if (link.isBad && last !== "refused" && last !== "other-instance") silent++;
    }
    // Who has given up all others has not become less lonely by that.
    const stays = this.#isIsolated && watched === silent;
    const isIsolated = stays || watched >= 2 && silent * 2 > watched;
    if (isIsolated === this.#isIsolated) return;
    this.#isIsolated = isIsolated;
    const reason = isIsolated
      ? `${silent} of the ${watched} members that it watches are silent; it judges nobody`
      : "most of the members that it watches answer";
    const kind = isIsolated ? "isolated" : "connected";
    this.#bench.changed({ kind, name: memberList.self.name, reason }, now);
  }
}
