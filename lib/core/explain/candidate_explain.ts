/**
 * Candidates in the shape in which all members are shown and explained.
 *
 * @module
 */
import { ownStanding } from "./own_standing.ts";
import type { ExplainParts } from "./explain_parts.ts";
import type { Candidate } from "../members/candidate.ts";
import { candidateStatus, heartbeatState } from "../verdict/status_of.ts";
import { pingViews } from "./explanation.ts";
import type { Explanation } from "./explanation.ts";
import type { MemberView } from "../members/member.ts";
import { heartbeatWords, unansweredReason, wouldChange } from "../verdict/reasons.ts";

/** A candidate as shown to people and programs. */
export function candidateView(parts: ExplainParts, candidate: Candidate, now: number): MemberView {
  const { claim, link } = candidate;
  const { changes } = parts;
  const since = candidate.failedAt ?? changes.lastAt(candidate.name) ?? changes.startedAt;
  return {
    ...claim,
    kind: "node",
    status: candidateStatus(parts, candidate, now),
    self: false,
    linkWorks: !link.isBad,
    forMs: Math.max(0, now - since),
    roundTripUs: link.roundTripUs,
    reason: reasonOf(parts, candidate, now),
    flapping: false,
  };
}

/** Why a candidate is seen as it is: by this node's own pings and its row alone. */
export function candidateExplanation(
  parts: ExplainParts,
  candidate: Candidate,
  now: number,
): Explanation {
  const { settings, health, detector, heartbeats } = parts;
  const { claim, name, link, failure } = candidate;
  const status = candidateStatus(parts, candidate, now);
  return {
    name,
    kind: "node",
    status,
    verdict: reasonOf(parts, candidate, now),
    accusers: failure === undefined ? [] : [{ name: parts.memberList.self.name, kind: failure }],
    votesNeeded: 0,
    watched: true,
    pings: pingViews(link, now),
    timeoutMs: link.timeoutMs(settings.timings) * health.stretch(now),
    heartbeat: heartbeatState(parts, candidate, now),
    heartbeatAgeMs: heartbeats.ageMs(name, claim.instance, now),
    ...ownStanding(parts, now),
    failures: detector.flapping.failures(name, now),
    incarnation: claim.incarnation,
    wouldChange: wouldChange(status, 0),
  };
}

function reasonOf(parts: ExplainParts, candidate: Candidate, now: number): string {
  if (candidate.failedAt === undefined) return "only its row in the registry speaks for it";
  return `${unansweredReason(candidate)}; ${heartbeatWords(parts, candidate, now)}`;
}
