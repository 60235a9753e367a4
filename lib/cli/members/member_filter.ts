/**
 * Some of the members: those that a person has asked for.
 *
 * @module
 */
import { localName } from "../../core/base/name.ts";
import type { MemberStatus, MemberView } from "../../core/members/member.ts";

/** What members have to be like; an empty list demands nothing. */
export interface MemberFilter {
  /** Any of these. */
  readonly statuses: readonly MemberStatus[];
  /** All of these, keys and values. */
  readonly tags: readonly (readonly [key: string, value: string])[];
  /** Any of these: names in full or in front of the `@`, in which `*` stands for anything. */
  readonly names: readonly string[];
}

/** Those of `views` that are as `filter` says, in the same order. */
export function filterMembers(
  views: readonly MemberView[],
  { statuses, tags, names }: MemberFilter,
): readonly MemberView[] {
  const patterns = names.map(patternOf);
  return views.filter((view) =>
    (statuses.length === 0 || statuses.includes(view.status)) &&
    tags.every(([key, value]) => Object.hasOwn(view.tags, key) && view.tags[key] === value) &&
    (patterns.length === 0 ||
      patterns.some((pattern) => pattern.test(view.name) || pattern.test(localName(view.name))))
  );
}

function patternOf(name: string): RegExp {
  const parts = name.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
