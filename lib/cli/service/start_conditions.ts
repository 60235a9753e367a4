/**
 * `--after`: what a cluster must have before a service may start.
 *
 * @module
 */
import { type Clock, sleep } from "../../clock.ts";
import type { MemberView } from "../../core/members/member.ts";
import { missing } from "../../core/explain/condition.ts";
import type { ClusterNode } from "../../node/node.ts";
import type { StartCondition } from "../../options/option_service.ts";

/** Between two looks at the members, in milliseconds. */
const lookMs = 100;

/** True if the members that a node sees fulfil the condition. */
export function holds(condition: StartCondition, members: readonly MemberView[]): boolean {
  switch (condition.kind) {
    case "members":
      return missing({ members: condition.count }, members).length === 0;
    case "tag": {
      const others = members.filter(({ self }) => !self);
      const tags = { [condition.key]: condition.value };
      return missing({ tags }, others).length === 0;
    }
    default:
      return condition satisfies never;
  }
}

/** As on the command line. */
export function describeCondition(condition: StartCondition): string {
  return condition.kind === "members"
    ? `members=${condition.count}`
    : `tag:${condition.key}=${condition.value}`;
}

/** Resolves when all conditions hold, or `signal` is aborted. Never rejects. */
export async function allHold(
  conditions: readonly StartCondition[],
  node: Pick<ClusterNode, "members">,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const isMissing = (): boolean => {
    const members = node.members();
    return !conditions.every((condition) => holds(condition, members));
  };
  while (!signal.aborted && isMissing()) await sleep(clock, lookMs, signal).catch(() => {});
}
