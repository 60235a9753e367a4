/**
 * Gathers what speaks for and against a member, for the verdict table.
 *
 * @module
 */
import { heartbeatsMissedMax } from "../members/row.ts";
import type { MemberList } from "../members/member_list.ts";
import type { Links } from "../detector/links.ts";
import type { FailureDetector } from "../detector/failure_detector.ts";
import type { HeartbeatState, RegistryHeartbeats } from "../detector/registry_heartbeats.ts";
import { Candidate } from "../members/candidate.ts";
import { verdict } from "../members/member.ts";
import type { MemberStatus } from "../members/member.ts";
import type { MemberRecord } from "../members/record.ts";

/** What a verdict is made from. */
export interface VerdictParts {
  readonly memberList: MemberList;
  readonly links: Links;
  readonly detector: FailureDetector;
  readonly heartbeats: RegistryHeartbeats;
  /** How the registry is doing: what a heartbeat that does not move is worth. */
  readonly keeper: {
    readonly away: boolean;
    readonly pace: { readonly heartbeatIntervalMs: number; readonly listIntervalMs: number };
  };
}

/** The verdict of this node on a member that has not left. */
export function statusOf(parts: VerdictParts, record: MemberRecord, now: number): MemberStatus {
  if (record.state === "left") return "down";
  return verdict({
    state: record.state,
    isSuspected: record.state === "alive" && parts.detector.isSuspected(record, now),
    heartbeatMoves: record.state === "failed" && heartbeatMoves(parts, record, now),
    cause: record.cause?.kind,
  });
}

/** The verdict of this node on a candidate. */
export function candidateStatus(
  parts: VerdictParts,
  candidate: Candidate,
  now: number,
): MemberStatus {
  return verdict({
    state: candidate.failedAt === undefined ? "unproven" : "failed",
    isSuspected: false,
    heartbeatMoves: heartbeatMoves(parts, candidate, now),
    cause: candidate.failure,
  });
}

/** When the pings to somebody who has failed began to do so; `undefined` if it has not. */
export function failingSince(
  { links, memberList }: VerdictParts,
  failed: MemberRecord | Candidate,
): number | undefined {
  if (failed instanceof Candidate) return failed.link.failingSince ?? failed.failedAt;
  return links.get(failed.name)?.failingSince ?? memberList.failed.get(failed.name);
}

/** What the registry says about the heartbeat of a member, or of a candidate. */
export function heartbeatState(
  { heartbeats, keeper }: Pick<VerdictParts, "heartbeats" | "keeper">,
  { name, instance }: MemberRecord | Candidate,
  now: number,
): HeartbeatState {
  return heartbeats.state(name, instance, now, keeper.pace.listIntervalMs);
}

/**
 * True if the heartbeat of one who failed has moved after its pings began to fail, and not long
 * ago.
 */
export function heartbeatMoves(
  parts: VerdictParts,
  failed: MemberRecord | Candidate,
  now: number,
): boolean {
  const { heartbeats, keeper } = parts;
  const { name, instance } = failed;
  const since = failingSince(parts, failed);
  if (since === undefined || heartbeats.movedAfter(name, instance, since) === undefined) {
    return false;
  }
  const pauseMs = Math.max(keeper.pace.heartbeatIntervalMs, keeper.pace.listIntervalMs);
  return (heartbeats.ageMs(name, instance, now) ?? Infinity) <
    heartbeatsMissedMax * pauseMs + pauseMs;
}
