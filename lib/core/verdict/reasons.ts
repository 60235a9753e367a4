/**
 * Why a node is seen as it is, in words: the same in the log, in tables and in explanations.
 *
 * @module
 */
import type { VerdictParts } from "./status_of.ts";
import { Candidate } from "../members/candidate.ts";
import { formatDuration } from "../base/duration.ts";
import { heartbeatMoves, heartbeatState } from "./status_of.ts";
import { failureWords } from "../base/ping_failure.ts";
import type { MemberStatus } from "../members/member.ts";
import type { MemberRecord } from "../members/record.ts";

/** Why a record says failed, as a sentence. */
export function failedReason(
  parts: VerdictParts,
  record: MemberRecord,
  now: number,
): string {
  const { cause } = record;
  const words = failureWords(cause?.kind ?? "silent");
  // Whoever tells of a failure may leave out who has seen it.
  const who = cause?.accusers.join(", ") || "its observers";
  return `${who} cannot reach it: ${words}; ${heartbeatWords(parts, record, now)}`;
}

/** Why a candidate is called failed, as a sentence. */
export function unansweredReason({ failure }: Candidate): string {
  const words = failureWords(failure ?? "silent");
  return `its row is in the registry, but it does not answer: ${words}`;
}

/** What the registry says about a member, or a candidate, as a clause. */
export function heartbeatWords(
  parts: VerdictParts,
  record: MemberRecord | Candidate,
  now: number,
): string {
  if (parts.keeper.away) return "the registry is unavailable, so only pings count";
  const { heartbeats } = parts;
  const hasFailed = record instanceof Candidate || record.state === "failed";
  if (hasFailed && heartbeatMoves(parts, record, now)) {
    return "its registry heartbeat still advances, so it is running";
  }
  const ageMs = heartbeats.ageMs(record.name, record.instance, now);
  switch (heartbeatState(parts, record, now)) {
    case "moving":
      return `its heartbeat was seen to move ${formatDuration(ageMs ?? 0)} ago`;
    case "stale":
      return `its heartbeat has not moved for ${formatDuration(ageMs ?? 0)}`;
    case "missing":
      return "it has no row in the registry";
    case "unknown":
      return "its heartbeat has not been seen yet";
  }
}

/** How many votes call a member failed, and how many conclusive ones do at once. */
export interface VotesNeeded {
  readonly needed: number;
  readonly conclusive: number;
}

/** What would change a verdict, as sentences. */
export function wouldChange(
  status: MemberStatus,
  votes: number,
  { needed, conclusive }: VotesNeeded = { needed: 0, conclusive: 0 },
): string[] {
  switch (status) {
    case "unproven":
      return ["one answer marks it alive", "two failed pings mark it down"];
    case "alive":
      return [
        needed === 1
          ? "one observer and its helpers must each miss two pings"
          : `${needed} observers and their helpers must each miss two pings`,
        conclusive === 1
          ? "one observer with two refused connections marks it down at once"
          : "two observers with two refused connections each mark it down at once",
      ];
    case "suspect": {
      const missing = Math.max(0, needed - votes);
      return [
        `${missing} more ${missing === 1 ? "vote" : "votes"} and an expired suspicion timeout ` +
        "mark it down",
        "its refutation, or an answer to its accusers, marks it alive",
      ];
    }
    case "unreachable":
      return ["an answer marks it alive", "a heartbeat that stops marks it down"];
    case "down":
      return ["an answer marks it alive", "a heartbeat that advances marks it unreachable"];
    case "wrong-cookie":
      return ["the same cookie on both sides marks it alive"];
    case "wrong-cluster":
      return ["the same cluster on both sides marks it alive"];
  }
}
