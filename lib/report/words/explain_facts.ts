/**
 * What an explanation rests on, as words: what a terminal shows, and the page.
 *
 * @module
 */
import { formatDuration, formatRoundTrip } from "../../core/base/duration.ts";
import type { NodeName } from "../../core/base/name.ts";
import { failureWords, isPingFailure } from "../../core/base/ping_failure.ts";
import { noVoteFrom, scoreMax } from "../../core/detector/local_health.ts";
import type { Explanation } from "../../core/explain/explanation.ts";
import { serviceWords, statusWords } from "../../core/members/change.ts";
import { countsAsAlive } from "../../core/members/member.ts";
import type { MemberStatus } from "../../core/members/member.ts";
import type { MemberService } from "../../core/members/service.ts";
import type { ExplainReport } from "../explain_report.ts";

/** What is known, and what it is: some lines each. */
export type ExplainFact = readonly [what: string, lines: readonly string[]];

/** `n3@h is down, as n1@h sees it: n2@h cannot reach it: connection refused`. */
export function explainTitle(asked: string, { name, kind, status, verdict }: Explanation): string {
  const shown = kind === "beam" ? `${name} (beam)` : name;
  return `${shown} ${statusWords(status)}, as ${asked} sees it: ${verdict}`;
}

/** What the verdict rests on. */
export function explainFacts(asked: string, explanation: Explanation): ExplainFact[] {
  return [...votes(explanation), ...evidence(asked, explanation)];
}

/** What would change the verdict, and with which options that is done. */
export function explainChanges(explanation: Explanation): string[] {
  return [...explanation.wouldChange, ...advice(explanation)];
}

/** An explanation that came as a report, whose names are those of a node. */
export function explanationOf(report: ExplainReport): Explanation {
  const { name, memberKind, status, reason, watched, timeoutMs, heartbeat, heartbeatAgeMs } =
    report;
  const { registryWorks, localHealth, isolated, incarnation, wouldChange } = report;
  const { serviceState: state, serviceReason = "", servicePort: port } = report;
  return {
    name: name as NodeName,
    kind: memberKind,
    status,
    verdict: reason,
    accusers: report.votes.flatMap(({ name, result }) =>
      isPingFailure(result) ? [{ name: name as NodeName, kind: result }] : []
    ),
    votesNeeded: report.votesNeededCount,
    watched,
    pings: report.pings.flatMap(({ result: kind, agoMs, roundTripUs }) =>
      kind === "pong" || isPingFailure(kind) ? [{ kind, agoMs, roundTripUs }] : []
    ),
    timeoutMs,
    heartbeat,
    heartbeatAgeMs,
    registryWorks,
    localHealth,
    isolated,
    failures: report.failureCount,
    incarnation,
    service: state && { state, reason: serviceReason, port },
    wouldChange,
  };
}

/** With which options that is done, if it is done by any. */
function advice({ kind, status }: Explanation): string[] {
  switch (status) {
    case "wrong-cluster":
      return ["the cluster of a node is chosen by --cluster"];
    case "wrong-cookie":
      return kind === "beam"
        ? ["give this node --beam-cookie, or that one --cookie"]
        : ["the cookie of a node is given by --cookie or --cookie-file"];
    default:
      return [];
  }
}

function votes({ kind, status, accusers, votesNeeded }: Explanation): ExplainFact[] {
  if (kind === "beam") {
    return [["votes", ["none: each clusternode judges a BEAM node by its own pings"]]];
  }
  const accused = accusers.map(({ name, kind }) => `${name}: ${failureWords(kind)}`);
  const counted = `${accusers.length} ${accusers.length === 1 ? "vote" : "votes"}`;
  // Few are enough where connections are refused: then it has failed without all votes.
  const isOpen = votesNeeded > 0 && (countsAsAlive(status) || accusers.length >= votesNeeded);
  return [["against it", [isOpen ? `${counted}, ${votesNeeded} needed` : counted, ...accused]]];
}

function evidence(asked: string, explanation: Explanation): ExplainFact[] {
  const { kind, watched, timeoutMs, heartbeat, heartbeatAgeMs } = explanation;
  const { registryWorks, failures, incarnation, service, status } = explanation;
  const [observer = asked] = asked.split("@");
  const moved = heartbeatAgeMs === undefined
    ? ""
    : `, last seen to move ${formatDuration(heartbeatAgeMs)} ago`;
  return [
    [`watched by ${observer}`, [watched ? "yes" : "no"]],
    [`pings of ${observer}`, [pingsText(explanation.pings)]],
    ["time for a pong", [formatDuration(timeoutMs)]],
    [kind === "beam" ? "its timestamp" : "its heartbeat", [`${heartbeat}${moved}`]],
    [`registry for ${observer}`, [registryWorks ? "works" : "unavailable: pings alone decide"]],
    [`health of ${observer}`, [healthText(explanation)]],
    ["its failures", [`${failures} in 5 min`]],
    ...kind === "beam" ? [] : [["its incarnation", [String(incarnation)]] as const],
    ...service === undefined ? [] : [["its service", [serviceText(service, status)]] as const],
  ];
}

/** How the node that was asked trusts itself. */
function healthText({ localHealth, isolated }: Explanation): string {
  const word = localHealth === 0
    ? "healthy"
    : localHealth < noVoteFrom
    ? "slow"
    : "sick: it does not vote";
  const score = `${localHealth} of ${scoreMax}`;
  return `${word} (${score})${isolated ? "; it may be isolated" : ""}`;
}

/** What a member that is gone said of its service is what it said last. */
function serviceText({ state, port, reason }: MemberService, status: MemberStatus): string {
  const where = port === undefined ? "" : ` at port ${port}`;
  const told = `${serviceWords(state)}${where}${reason === "" ? "" : `: ${reason}`}`;
  return countsAsAlive(status) ? told : `it said last that it ${told}`;
}

/** `pong 2.52 ms, 3 × silent; the last 0.4 s ago`. */
function pingsText(pings: Explanation["pings"]): string {
  const last = pings.at(-1);
  if (last === undefined) return "none";
  const runs: { readonly word: string; times: number }[] = [];
  for (const { kind, roundTripUs } of pings) {
    const word = roundTripUs === undefined ? kind : `pong ${formatRoundTrip(roundTripUs)}`;
    const run = runs.at(-1);
    if (run?.word === word) run.times++;
    else runs.push({ word, times: 1 });
  }
  const words = runs.map(({ word, times }) => times === 1 ? word : `${times} × ${word}`);
  return `${words.join(", ")}; the last ${formatDuration(last.agoMs)} ago`;
}
