/**
 * Members in the order in which a person wants to see them, and how bad each of them is.
 *
 * @module
 */
import { compareNames } from "../../core/members/status_line.ts";
import type { MemberStatus, MemberView } from "../../core/members/member.ts";

/** The verdicts, the worst first. */
const worstFirst: readonly MemberStatus[] = [
  "down",
  "unreachable",
  "wrong-cookie",
  "wrong-cluster",
  "suspect",
  "unproven",
  "alive",
];

/** What members can be sorted by. */
export const sortKeys = ["name", "status", "for", "round-trip"] as const;

/** One of them. */
export type SortKey = typeof sortKeys[number];

/** The members that are looked at to judge one. */
type Judged = Pick<MemberView, "status" | "linkWorks">;

/** What they are sorted by; the reports of members have it, too. */
type Sorted = Judged & { readonly name: string } & Pick<MemberView, "forMs" | "roundTripUs">;

/** 0 for the worst. A live member that the asked node cannot reach stands before the other live ones. */
function rank({ status, linkWorks }: Judged): number {
  return worstFirst.indexOf(status) + (status === "alive" && linkWorks ? 1 : 0);
}

/** True if there is nothing to say against it. */
export function isWell(view: Judged): boolean {
  return view.status === "alive" && view.linkWorks;
}

/** True if it does not count as there. */
export function isLost(view: Judged): boolean {
  return rank(view) < worstFirst.indexOf("suspect");
}

/**
 * `views` by `key`: names as people count, the worst status first, the latest change first, the
 * slowest first. Those that are alike in that are in the order of their names.
 */
export function sortMembers<View extends Sorted>(views: readonly View[], key: SortKey): View[] {
  const weight = (view: View): number => {
    switch (key) {
      case "name":
        return 0;
      case "status":
        return rank(view);
      case "for":
        return view.forMs;
      case "round-trip":
        return -(view.roundTripUs ?? -1);
    }
  };
  return [...views].sort((one, other) =>
    weight(one) - weight(other) || compareNames(one.name, other.name)
  );
}
