/**
 * The members as they were at a moment that is past.
 *
 * @module
 */
import { compareNames } from "../../../core/members/status_line.ts";
import type { Happening, Member } from "./reports.ts";
import { stateAt } from "../draw/history_state.ts";

/**
 * What is known of `at`, in the order of names.
 *
 * @param members as they are now: what the history does not tell, tags and addresses, is theirs
 * @param at in milliseconds since 1970
 */
export function pastMembers(
  members: readonly Member[],
  happenings: readonly Happening[],
  at: number,
): readonly Member[] {
  const states = stateAt(happenings, at);
  const known = new Map(members.map((member) => [member.name, member]));
  const names = [...new Set([...known.keys(), ...states.keys()])].sort(compareNames);
  return names.flatMap((name) => {
    const state = states.get(name);
    const member = known.get(name) ?? stranger(name);
    if (state === undefined) return [member];
    if (state.status === "absent") return [];
    const { reason, linkWorks, since = at } = state;
    const status = state.status === "unknown" ? "unproven" : state.status;
    const forMs = Math.max(0, at - since);
    return [{ ...member, status, reason, linkWorks, forMs, since }];
  });
}

/** One that is there no longer. */
function stranger(name: string): Member {
  return {
    name,
    memberKind: "node",
    status: "unproven",
    reason: "",
    self: false,
    linkWorks: true,
    forMs: 0,
    addresses: [],
    tags: [],
    flapping: false,
    incarnation: 0,
    software: "",
    since: 0,
  };
}
