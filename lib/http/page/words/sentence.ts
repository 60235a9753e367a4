/**
 * How the cluster is, in a sentence or a few: what is read first.
 *
 * @module
 */
import { countsAsAlive } from "../../../core/members/member.ts";
import type { MatrixReport } from "../../../report/matrix_report.ts";
import { withLabels } from "../../../report/words/member_label.ts";
import type { Label } from "../../../report/words/member_label.ts";
import type { MemberReport } from "../../../report/member_report.ts";
import { isLost, isWell, sortMembers } from "../../../report/words/member_order.ts";
import type { NodeReport } from "../../../report/node_report.ts";
import { linkWords } from "./link_words.ts";
import { and, capital, coarseDuration, plural, stateWords } from "./words.ts";

/** How grave it is: what decides the colour, and the sign in the tab. */
export type Tone = "well" | "doubtful" | "bad" | "waiting";

/** What is said of a cluster. */
export interface Sentence {
  readonly tone: Tone;
  /** `5 of 6 alive.` */
  readonly head: string;
  /** What else there is to say, the gravest first, a sentence each. */
  readonly details: readonly string[];
  /** Head and details without durations: they are said again only if this changes. */
  readonly gist: string;
}

/** What it is said of. */
export interface Told {
  /** `undefined` until the node has told of itself. */
  readonly node: NodeReport | undefined;
  readonly members: readonly MemberReport[];
  readonly findings: MatrixReport["findings"];
  readonly label: Label;
}

/** Details beyond these are only counted. */
const detailsMax = 4;

/** The sentence on a cluster. */
export function sentenceOf(told: Told): Sentence {
  const { node, members, label } = told;
  if (node === undefined || members.length === 0) {
    return finished("waiting", "Waiting for the node.", []);
  }
  const asked = label(node.asked);
  const alive = members.filter(({ status }) => countsAsAlive(status)).length;
  const registry = node.registryWorks ? [] : [plain("The registry is unavailable")];
  if (node.phase === "starting") {
    return finished("waiting", `${asked} is starting.`, [plain(capital(node.reason)), ...registry]);
  }
  if (node.isolated) {
    const reached = members.filter(({ self, status, linkWorks }) =>
      !self && linkWorks && countsAsAlive(status)
    ).length;
    const head = `${asked} reaches ${reached} of ${members.length - 1} other members.`;
    return finished("bad", head, [
      plain(`Its last view: ${alive} of ${members.length} alive`),
      ...registry,
    ]);
  }
  const details = [
    ...node.phase === "leaving" ? [plain(`${asked} is leaving the cluster`)] : [],
    ...memberDetails(told, asked),
    ...linkDetails(told),
    ...serviceDetails(told),
    ...registry.map(([text]) => plain(`${text}: pings alone decide`)),
  ];
  const isBad = members.some((member) => isLost(member));
  const tone = isBad ? "bad" : details.length > 0 ? "doubtful" : "well";
  return finished(tone, headOf(alive, members.length, node), details);
}

/** A detail, and the part of it that changes all the time. */
type Detail = readonly [text: string, duration: string];

function plain(text: string): Detail {
  return [text, ""];
}

function finished(tone: Tone, head: string, details: readonly Detail[]): Sentence {
  const shown = details.slice(0, detailsMax);
  const rest = details.length - shown.length;
  const texts = shown.map(([text]) => `${text}.`);
  if (rest > 0) texts.push(`${rest} more are not well.`);
  const gist = shown.map(([text, duration]) => duration === "" ? text : text.replace(duration, ""));
  return { tone, head, details: texts, gist: [head, ...gist].join(" ") };
}

function headOf(alive: number, all: number, { asked, cluster }: NodeReport): string {
  if (all === 1) return `${asked.split("@")[0]} is alone in the cluster ${cluster}.`;
  return alive === all ? `All ${all} members are alive.` : `${alive} of ${all} alive.`;
}

/** Those that are not well: a sentence each if they are few, else one for all that are alike. */
function memberDetails(told: Told, asked: string): Detail[] {
  const bad = sortMembers(told.members.filter((member) => !isWell(member)), "status");
  if (bad.length < detailsMax) return bad.map((member) => memberDetail(member, told, asked));
  const alike = Map.groupBy(bad, (member) => `${stateWords(member, asked)} ${causeOf(member)}`);
  return [...alike.values()].map((group) => groupDetail(group, told, asked));
}

/** `n3 is down for 2 min: n2 and n4 cannot reach it, connection refused`. */
function memberDetail(member: MemberReport, told: Told, asked: string): Detail {
  const duration = ` for ${coarseDuration(member.forMs)}`;
  const state = `${told.label(member.name)} ${stateWords(member, asked)}`;
  const reason = shortReason(member.reason, told);
  const again = member.flapping ? ", as often of late" : "";
  return [`${state}${duration}${again}${reason === "" ? "" : `: ${reason}`}`, duration];
}

/** `n3, n4, n5 and 7 more are down, the first for 2 min: connection refused`. */
function groupDetail(group: readonly MemberReport[], told: Told, asked: string): Detail {
  const [first] = group;
  if (first === undefined) return plain("");
  if (group.length === 1) return memberDetail(first, told, asked);
  const longest = Math.max(...group.map(({ forMs }) => forMs));
  const duration = ` for up to ${coarseDuration(longest)}`;
  const cause = causeOf(first);
  const names = and(group.map(({ name }) => told.label(name)), 4);
  return [
    `${names} ${plural(stateWords(first, asked))}${duration}${cause === "" ? "" : `: ${cause}`}`,
    duration,
  ];
}

/** `n2@h, n4@h cannot reach it: connection refused; …`: who says so, and what they say. */
const accusation = /^(.*) cannot reach it(?: \([^)]*\))?: ([^;]+)/;

function shortReason(reason: string, { members, label }: Told): string {
  const [, accusers, cause] = accusation.exec(reason) ?? [];
  if (accusers !== undefined && cause !== undefined) {
    const names = accusers.split(", ").map((name) => label(name));
    const why = cause.includes(",") ? ` (${cause})` : `, ${cause}`;
    return `${and(names, 3)} cannot reach it${why}`;
  }
  const [first = ""] = reason.split(";");
  return withLabels(first, new Set(members.map(({ name }) => name)), label);
}

/** How pings of it fail; the first clause of the reason if that is not what it says. */
function causeOf({ reason, status }: MemberReport): string {
  if (status === "alive") return "";
  return accusation.exec(reason)?.[2] ?? reason.split(";")[0]?.replace(/^.*: /, "") ?? "";
}

/** Links between members that are alive; of the others there is enough said. */
function linkDetails({ findings, members, label }: Told): Detail[] {
  const alive = new Set(
    members.filter(({ status }) => countsAsAlive(status)).map(({ name }) => name),
  );
  return findings.flatMap((finding) => {
    const text = linkWords(finding, alive, label);
    return text === undefined ? [] : [plain(text)];
  });
}

function serviceDetails({ members, label }: Told): Detail[] {
  const failing = members.filter(({ status, serviceState }) =>
    countsAsAlive(status) && serviceState === "failing"
  );
  const [first] = failing;
  if (first === undefined) return [];
  if (failing.length > 1) {
    return [plain(`The services of ${and(failing.map(({ name }) => label(name)), 4)} are failing`)];
  }
  const reason = first.serviceReason ? `: ${first.serviceReason}` : "";
  return [plain(`The service of ${label(first.name)} is failing${reason}`)];
}
