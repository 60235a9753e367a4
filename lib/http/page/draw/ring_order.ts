/**
 * The order in which members stand, on the ring and in the matrix: their zone, then their name.
 *
 * It depends on nothing else, so a member that joins or fails moves no other one past its neighbours.
 *
 * @module
 */
import { compareNames } from "../../../core/members/status_line.ts";

/** What decides where a member stands. */
export interface Placed {
  /** Full name. */
  readonly name: string;
  /** Each as `key=value`. */
  readonly tags: readonly string[];
}

/** The zone that a member tells of itself; empty if it tells none. */
export function zoneOf({ tags }: Placed): string {
  return tags.find((tag) => tag.startsWith("zone="))?.slice("zone=".length) ?? "";
}

/** `members` by zone, then by name, both as people count; those without a zone come last. */
export function ringOrder<Member extends Placed>(members: readonly Member[]): Member[] {
  const keyed = members.map((member) => ({ member, zone: zoneOf(member) }));
  keyed.sort((one, other) =>
    Number(one.zone === "") - Number(other.zone === "") ||
    compareNames(one.zone, other.zone) || compareNames(one.member.name, other.member.name)
  );
  return keyed.map(({ member }) => member);
}
