/**
 * Why a member is seen as it is, for programs.
 *
 * @module
 */
import * as v from "valibot";
import type { Explanation } from "../core/explain/explanation.ts";
import { fields, list, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";
import { serviceEntries, serviceReport } from "./member_report.ts";

/** Shape of an explanation. */
export const explainSchema = report("explain.v1", "`explain`: why a member is seen as it is", {
  time: fields.time,
  asked: fields.asked,
  cluster: fields.cluster,
  name: fields.name,
  memberKind: fields.memberKind,
  status: fields.status,
  reason: fields.reason,
  votes: list("who votes against it, and how its pings of the member ended", {
    name: fields.name,
    result: fields.result,
  }),
  votesNeededCount: fields.votesNeededCount,
  watched: fields.watched,
  pings: list("the last pings of the node that was asked, the oldest first", {
    time: fields.time,
    agoMs: fields.agoMs,
    result: fields.result,
    roundTripUs: v.optional(fields.roundTripUs),
  }),
  timeoutMs: fields.timeoutMs,
  heartbeat: fields.heartbeat,
  heartbeatAgeMs: v.optional(fields.heartbeatAgeMs),
  registryWorks: fields.registryWorks,
  localHealth: fields.localHealth,
  isolated: fields.isolated,
  failureCount: fields.failureCount,
  incarnation: fields.incarnation,
  ...serviceEntries,
  wouldChange: fields.wouldChange,
});

/** An explanation. */
export type ExplainReport = v.InferOutput<typeof explainSchema>;

/**
 * `explanation` for programs.
 *
 * @param asked the node that gave it
 * @param now wall-clock time of the answer, in milliseconds
 */
export function explainReport(
  explanation: Explanation,
  { asked, cluster, now }: {
    readonly asked: string;
    readonly cluster: string;
    readonly now: number;
  },
): ExplainReport {
  const { name, kind, status, verdict, accusers, votesNeeded, watched, pings } = explanation;
  const { timeoutMs, heartbeat, heartbeatAgeMs, registryWorks, localHealth } = explanation;
  const { isolated, failures, incarnation, service, wouldChange } = explanation;
  return {
    schema: "explain.v1",
    time: isoTime(now),
    asked,
    cluster,
    name,
    memberKind: kind,
    status,
    reason: verdict,
    votes: accusers.map(({ name, kind }) => ({ name, result: kind })),
    votesNeededCount: votesNeeded,
    watched,
    pings: pings.map(({ kind, agoMs, roundTripUs }) => ({
      time: isoTime(now - agoMs),
      agoMs: Math.round(agoMs),
      result: kind,
      roundTripUs: roundTripUs && Math.round(roundTripUs),
    })),
    timeoutMs: Math.round(timeoutMs),
    heartbeat,
    heartbeatAgeMs: heartbeatAgeMs && Math.round(heartbeatAgeMs),
    registryWorks,
    localHealth,
    isolated,
    failureCount: failures,
    incarnation,
    ...serviceReport(service),
    wouldChange: [...wouldChange],
  };
}
