/**
 * Every verdict can be asked for its reasons.
 *
 * The same words stand in the log, in the tables and in the explanations, because they are made here.
 *
 * @module
 */
import { beamExplanation, beamView } from "./beam_explain.ts";
import type { BeamNode } from "./beam_node.ts";
import { formatDuration, formatRoundTrip } from "./duration.ts";
import { beatMoves, statusOf } from "./evidence.ts";
import { failureWords } from "./failure_words.ts";
import type { BeatState } from "./beats.ts";
import type { PingFailure, PingOutcome } from "./input.ts";
import type { Link } from "./link.ts";
import type { MemberKind, MemberStatus, MemberView } from "./member.ts";
import type { NodeName } from "./name.ts";
import type { Parts } from "./parts.ts";
import type { MemberRecord } from "./record.ts";
import { compareNames } from "./status_line.ts";

/** Accusers that an explanation names; votes may be many more, and it has to fit a frame. */
const accusersToldMax = 64;

/** Why a member is seen as it is. */
export interface Explanation {
  readonly name: NodeName;
  readonly kind: MemberKind;
  readonly status: MemberStatus;
  /** The verdict and its main reason, as a sentence. */
  readonly verdict: string;
  /** Who votes against it, and how its pings failed. */
  readonly accusers: readonly { readonly name: NodeName; readonly kind: PingFailure }[];
  /** Votes that it takes, as things stand. */
  readonly votesNeeded: number;
  /** True if this node watches it. */
  readonly watched: boolean;
  /** This node's last pings to it, the oldest first; ages in milliseconds. */
  readonly pings: readonly {
    readonly kind: PingOutcome["kind"];
    readonly agoMs: number;
    readonly roundTripUs?: number | undefined;
  }[];
  /** Deadline of the next pong, in milliseconds. */
  readonly timeoutMs: number;
  readonly beat: BeatState;
  /** How long the beat has not moved, in milliseconds. */
  readonly beatAgeMs?: number | undefined;
  /** False if the registry cannot be used now: then pings alone decide. */
  readonly registryWorks: boolean;
  /** How this node trusts itself: 0 healthy … 7 sick. */
  readonly ownHealth: number;
  readonly isolated: boolean;
  /** Failures within the last five minutes. */
  readonly failures: number;
  readonly incarnation: number;
  /** What would change the verdict, as sentences. */
  readonly wouldChange: readonly string[];
}

/** One cell of the link matrix: from this node to another. */
export interface LinkView {
  readonly name: NodeName;
  readonly memberKind: MemberKind;
  /** Outcome of the last ping; `unknown` if it was never pinged. */
  readonly kind: PingOutcome["kind"] | "unknown";
  readonly roundTripUs?: number | undefined;
  /** How long ago that was, in milliseconds. */
  readonly agoMs?: number | undefined;
}

/** Why a record says failed, as a sentence. */
export function failedReason(
  parts: Parts,
  record: MemberRecord,
  wasUnproven: boolean,
  now: number,
): string {
  const { cause } = record;
  const words = failureWords(cause?.kind ?? "silent");
  if (wasUnproven) return `its row is in the registry, but it does not answer: ${words}`;
  const accusers = cause?.accusers ?? [];
  const who = accusers.length === 1
    ? `${accusers[0]} cannot reach it`
    : `${accusers.join(", ")} cannot reach it`;
  return `${who}: ${words}; ${beatWords(parts, record, now)}`;
}

function beatWords(parts: Parts, record: MemberRecord, now: number): string {
  if (parts.keeper.away) return "the registry is away, so pings alone decide";
  const { beats } = parts;
  if (record.state === "failed" && beatMoves(parts, record, now)) {
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

/** Answers questions about one node's view. */
export class Explainer {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** All members that have not left, in the order of their names. */
  members(now: number): MemberView[] {
    const { roster } = this.#parts;
    const views = roster.sorted().map((record) => this.#view(record, now));
    const { self } = roster;
    const after = views.findIndex(({ name }) => compareNames(name, self.name) > 0);
    views.splice(after < 0 ? views.length : after, 0, {
      ...common(self),
      status: "alive",
      self: true,
      linkWorks: true,
      forMs: Math.max(0, now - this.#parts.changes.startedAt),
      reason: "it is the node that was asked",
      flapping: false,
    });
    return this.#withBeams(views, (node) => beamView(this.#parts, node, now));
  }

  links(now: number): LinkView[] {
    const { roster, monitor } = this.#parts;
    const links = roster.sorted().map(({ name, instance }) =>
      linkView({ name, memberKind: "node" }, monitor.link(instance), now)
    );
    return this.#withBeams(
      links,
      ({ name, link }) => linkView({ name, memberKind: "beam" }, link, now),
    );
  }

  /** `views` with those of the BEAM nodes, in the order of their names. */
  #withBeams<T extends { readonly name: NodeName }>(views: T[], view: (node: BeamNode) => T): T[] {
    const beams = this.#parts.beams?.sorted().map(view) ?? [];
    if (beams.length === 0) return views;
    return [...views, ...beams].sort((one, other) => compareNames(one.name, other.name));
  }

  explain(name: NodeName, now: number): Explanation | undefined {
    const { roster, monitor, judge, beats, keeper, health, settings, beams } = this.#parts;
    const beam = beams?.get(name);
    if (beam !== undefined) return beamExplanation(this.#parts, beam, now);
    const record = name === roster.self.name ? roster.self : roster.get(name);
    if (record === undefined || record.state === "left") return undefined;
    const link = monitor.link(record.instance);
    const votes = judge.votes(record, now);
    const status = record === roster.self ? "alive" : statusOf(this.#parts, record, now);
    return {
      name,
      kind: "node",
      status,
      verdict: record === roster.self
        ? "it is the node that was asked"
        : this.#reason(record, link, now),
      accusers: votes.length > 0
        ? votes.slice(0, accusersToldMax)
          .map(({ voterName, kind }) => ({ name: voterName, kind: kind ?? "silent" }))
        : (record.cause?.accusers ?? []).map((accuser) => ({
          name: accuser,
          kind: record.cause?.kind ?? "silent",
        })),
      votesNeeded: judge.needed(record),
      watched: monitor.watches(record.instance),
      pings: (link?.history ?? []).map(({ kind, at, roundTripUs }) => ({
        kind,
        agoMs: now - at,
        roundTripUs,
      })),
      timeoutMs: (link?.timeoutMs(settings.timings) ?? settings.timings.pingTimeoutMs) *
        health.stretch(now),
      beat: beats.state(name, record.instance, now),
      beatAgeMs: beats.ageMs(name, now),
      registryWorks: !keeper.away,
      ownHealth: health.score(now),
      isolated: judge.isIsolated,
      failures: judge.flapping.failures(name, now),
      incarnation: record.incarnation,
      wouldChange: wouldChange(status, judge.needed(record), votes.length),
    };
  }

  #view(record: MemberRecord, now: number): MemberView {
    const { roster, monitor, judge, changes } = this.#parts;
    const link = monitor.link(record.instance);
    const status = statusOf(this.#parts, record, now);
    const since = roster.failed.get(record.name) ?? changes.lastAt(record.name) ??
      changes.startedAt;
    return {
      ...common(record),
      addresses: monitor.addressee(record).addresses,
      status,
      self: false,
      linkWorks: link?.isBad !== true,
      forMs: Math.max(0, now - since),
      roundTripUs: link?.roundTripUs,
      reason: this.#reason(record, link, now),
      flapping: judge.flapping.isFlapping(record.name, now),
    };
  }

  #reason(record: MemberRecord, link: Link | undefined, now: number): string {
    const { roster, judge } = this.#parts;
    if (record.state === "failed") return failedReason(this.#parts, record, false, now);
    if (roster.isUnproven(record.name)) return "only its row in the registry speaks for it";
    const last = link?.misses.at(-1);
    const votes = judge.votes(record, now);
    if (votes.length > 0) {
      const who = votes.map(({ voterName }) => voterName).slice(0, 4).join(", ");
      const needed = judge.needed(record);
      return `${who} cannot reach it (${votes.length} of ${needed} votes): ` +
        failureWords(votes[0]?.kind ?? "silent");
    }
    if (link?.isBad && last !== undefined) {
      const who = link.helpersReachedAt === undefined
        ? "this node does not reach it"
        : "others reach it, this node does not";
      return `${who}: ${failureWords(last.kind)}`;
    }
    if (link?.roundTripUs !== undefined && link.hasAnswered) {
      const rowless = this.#parts.beats.state(record.name, record.instance, now);
      const witness = rowless === "stale" || rowless === "missing"
        ? `; ${beatWords(this.#parts, record, now)}`
        : "";
      return `it answers pings, the last in ${formatRoundTrip(link.roundTripUs)}${witness}`;
    }
    return "those who watch it say so";
  }
}

function common(
  { name, instance, incarnation, addresses, tags, startedAt, software }: MemberRecord,
): Pick<
  MemberView,
  "name" | "kind" | "instance" | "incarnation" | "addresses" | "tags" | "startedAt" | "software"
> {
  return {
    name,
    kind: "node",
    instance,
    incarnation,
    addresses,
    tags,
    startedAt,
    software,
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

function wouldChange(status: MemberStatus, needed: number, votes: number): string[] {
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
