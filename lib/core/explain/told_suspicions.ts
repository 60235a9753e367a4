/**
 * What this node has told of members that it cannot reach itself.
 *
 * The status line shows such a member as false at once, the verdict on it takes time. So it is told
 * before the line that shows it: that this node suspects the member, and when it no longer does.
 *
 * @module
 */
import { failureWords } from "../base/ping_failure.ts";
import type { NodeName } from "../base/name.ts";
import type { VerdictParts } from "../verdict/status_of.ts";
import type { Change } from "../members/change.ts";

/** What the suspicions are made of. */
export type ToldSuspicionsParts = Pick<VerdictParts, "memberList" | "links">;

/** Compares what is told with what is so. */
export class ToldSuspicions {
  readonly #parts: ToldSuspicionsParts;
  /** Alive as far as is told, and not to be reached by this node. */
  readonly #told = new Set<NodeName>();
  /** Since when those are alive again to which the link is still bad: what was missed before is old. */
  readonly #backSince = new Map<NodeName, number>();

  constructor(parts: ToldSuspicionsParts) {
    this.#parts = parts;
  }

  /** These are told now: each says all that is to be said of its member. */
  told(changes: readonly Change[], now: number): void {
    for (const { kind, name } of changes) {
      if (kind === "link-bad") {
        this.#told.add(name);
        this.#backSince.delete(name);
      } else if (kind !== "service") this.#told.delete(name);
      if (kind === "returned" || kind === "replaced") this.#backSince.set(name, now);
    }
  }

  /** True for a member that others may reach, but not this node. */
  isSuspected(name: NodeName): boolean {
    const { memberList, links } = this.#parts;
    const link = links.get(name);
    if (link?.isBad !== true || !memberList.ring.watches(name)) return false;
    const missedAt = link.misses.at(-1)?.sentAt ?? -Infinity;
    return memberList.get(name)?.state === "alive" &&
      missedAt >= (this.#backSince.get(name) ?? -Infinity);
  }

  /** What is to be told before the next status line. */
  review(): Change[] {
    const { memberList, links } = this.#parts;
    for (const name of this.#backSince.keys()) {
      if (links.get(name)?.isBad !== true) this.#backSince.delete(name);
    }
    const over = [...this.#told].filter((name) => !this.isSuspected(name));
    const begun = [...memberList.ring.targets.keys()]
      .filter((name) => this.isSuspected(name) && !this.#told.has(name));
    for (const name of over) this.#told.delete(name);
    for (const name of begun) this.#told.add(name);
    return [
      ...over.map((name) => ({ kind: "cleared", name, reason: this.#overWords(name) }) as const),
      ...begun.map((name) => ({ kind: "suspected", name, reason: this.#missWords(name) }) as const),
    ];
  }

  #overWords(name: NodeName): string {
    const { ring } = this.#parts.memberList;
    return ring.watches(name) ? "it answers pings again" : "other members watch it now";
  }

  #missWords(name: NodeName): string {
    const last = this.#parts.links.get(name)?.misses.at(-1);
    return last === undefined ? "it does not answer" : failureWords(last.kind);
  }
}
