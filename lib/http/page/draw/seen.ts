/**
 * How a member is told in a picture: which of two states is worse, and the words for one.
 *
 * @module
 */
import { formatDuration } from "../../../core/base/duration.ts";
import type { MemberReport } from "../../../report/member_report.ts";
import type { Look } from "../status.ts";
import { lookOf } from "../status.ts";
import { stateWords } from "../words/words.ts";

/** All looks, the worst last. */
export const worstLast: readonly Look[] = [
  "alive",
  "unproven",
  "no-link",
  "suspect",
  "wrong-cluster",
  "wrong-cookie",
  "unreachable",
  "down",
];

/** 0 for what is well, more for what is worse. */
export function gravityOf(look: Look): number {
  return worstLast.indexOf(look);
}

/** What a look is called in a legend. */
export function lookName(look: Look): string {
  switch (look) {
    case "no-link":
      return "not reached from here";
    case "wrong-cluster":
      return "other cluster";
    case "wrong-cookie":
      return "other cookie";
    default:
      return look;
  }
}

/** The state of a member as the end of a sentence that begins with its name. */
export function seenWords(member: Pick<MemberReport, "status" | "linkWorks" | "forMs">): string {
  const words = stateWords(member, "this node");
  return member.status === "alive" ? words : `${words} for ${formatDuration(member.forMs)}`;
}

/** How many of `members` look how, the worst first; those that are well are left out. */
export function badCounts(
  members: readonly Pick<MemberReport, "status" | "linkWorks">[],
): (readonly [Look, number])[] {
  const counts = new Map<Look, number>();
  for (const member of members) {
    const look = lookOf(member);
    if (look !== "alive") counts.set(look, (counts.get(look) ?? 0) + 1);
  }
  return [...counts].sort(([one], [other]) => gravityOf(other) - gravityOf(one));
}

/** Characters of a label, at most. */
const lengthMax = 18;

/** A long name less its middle: names that look alike are told apart by their last digits. */
export function shorten(text: string): string {
  if (text.length <= lengthMax) return text;
  const half = (lengthMax - 1) / 2;
  return `${text.slice(0, Math.ceil(half))}…${text.slice(-Math.floor(half))}`;
}
