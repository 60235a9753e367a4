/**
 * What follows from what the registry answers: the parts that read listings and keep rows say what they
 * have found out, and here it is applied, in one order.
 *
 * @module
 */
import { unreachable } from "./base/assert.ts";
import type { BeamForgetting } from "./beam/beam_forgetting.ts";
import type { BeamWatch } from "./beam/beam_watch.ts";
import type { Prober } from "./detector/prober.ts";
import type { CandidateProber } from "./discovery/candidate_prober.ts";
import type { Dissemination } from "./dissemination/dissemination.ts";
import type { MemberList } from "./members/member_list.ts";
import type { Outbox } from "./dissemination/outbox.ts";
import type { Change } from "./members/change.ts";
import type { StatusReporter } from "./explain/status_reporter.ts";
import type { Effect, Input, Removal } from "./input.ts";
import type { NewsConsequences } from "./news_consequences.ts";
import type { Dead, DeadRows } from "./registration/dead_rows.ts";
import type { Naming } from "./registration/naming.ts";
import type { RegistryPace } from "./registration/registry_pace.ts";
import type { ReaderDecision, RegistryReader } from "./registration/registry_reader.ts";
import type { RowKeeper } from "./registration/row_keeper.ts";
import type { OwnRowConsequences } from "./own_row_consequences.ts";

/** The parts that the registry concerns. */
export interface RegistryConsequencesParts {
  readonly memberList: MemberList;
  readonly outbox: Outbox;
  readonly prober: Prober;
  readonly candidateProber: CandidateProber;
  readonly dissemination: Dissemination;
  readonly naming: Naming;
  readonly keeper: RowKeeper;
  readonly reader: RegistryReader;
  readonly pace: RegistryPace;
  readonly deadRows: DeadRows;
  readonly beams: BeamWatch | undefined;
  readonly beamForgetting: BeamForgetting | undefined;
  readonly statusReporter: StatusReporter;
  readonly news: NewsConsequences;
  readonly ownRowConsequences: OwnRowConsequences;
}

/** What the registry says to a listing that failed, and to a write. */
type Answer = Input & {
  readonly kind: "list-failed" | "written" | "write-conflict" | "write-failed";
};

/** Applies what listings, writes and removals have come to. */
export class RegistryConsequences {
  readonly #parts: RegistryConsequencesParts;

  constructor(parts: RegistryConsequencesParts) {
    this.#parts = parts;
  }

  /** A complete listing came. */
  listed({ rows, beams }: Input & { kind: "listed" }, now: number, out: Effect[]): void {
    const { memberList, naming, keeper, reader, pace, deadRows, ownRowConsequences } = this.#parts;
    const { name, instance } = memberList.self;
    const own = rows.find(({ row }) => row.name === name);
    const isWhole = own?.row.instance === instance;
    naming.seen(own);
    const { decisions, doubtful } = reader.listed(rows, isWhole, now);
    for (const decision of decisions) this.#do(decision, now, out);
    const { isDelegate } = pace;
    this.#bury(deadRows.listed(rows, doubtful, { isWhole, isDelegate }, now, out), now, out);
    keeper.keepPace(pace.listed(rows.length, now));
    ownRowConsequences.kept(keeper.listed(own, now, out), now, out);
    this.#tell(this.#parts.beams?.listed(beams ?? [], isWhole, now, out), now);
    this.#tell(this.#parts.beamForgetting?.listed(out), now);
  }

  /** A listing has failed, or a write of this node's row has ended. */
  answered(input: Answer, now: number, out: Effect[]): void {
    const { keeper, pace, dissemination, news, ownRowConsequences } = this.#parts;
    switch (input.kind) {
      case "list-failed":
        return ownRowConsequences.kept(keeper.listFailed(input.reason, now, out), now, out);
      case "written":
        ownRowConsequences.kept(keeper.written(input.version, now, out), now, out);
        // The next heartbeat comes when this row says; from then on it may be another pause.
        keeper.keepPace(pace.written(keeper.pace, now));
        return news.decided(dissemination.own.ownershipConfirmed(now), now, out);
      case "write-conflict":
        return ownRowConsequences.kept(keeper.writeConflict(input.current, now, out), now, out);
      case "write-failed":
        return ownRowConsequences.kept(keeper.writeFailed(input.reason, now, out), now, out);
      default:
        return unreachable(input);
    }
  }

  /** A row was removed, or not: this node's own, or that of another one. */
  removed(input: Removal, now: number, out: Effect[]): void {
    const { memberList, keeper, deadRows, beamForgetting, ownRowConsequences } = this.#parts;
    if (input.name === memberList.self.name) {
      return ownRowConsequences.kept(keeper.removalEnded(input, now, out), now, out);
    }
    const changes = beamForgetting?.removed(input, out);
    if (changes === undefined) this.#bury(deadRows.removed(input, out), now, out);
    else this.#tell(changes, now);
  }

  /** Somebody asks this node to forget a dead one: for that it may need a fresh listing. */
  forget(input: Input & { kind: "forget" }, now: number, out: Effect[]): void {
    const { keeper, deadRows, beams, beamForgetting } = this.#parts;
    const isBeam = beams?.get(input.name) !== undefined;
    const part = isBeam ? beamForgetting : deadRows;
    if (part?.forget(input, out) === true) keeper.listNow(now);
  }

  #do(decision: ReaderDecision, now: number, out: Effect[]): void {
    const { prober, candidateProber, outbox, statusReporter } = this.#parts;
    switch (decision.kind) {
      case "introduce":
        return candidateProber.introduce(decision.name, decision.isFresh);
      case "look":
        return prober.hasten(decision.name, now);
      case "seek":
        return prober.seek(decision.name, now);
      case "sighting":
        return outbox.sighting(decision.sighting, now);
      case "change":
        return statusReporter.changed(decision.change, now);
      case "note":
        return void out.push(decision);
      default:
        return unreachable(decision);
    }
  }

  /** All are told that those are gone for good. */
  #bury(gone: readonly Dead[], now: number, out: Effect[]): void {
    const { dissemination, news } = this.#parts;
    for (const dead of gone) news.decided(dissemination.bury(dead, now), now, out);
  }

  #tell(changes: readonly Change[] = [], now: number): void {
    for (const change of changes) this.#parts.statusReporter.changed(change, now);
  }
}
