/**
 * What follows from pings and votes: each part says what it has found or decided, and here it is
 * applied, in one order.
 *
 * @module
 */
import { unreachable } from "./base/assert.ts";
import type { Decision, FailureDetector } from "./detector/failure_detector.ts";
import type { Finding, Prober } from "./detector/prober.ts";
import type { CandidateFinding, CandidateProber } from "./discovery/candidate_prober.ts";
import type { Dissemination } from "./dissemination/dissemination.ts";
import type { StatusReporter } from "./explain/status_reporter.ts";
import type { MemberList } from "./dissemination/member_list.ts";
import type { News } from "./dissemination/news.ts";
import type { Outbox } from "./dissemination/outbox.ts";
import type { Effect, PingOutcome } from "./input.ts";
import type { Ping, Pings } from "./pings.ts";
import type { Naming } from "./registration/naming.ts";
import type { InstanceId } from "./registration/row.ts";

/** The parts that pings and votes concern. */
export interface PingConsequencesParts {
  readonly memberList: MemberList;
  readonly pings: Pings<Ping>;
  readonly outbox: Outbox;
  readonly prober: Prober;
  readonly candidateProber: CandidateProber;
  readonly naming: Naming;
  readonly detector: FailureDetector;
  readonly dissemination: Dissemination;
  readonly statusReporter: StatusReporter;
}

/** Applies what pings show, and what the failure detector makes of it. */
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

  /** A peer passes news on. */
  told(
    { records, votes, sightings }: News,
    from: InstanceId | undefined,
    now: number,
    out: Effect[],
  ): void {
    const { memberList, detector, dissemination } = this.#parts;
    for (const record of records) dissemination.heard(record, from, now);
    for (const vote of votes) {
      if (vote.subject !== memberList.self.instance) {
        this.#decided(detector.heard(vote, from, now), now, out);
      } else dissemination.refutations.accused(vote, now);
    }
    dissemination.sighted(sightings, now);
  }

  /** Carries out the verdicts that are due. */
  wake(now: number): void {
    const { detector, dissemination } = this.#parts;
    for (let due = detector.takeVerdict(now); due; due = detector.takeVerdict(now)) {
      if (due.isOwn) dissemination.publish(due.record, now);
      // If it only counts what others say, its own pings may speak against that.
      else dissemination.heard(due.record, undefined, now);
    }
  }

  #decided(decisions: readonly Decision[], now: number, out: Effect[]): void {
    const { prober, outbox, statusReporter } = this.#parts;
    for (const decision of decisions) {
      switch (decision.kind) {
        case "ask-probe":
          out.push(decision);
          break;
        case "vote":
          outbox.vote(decision.vote, now);
          break;
        case "look":
          prober.hasten(decision.name, now);
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
    const { prober, detector, dissemination, statusReporter } = this.#parts;
    switch (finding.kind) {
      case "none":
        return;
      case "pong":
        dissemination.ponged(finding, now, out);
        this.#decided(
          detector.linkGood(finding.record, finding.before !== "good", now),
          now,
          out,
        );
        if (finding.before !== "good") statusReporter.linkMended(finding, now);
        return;
      case "missed":
        return dissemination.missed(finding.record, now);
      case "bad":
        dissemination.missed(finding.record, now);
        this.#decided(detector.linkBad(finding.record, finding.link, now), now, out);
        if (finding.link.badSince === now) statusReporter.soon(now);
        return;
      case "proven":
        dissemination.proven(finding.claim, finding.outcome, now, out);
        return this.#found(prober.answered(finding.claim, finding.outcome, now), now, out);
      case "unanswered":
        return dissemination.unanswered(finding.candidate, now);
      default:
        return unreachable(finding);
    }
  }
}
