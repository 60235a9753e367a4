/**
 * Gathers what speaks for and against a member, for the verdict table.
 *
 * @module
 */
import { verdict } from "./member.ts";
import type { MemberStatus } from "./member.ts";
import type { Parts } from "./parts.ts";
import type { MemberRecord } from "./record.ts";

/** Beats of silence in the registry after which a moving beat has stopped. */
const beatsMissedMax = 3;

/** The verdict of this node on a member that has not left. */
export function statusOf(parts: Parts, record: MemberRecord, now: number): MemberStatus {
  if (record.state === "left") return "down";
  return verdict({
    state: record.state,
    isUnproven: parts.roster.isUnproven(record.name),
    isSuspected: record.state === "alive" && parts.judge.isSuspected(record, now),
    beatMoves: record.state === "failed" && beatMoves(parts, record, now),
    cause: record.cause?.kind,
  });
}

/** True if the beat of a failed member has moved after its pings began to fail, and not long ago. */
export function beatMoves(
  { beats, keeper, monitor, roster }: Parts,
  { name, instance }: MemberRecord,
  now: number,
): boolean {
  const failedAt = roster.failed.get(name);
  const since = monitor.link(instance)?.failingSince ?? failedAt;
  if (since === undefined || beats.movedAfter(name, instance, since) === undefined) return false;
  const pauseMs = Math.max(keeper.beatIntervalMs, keeper.listIntervalMs);
  return (beats.ageMs(name, now) ?? Infinity) < beatsMissedMax * pauseMs + pauseMs;
}
