/**
 * What follows from news: a record that was taken changes what is pinged, suspected, written and told,
 * and here that is done, in one order.
 *
 * @module
 */
import { unreachable } from "./base/assert.ts";
import { candidateStatus, statusOf } from "./verdict/status_of.ts";
import type { VerdictParts } from "./verdict/status_of.ts";
import type { LocalHealth } from "./detector/local_health.ts";
import type { Prober } from "./detector/prober.ts";
import type { Sweep } from "./detector/sweep.ts";
import type { Candidate } from "./members/candidate.ts";
import type { Candidates } from "./discovery/candidates.ts";
import type { NewsDecision, Taken } from "./dissemination/news_decision.ts";
import { serviceChange } from "./members/change.ts";
import type { Change } from "./members/change.ts";
import { failedReason, unansweredReason } from "./verdict/reasons.ts";
import type { StatusReporter } from "./explain/status_reporter.ts";
import type { Effect } from "./input.ts";
import type { RowKeeper } from "./registration/row_keeper.ts";

/** The parts that news concern. */
export interface NewsConsequencesParts extends VerdictParts {
  readonly keeper: RowKeeper;
  readonly candidates: Candidates;
  readonly prober: Prober;
  readonly sweep: Sweep;
  readonly health: LocalHealth;
  readonly statusReporter: StatusReporter;
}

/** Applies what dissemination decides. */
export class NewsConsequences {
  readonly #parts: NewsConsequencesParts;

  constructor(parts: NewsConsequencesParts) {
    this.#parts = parts;
  }

  /** Does all that, in that order. */
  decided(decisions: readonly NewsDecision[], now: number, out: Effect[]): void {
    for (const decision of decisions) this.#do(decision, now, out);
  }

  /** Two pings to a candidate have failed: it is shown, as what it is. */
  unanswered(candidate: Candidate, now: number): void {
    const { candidates, keeper } = this.#parts;
    keeper.look(now);
    if (!candidates.isShown(candidate)) return;
    const status = candidateStatus(this.#parts, candidate, now);
    const reason = unansweredReason(candidate);
    this.#tell({ kind: "failed", name: candidate.name, status, reason }, now);
  }

  #do(decision: NewsDecision, now: number, out: Effect[]): void {
    const { links, prober, detector, keeper, health } = this.#parts;
    switch (decision.kind) {
      case "taken":
        return this.#taken(decision, now);
      case "made-up":
        detector.clear(decision.known.name);
        if (decision.isOther) prober.forget(decision.known);
        return;
      case "look":
        return prober.hasten(decision.name, decision.at ?? now);
      case "acquitted":
        return detector.answered(decision.record, decision.sentAt);
      case "rivalled":
        return detector.rivalled(decision.record, now);
      case "compare": {
        const from = links.addressee(decision.peer);
        return void out.push({ kind: "ask-sync", from, buckets: decision.buckets });
      }
      case "contested":
        return keeper.hasten(now);
      case "renewed":
        return keeper.bump(now);
      case "refuted":
        return health.worsen(1, now);
      case "change":
        return this.#tell(decision.change, now);
      case "tell":
      case "note":
      case "drop":
        return void out.push(decision);
      default:
        return unreachable(decision);
    }
  }

  #taken(taken: Taken, now: number): void {
    const { record, before, ghost } = taken;
    const { detector, prober } = this.#parts;
    const { name, instance } = record;
    const shown = before?.state === "left" ? ghost : before ?? ghost;
    const isReplaced = shown !== undefined && shown.instance !== instance;
    if (before !== undefined && before.instance !== instance) prober.forget(before);
    detector.clear(name);
    if (isReplaced && (shown === before || record.state === "alive")) {
      const reason = "a new process runs under its name";
      this.#tell({ kind: "replaced", name, reason }, now);
    }
    switch (record.state) {
      case "alive":
        if (!isReplaced) this.#lives(taken, shown !== undefined, now);
        break;
      case "failed":
        this.#failed(taken, now);
        break;
      case "left":
        prober.forget(record);
        this.#parts.heartbeats.forget(name);
        if (shown === undefined || isReplaced && shown === ghost) break;
        this.#left(name, shown === ghost || before?.state === "failed", now);
    }
    prober.refresh(now);
  }

  #lives({ record, before }: Taken, wasShown: boolean, now: number): void {
    const { name } = record;
    if (!wasShown) this.#tell({ kind: "joined", name, reason: "it answered" }, now);
    else if (before === undefined || before.state !== "alive") {
      this.#tell({ kind: "returned", name, reason: "it has shown that it lives" }, now);
    } else {
      const change = serviceChange(name, record.service, before.service);
      if (change !== undefined) this.#tell(change, now);
    }
  }

  #failed({ record, ghost }: Taken, now: number): void {
    const { detector, sweep, keeper } = this.#parts;
    const { name, instance } = record;
    detector.flapping.note(name, now);
    if (ghost?.instance === instance) return;
    sweep.alert(now);
    keeper.look(now);
    const status = statusOf(this.#parts, record, now);
    this.#tell(
      { kind: "failed", name, status, reason: failedReason(this.#parts, record, now) },
      now,
    );
  }

  #left(name: Change["name"], hadFailed: boolean, now: number): void {
    const reason = hadFailed ? "it had failed and its row was removed" : "it announced it";
    this.#tell({ kind: hadFailed ? "forgotten" : "left", name, reason }, now);
  }

  #tell(change: Change, now: number): void {
    this.#parts.statusReporter.changed(change, now);
  }
}
