/**
 * What follows from pings, and from what peers tell: each part says what it has found or decided, and
 * here it is applied, in one order.
 *
 * @module
 */
import { unreachable } from "./base/assert.ts";
import type { Decision, FailureDetector } from "./detector/failure_detector.ts";
import type { Links } from "./detector/links.ts";
import type { PingsHeard } from "./detector/pings_heard.ts";
import type { Finding, Prober } from "./detector/prober.ts";
import type { Sweep } from "./detector/sweep.ts";
import type { CandidateFinding, CandidateProber } from "./discovery/candidate_prober.ts";
import type { Dissemination } from "./dissemination/dissemination.ts";
import type { StatusReporter } from "./explain/status_reporter.ts";
import type { MemberList } from "./members/member_list.ts";
import type { MemberRecord } from "./members/record.ts";
import type { News } from "./members/news.ts";
import type { Outbox } from "./dissemination/outbox.ts";
import { pingContent } from "./detector/ping_content.ts";
import type { Effect, Input, PingOutcome } from "./input.ts";
import type { Ping, Pings } from "./pings.ts";
import type { NewsConsequences } from "./news_consequences.ts";
import type { RegistryHeartbeats } from "./detector/registry_heartbeats.ts";
import type { Naming } from "./registration/naming.ts";
import type { RowKeeper } from "./registration/row_keeper.ts";
import type { InstanceId } from "./members/row.ts";
import type { Settings } from "./settings.ts";

/** The parts that pings and peers concern. */
export interface PingConsequencesParts {
  readonly memberList: MemberList;
  readonly settings: Settings;
  readonly links: Links;
  readonly pings: Pings<Ping>;
  readonly pingsHeard: PingsHeard;
  readonly outbox: Outbox;
  readonly prober: Prober;
  readonly sweep: Sweep;
  readonly candidateProber: CandidateProber;
  readonly naming: Naming;
  readonly keeper: Pick<RowKeeper, "look">;
  readonly detector: FailureDetector;
  readonly heartbeats: RegistryHeartbeats;
  readonly dissemination: Dissemination;
  readonly news: NewsConsequences;
  readonly statusReporter: StatusReporter;
}

/** Applies what pings and peers show, and what the failure detector makes of it. */
export class PingConsequences {
  readonly #parts: PingConsequencesParts;

  constructor(parts: PingConsequencesParts) {
    this.#parts = parts;
  }

  /** The ping of that number has ended: what it was for says whom that concerns. */
  ended(number: number, outcome: PingOutcome, now: number, out: Effect[]): void {
    const { pings, prober, candidateProber, naming } = this.#parts;
    const ping = pings.end(number);
    switch (ping?.purpose) {
      case undefined:
        return;
      case "pulse":
      case "sweep":
      case "probe":
        return this.#found(prober.ended(ping, outcome, now, out), now, out);
      case "candidate":
        return this.#found(candidateProber.ended(ping, outcome, now), now, out);
      case "name-claim":
        return naming.pingEnded(ping, outcome, now);
      default:
        return unreachable(ping);
    }
  }

  /** A helper has answered, or has not (`undefined`). */
  probeEnded(probe: number, reached: boolean | undefined, now: number, out: Effect[]): void {
    this.#decided(this.#parts.detector.probeEnded(probe, reached, now), now, out);
  }

  /** A member pings this node: answers; one that introduces itself is told who answers, too. */
  pinged(
    { from, content, reply }: Input & { kind: "pinged" },
    now: number,
    out: Effect[],
  ): void {
    const { settings, memberList, pingsHeard, prober, dissemination, news } = this.#parts;
    const peer = { isNew: content.record !== undefined, fingerprint: content.fingerprint };
    out.push({ kind: "pong", reply, content: pingContent(peer, memberList, settings) });
    const { self } = memberList;
    if (from.name !== self.name && from.instance !== self.instance) pingsHeard.heard();
    news.decided(dissemination.pinged(from, content, now), now, out);
    prober.heard(from, content, now);
  }

  /** The connection to a node broke, or its pong came too late: it is asked out of turn. */
  lostOrLate({ kind, name, instance }: Input & { kind: "lost" | "late" }, now: number): void {
    const { memberList, prober, candidateProber } = this.#parts;
    if (!memberList.holds(name, instance)) candidateProber.late(name, instance, now);
    else if (kind === "lost") prober.lost(name, now);
    else prober.hasten(name, now);
  }

  /** A peer passes news on. */
  told(told: News, from: InstanceId | undefined, now: number, out: Effect[]): void {
    const { records, votes, sightings } = told;
    const { memberList, heartbeats, outbox, detector, dissemination } = this.#parts;
    const { news, statusReporter } = this.#parts;
    // In a large cluster nearly everything that is told is known: that must cost next to nothing.
    this.#heard(memberList.unknownOf(records), from, now, out);
    for (const vote of votes) {
      if (vote.subject !== memberList.self.instance) {
        this.#decided(detector.heard(vote, from, now), now, out);
      } else news.decided(dissemination.own.accused(vote, now), now, out);
    }
    for (const sighting of sightings) {
      const { name, instance, heartbeat } = sighting;
      if (!memberList.failed.has(name) || !memberList.holds(name, instance)) continue;
      if (!heartbeats.sighted(name, instance, heartbeat, now)) continue;
      outbox.sighting(sighting, now);
      statusReporter.soon(now);
    }
    if (from !== undefined) outbox.heard(told, from);
  }

  /** A peer has told its records of the buckets that differ, and is told what it lacks. */
  synced(input: Input & { kind: "synced" }, now: number, out: Effect[]): void {
    const { memberList, dissemination, news } = this.#parts;
    const { fingerprint } = memberList;
    this.#heard(input.records, input.from, now, out);
    const hasChanged = memberList.fingerprint !== fingerprint;
    news.decided(dissemination.synced(input, hasChanged, now), now, out);
  }

  /** A peer says that of these. */
  #heard(
    records: readonly MemberRecord[],
    from: InstanceId | undefined,
    now: number,
    out: Effect[],
  ): void {
    const { dissemination, news } = this.#parts;
    for (const record of records) news.decided(dissemination.heard(record, from, now), now, out);
  }

  /** Carries out the verdicts that are due. */
  wake(now: number, out: Effect[]): void {
    const { detector, dissemination, news } = this.#parts;
    for (let due = detector.takeVerdict(now); due; due = detector.takeVerdict(now)) {
      // If it only counts what others say, its own pings may speak against that.
      const decisions = due.isOwn
        ? dissemination.publish(due.record, now)
        : dissemination.heard(due.record, undefined, now);
      news.decided(decisions, now, out);
    }
  }

  #decided(decisions: readonly Decision[], now: number, out: Effect[]): void {
    const { prober, sweep, links, outbox, statusReporter } = this.#parts;
    for (const decision of decisions) {
      switch (decision.kind) {
        case "ask-probe":
          out.push(decision);
          break;
        case "vote":
          outbox.vote(decision.vote, now);
          if (decision.vote.kind !== undefined) sweep.alert(now);
          break;
        case "look":
          prober.hasten(decision.name, now);
          break;
        case "reached":
          links.of(decision.name).reachedByHelpers(now);
          break;
        case "change":
          statusReporter.changed(decision.change, now);
          break;
        default:
          unreachable(decision);
      }
    }
  }

  #found(finding: Finding | CandidateFinding, now: number, out: Effect[]): void {
    const { prober, pingsHeard, detector, dissemination, statusReporter, news } = this.#parts;
    switch (finding.kind) {
      case "none":
        return;
      case "pong":
        pingsHeard.heard();
        news.decided(dissemination.ponged(finding, now), now, out);
        this.#decided(
          detector.linkGood(finding.record, finding.before !== "good", now),
          now,
          out,
        );
        if (finding.before !== "good") statusReporter.linkMended(finding, now);
        return;
      case "missed":
        this.#missed(finding.record, now);
        return news.decided(dissemination.missed(finding.record, now), now, out);
      case "bad":
        this.#missed(finding.record, now);
        news.decided(dissemination.missed(finding.record, now), now, out);
        this.#decided(detector.linkBad(finding.record, finding.link, now), now, out);
        if (finding.link.badSince === now) statusReporter.soon(now);
        return;
      case "proven":
        news.decided(dissemination.proven(finding.claim, finding.outcome, now), now, out);
        return this.#found(prober.answered(finding.claim, finding.outcome, now), now, out);
      case "unanswered":
        return news.unanswered(finding.candidate, now);
      default:
        return unreachable(finding);
    }
  }

  /** Other links may have failed, too, and its heartbeat tells more; where that is dear it waits. */
  #missed({ state }: MemberRecord, now: number): void {
    const { settings, sweep, keeper } = this.#parts;
    if (state === "alive") sweep.alert(now);
    if (settings.registryPaceMs === 0) keeper.look(now);
  }
}
