/**
 * Why a node is seen as it is, in words: the same in the log, in tables and in explanations.
 *
 * @module
 */
import { Candidate } from "../discovery/candidate.ts";
import { formatDuration } from "../base/duration.ts";
import { beatMoves } from "../detector/evidence.ts";
import { failureWords } from "./failure_words.ts";
import type { MemberStatus } from "../dissemination/member.ts";
import type { Parts } from "../parts.ts";
import type { MemberRecord } from "../dissemination/record.ts";

/** Why a record says failed, as a sentence. */
export function failedReason(
  parts: Parts,
  record: MemberRecord,
  now: number,
): string {
  const { cause } = record;
  const words = failureWords(cause?.kind ?? "silent");
  const accusers = cause?.accusers ?? [];
  const who = accusers.length === 1
    ? `${accusers[0]} cannot reach it`
    : `${accusers.join(", ")} cannot reach it`;
  return `${who}: ${words}; ${beatWords(parts, record, now)}`;
}

/** Why a candidate is called failed, as a sentence. */
export function unansweredReason({ failure }: Candidate): string {
  const words = failureWords(failure ?? "silent");
  return `its row is in the registry, but it does not answer: ${words}`;
}

/** What the registry says about a member, or a candidate, as a clause. */
export function beatWords(parts: Parts, record: MemberRecord | Candidate, now: number): string {
  if (parts.keeper.away) return "the registry is away, so pings alone decide";
  const { beats } = parts;
  const hasFailed = record instanceof Candidate || record.state === "failed";
  if (hasFailed && beatMoves(parts, record, now)) {
    return "its beat in the registry still moves, so it runs";
  }
  const ageMs = beats.ageMs(record.name, now);
  switch (beats.state(record.name, record.instance, now)) {
    case "moving":
      return `its beat moved ${formatDuration(ageMs ?? 0)} ago`;
    case "stale":
      return `its beat has not moved for ${formatDuration(ageMs ?? 0)}`;
    case "missing":
      return "it has no row in the registry";
    case "unknown":
      return "nothing is known of its beat yet";
  }
}

/** What would change a verdict, as sentences. */
export function wouldChange(status: MemberStatus, needed: number, votes: number): string[] {
  switch (status) {
    case "unproven":
      return ["one answer makes it alive", "two failed pings make it down"];
    case "alive":
      return [
        `${needed} of those who watch it must miss two pings each, and so must their helpers`,
        "two refused connections each, seen by two observers, make it down at once",
      ];
    case "suspect":
      return [
        `${Math.max(0, needed - votes)} more votes and the end of its time make it down`,
        "a refutation by itself, or a pong to those who accuse it, makes it alive",
      ];
    case "unreachable":
      return ["a pong makes it alive", "a beat that stops makes it down"];
    case "down":
      return ["a pong makes it alive", "a beat that moves makes it unreachable"];
    case "wrong-cookie":
      return ["the same cookie on both sides makes it alive"];
    case "wrong-cluster":
      return ["the same --cluster on both sides makes it alive"];
  }
}
