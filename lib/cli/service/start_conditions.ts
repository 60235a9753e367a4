/**
 * `--after`: what a cluster must have before a service may start.
 *
 * @module
 */
import { type Clock, sleep } from "../../clock.ts";
import { countsAsAlive } from "../../core/dissemination/member.ts";
import type { MemberView } from "../../core/dissemination/member.ts";
import type { ClusterNode } from "../../node/node.ts";
import type { StartCondition } from "../../options/option_service.ts";

/** Between two looks at the members, in milliseconds. */
const lookMs = 100;

/** True if the members that `self` knows fulfil the condition. */
export function holds(
  condition: StartCondition,
  members: readonly Pick<MemberView, "name" | "status" | "tags">[],
  self: string,
): boolean {
  const alive = members.filter(({ status }) => countsAsAlive(status));
  switch (condition.kind) {
    case "members":
      return alive.length >= condition.count;
    case "tag": {
      const { key, value } = condition;
      return alive.some(({ name, tags }) => name !== self && tags[key] === value);
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
  node: Pick<ClusterNode, "members" | "name">,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const missing = (): boolean => {
    const members = node.members();
    return !conditions.every((condition) => holds(condition, members, node.name));
  };
  while (!signal.aborted && missing()) await sleep(clock, lookMs, signal).catch(() => {});
}
