/**
 * Every verdict can be asked for its reasons.
 *
 * The same words stand in the log, in the tables and in the explanations, because they are made here.
 *
 * @module
 */
import { ownStanding } from "./own_standing.ts";
import type { ExplainParts } from "./explain_parts.ts";
import { pingViews } from "./explanation.ts";
import type { Explanation, LinkView } from "./explanation.ts";
import { beamExplanation, beamView } from "./beam_explain.ts";
import type { BeamNode } from "../beam/beam_node.ts";
import { formatRoundTrip } from "../base/duration.ts";
import { candidateExplanation, candidateView } from "./candidate_explain.ts";
import type { Candidate } from "../members/candidate.ts";
import { heartbeatState, statusOf } from "../verdict/status_of.ts";
import { accusersMax } from "../detector/failure_detector.ts";
import { failureWords } from "../base/ping_failure.ts";
import type { Link } from "../members/link.ts";
import type { MemberView } from "../members/member.ts";
import type { NodeName } from "../base/name.ts";
import { failedReason, heartbeatWords, wouldChange } from "../verdict/reasons.ts";
import type { MemberRecord } from "../members/record.ts";
import { compareNames } from "../members/status_line.ts";

/** Accusers that an explanation names; votes may be many more, and it has to fit a frame. */
const accusersToldMax = 64;

/** Answers questions about one node's view. */
export class Explainer {
  readonly #parts: ExplainParts;

  constructor(parts: ExplainParts) {
    this.#parts = parts;
  }

  /** All members that have not left, in the order of their names. */
  members(now: number): MemberView[] {
    const { memberList } = this.#parts;
    const views = this.#withCandidates(
      memberList.sorted().map((record) => this.#view(record, now)),
      (candidate) => candidateView(this.#parts, candidate, now),
    );
    const { self } = memberList;
    const after = views.findIndex(({ name }) => compareNames(name, self.name) > 0);
    views.splice(after < 0 ? views.length : after, 0, {
      ...common(self),
      status: "alive",
      self: true,
      linkWorks: true,
      forMs: Math.max(0, now - this.#parts.changes.startedAt),
      reason: "this is the node you asked",
      flapping: false,
    });
    return this.#withBeams(views, (node) => beamView(this.#parts, node, now));
  }

  links(now: number): LinkView[] {
    const { memberList, links } = this.#parts;
    const views = this.#withCandidates(
      memberList.sorted().map(({ name }) =>
        linkView({ name, memberKind: "node" }, links.get(name), now)
      ),
      ({ name, link }) => linkView({ name, memberKind: "node" }, link, now),
    );
    return this.#withBeams(
      views,
      ({ name, link }) => linkView({ name, memberKind: "beam" }, link, now),
    );
  }

  /** `views` with those of the BEAM nodes, in the order of their names. */
  #withBeams<T extends { readonly name: NodeName }>(views: T[], view: (node: BeamNode) => T): T[] {
    const beams = this.#parts.beams?.sorted().map(view) ?? [];
    if (beams.length === 0) return views;
    return [...views, ...beams].sort((one, other) => compareNames(one.name, other.name));
  }

  /** `views` with those of the candidates that no member hides, in the order of their names. */
  #withCandidates<T extends { readonly name: NodeName }>(
    views: T[],
    view: (candidate: Candidate) => T,
  ): T[] {
    const { candidates } = this.#parts;
    const others = [...candidates.all()].filter((candidate) => !candidates.isHidden(candidate));
    if (others.length === 0) return views;
    return [...views, ...others.map(view)]
      .sort((one, other) => compareNames(one.name, other.name));
  }

  explain(name: NodeName, now: number): Explanation | undefined {
    const {
      memberList,
      links,
      detector,
      heartbeats,
      health,
      settings,
      beams,
      candidates,
    } = this.#parts;
    const beam = beams?.get(name);
    if (beam !== undefined) return beamExplanation(this.#parts, beam, now);
    const record = name === memberList.self.name ? memberList.self : memberList.present(name);
    if (record === undefined) {
      const candidate = candidates.get(name);
      return candidate && candidateExplanation(this.#parts, candidate, now);
    }
    const link = links.get(name);
    const votes = detector.votes(record, now);
    const status = record === memberList.self ? "alive" : statusOf(this.#parts, record, now);
    return {
      name,
      kind: "node",
      status,
      verdict: record === memberList.self
        ? "this is the node you asked"
        : this.#reason(record, link, now),
      accusers: votes.length > 0
        ? votes.slice(0, accusersToldMax)
          .map(({ voterName, kind }) => ({ name: voterName, kind: kind ?? "silent" }))
        : (record.cause?.accusers ?? []).map((accuser) => ({
          name: accuser,
          kind: record.cause?.kind ?? "silent",
        })),
      votesNeeded: detector.needed(record, now),
      watched: memberList.ring.watches(name),
      pings: pingViews(link, now),
      timeoutMs: (link?.timeoutMs(settings.timings) ?? settings.timings.pingTimeoutMs) *
        health.stretch(now),
      heartbeat: heartbeatState(this.#parts, record, now),
      heartbeatAgeMs: heartbeats.ageMs(name, record.instance, now),
      ...ownStanding(this.#parts, now),
      failures: detector.flapping.failures(name, now),
      incarnation: record.incarnation,
      service: record.service,
      wouldChange: wouldChange(status, votes.length, {
        needed: detector.needed(record, now),
        conclusive: detector.neededConclusive(record, now),
      }),
    };
  }

  #view(record: MemberRecord, now: number): MemberView {
    const { memberList, links, detector, changes } = this.#parts;
    const link = links.get(record.name);
    const status = statusOf(this.#parts, record, now);
    const since = memberList.failed.get(record.name) ?? changes.lastAt(record.name) ??
      changes.startedAt;
    return {
      ...common(record),
      addresses: links.addressee(record).addresses,
      status,
      self: false,
      linkWorks: link?.isBad !== true,
      forMs: Math.max(0, now - since),
      roundTripUs: link?.roundTripUs,
      reason: this.#reason(record, link, now),
      flapping: detector.flapping.isFlapping(record.name, now),
    };
  }

  #reason(record: MemberRecord, link: Link | undefined, now: number): string {
    const { detector } = this.#parts;
    if (record.state === "failed") return failedReason(this.#parts, record, now);
    const last = link?.misses.at(-1);
    const votes = detector.votes(record, now);
    if (votes.length > 0) {
      const who = votes.map(({ voterName }) => voterName).slice(0, accusersMax).join(", ");
      const needed = detector.needed(record, now);
      return `${who} cannot reach it (${votes.length} of ${needed} votes): ` +
        failureWords(votes[0]?.kind ?? "silent");
    }
    if (link?.isBad && last !== undefined) {
      const who = link.helpersReachedAt === undefined
        ? "this node does not reach it"
        : "other members reach it";
      return `${who}: ${failureWords(last.kind)}`;
    }
    if (link?.roundTripUs !== undefined && link.hasAnswered) {
      const rowless = heartbeatState(this.#parts, record, now);
      const sighting = rowless === "stale" || rowless === "missing"
        ? `; ${heartbeatWords(this.#parts, record, now)}`
        : "";
      return `it answers pings, the last in ${formatRoundTrip(link.roundTripUs)}${sighting}`;
    }
    return "reported alive by its observers";
  }
}

type Described =
  | "name"
  | "instance"
  | "incarnation"
  | "addresses"
  | "tags"
  | "startedAt"
  | "software"
  | "service";

/** What is shown of a member as it stands in its record. */
function common(
  { name, instance, incarnation, addresses, tags, startedAt, software, service }: MemberRecord,
): Pick<MemberView, Described | "kind"> {
  return {
    ...{ name, kind: "node", instance, incarnation },
    ...{ addresses, tags, startedAt, software, service },
  };
}

function linkView(
  of: Pick<LinkView, "name" | "memberKind">,
  link: Link | undefined,
  now: number,
): LinkView {
  const last = link?.history.at(-1);
  if (last === undefined) return { ...of, kind: "unknown" };
  return { ...of, kind: last.kind, roundTripUs: last.roundTripUs, agoMs: now - last.at };
}
