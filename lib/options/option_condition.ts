/**
 * How the demands that can be waited for are read: by flags of `wait`, by fields in the library.
 *
 * @module
 */
import { describes } from "../core/explain/condition.ts";
import type { Condition } from "../core/explain/condition.ts";
import { memberStatuses } from "../core/members/member.ts";
import { serviceStates } from "../core/members/service.ts";
import { readName } from "./option_identity.ts";
import { choice, count } from "./option_values.ts";
import type { ValueType } from "./option_values.ts";

/** Most members that can be waited for. */
const waitedMax = 99_999;

/** The name of a member, in full or only the part in front of the `@`. */
const memberName: ValueType<string> = {
  placeholder: "name",
  read(text) {
    const reading = readName(text);
    if ("fault" in reading) return reading;
    return { value: typeof reading.value === "string" ? reading.value : reading.value.local };
  },
};

/** The demands with one value. */
export const conditionTypes = {
  members: count(1, waitedMax),
  member: memberName,
  status: choice(...memberStatuses),
  service: choice(...serviceStates),
  count: count(1, waitedMax),
} as const;

/**
 * What is wrong with demands that are legal each.
 *
 * @param shown how the caller names a demand: `--count`, or `condition "count"`
 */
export function conditionFaults(
  condition: Condition,
  shown: (key: keyof Condition) => string,
): readonly string[] {
  const { members, member, count: wanted } = condition;
  if (members === undefined && !describes(condition)) {
    const demands = (["members", "member", "status", "service"] as const).map(shown).join(", ");
    return [`nothing to wait for: give ${demands} or ${shown("tags")}`];
  }
  if (wanted === undefined) return [];
  if (member !== undefined) {
    return [`${shown("count")}: it cannot go with ${shown("member")}, which names one member`];
  }
  return describes(condition) ? [] : [
    `${shown("count")}: say which members with ${shown("service")}, or count all of them with ${
      shown("members")
    }`,
  ];
}
