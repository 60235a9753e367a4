/**
 * What follows from what has come of this node's row and name: they say it, and here it is applied,
 * in one order.
 *
 * @module
 */
import { unreachable } from "./base/assert.ts";
import { countAbove } from "./base/count.ts";
import type { BeamWatch } from "./beam/beam_watch.ts";
import type { PingsHeard } from "./detector/pings_heard.ts";
import type { Prober } from "./detector/prober.ts";
import type { Sweep } from "./detector/sweep.ts";
import type { CandidateProber } from "./discovery/candidate_prober.ts";
import type { Candidates } from "./discovery/candidates.ts";
import type { MemberList } from "./members/member_list.ts";
import type { StatusReporter } from "./explain/status_reporter.ts";
import type { Effect, StopReason } from "./input.ts";
import type { Naming, NamingVerdict } from "./registration/naming.ts";
import type { KeeperNews, RowKeeper } from "./registration/row_keeper.ts";

/** The parts that row and name concern. */
export interface OwnRowConsequencesParts {
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly pingsHeard: PingsHeard;
  readonly prober: Prober;
  readonly sweep: Sweep;
  readonly candidateProber: CandidateProber;
  readonly keeper: RowKeeper;
  readonly naming: Naming;
  readonly statusReporter: StatusReporter;
  readonly beams: BeamWatch | undefined;
}

/** Applies what has come of row and name; the end of this node is one of it. */
export class OwnRowConsequences {
  readonly #parts: OwnRowConsequencesParts;
  #stopped = false;

  constructor(parts: OwnRowConsequencesParts) {
    this.#parts = parts;
  }

  /** True once this node has ended: nothing is done any more. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends this node. */
  stop(reason: StopReason, out: Effect[]): void {
    this.#stopped = true;
    out.push({ kind: "stop", reason });
  }

  /** Something has come of this node's row. */
  kept(news: KeeperNews | undefined, now: number, out: Effect[]): void {
    switch (news?.kind) {
      case undefined:
        return;
      case "held-by-another":
        return this.#parts.naming.checkHolder(news.holder, news.tenure, now);
      case "claimed":
        return this.#claimed(now, out);
      case "released":
        return this.stop({ kind: "left" }, out);
      default:
        return unreachable(news);
    }
  }

  /** Something is known of another holder of this node's name. */
  named(verdict: NamingVerdict | undefined, now: number, out: Effect[]): void {
    const { memberList, candidates, keeper } = this.#parts;
    switch (verdict?.kind) {
      case undefined:
        return;
      case "holder-gone": {
        const { holder } = verdict;
        if (keeper.phase === "claiming") {
          // Whoever knew the holder must see that this one comes after it.
          const incarnation = countAbove(memberList.self.incarnation, holder.row.incarnation);
          memberList.renewSelf({ incarnation });
        }
        return keeper.holderIsGone(holder, now, out);
      }
      case "renamed":
        memberList.rename(verdict.name);
        candidates.drop(verdict.name);
        keeper.restart(now);
        return this.kept(keeper.wake(now, out), now, out);
      case "taken":
        return this.stop({ kind: "name-taken", message: verdict.message }, out);
      default:
        return unreachable(verdict);
    }
  }

  /** The name is this node's: it is part of the cluster from now on. */
  #claimed(now: number, out: Effect[]): void {
    const { naming, memberList, statusReporter, pingsHeard, prober } = this.#parts;
    const { sweep, candidateProber, beams } = this.#parts;
    naming.claimed();
    out.push({ kind: "joined", name: memberList.self.name });
    statusReporter.start(now);
    pingsHeard.start(now);
    prober.start(now);
    sweep.start(now);
    candidateProber.start(now);
    beams?.start();
  }
}
