/**
 * What follows from a ping that has ended: each part says what it has found, and here it is applied,
 * in one order.
 *
 * @module
 */
import { unreachable } from "./base/assert.ts";
import type { FailureDetector } from "./detector/failure_detector.ts";
import type { Finding, Prober } from "./detector/prober.ts";
import type { CandidateFinding, CandidateProber } from "./discovery/candidate_prober.ts";
import type { Dissemination } from "./dissemination/dissemination.ts";
import type { StatusReporter } from "./explain/status_reporter.ts";
import type { Effect, PingOutcome } from "./input.ts";
import type { Ping, Pings } from "./pings.ts";
import type { Naming } from "./registration/naming.ts";

/** The parts that pings concern. */
export interface PingConsequencesParts {
  readonly pings: Pings<Ping>;
  readonly prober: Prober;
  readonly candidateProber: CandidateProber;
  readonly naming: Naming;
  readonly detector: FailureDetector;
  readonly dissemination: Dissemination;
  readonly statusReporter: StatusReporter;
}

/** Applies what pings show. */
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

  #found(finding: Finding | CandidateFinding, now: number, out: Effect[]): void {
    const { prober, detector, dissemination, statusReporter } = this.#parts;
    switch (finding.kind) {
      case "none":
        return;
      case "pong":
        dissemination.ponged(finding, now, out);
        detector.linkGood(finding.record, finding.before !== "good", now);
        if (finding.before !== "good") statusReporter.linkMended(finding, now);
        return;
      case "missed":
        return dissemination.missed(finding.record, now);
      case "bad":
        dissemination.missed(finding.record, now);
        detector.linkBad(finding.record, finding.link, now, out);
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
