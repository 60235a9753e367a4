/**
 * Whose the name is when nodes that cannot ping each other write over each other's rows, as
 * machines do that all give one address.
 *
 * A row proves nothing, so a node that holds its name writes it again (see `row_defence.ts`). Its row
 * then says so: it **reclaims** the name from the instances that wrote over it, and names the
 * heartbeat of the row of each that it read. Outside of the core that is signed with the cookie,
 * and what is not signed never gets here (`reclaim_proof.ts`). The last few are named, as one that
 * writes over the row keeps others from reading it.
 *
 *     A holds, B and C start       rows, one after the other      who reads it
 *     B takes it from A            B                              C
 *     C takes it from B            C                              A
 *     A reclaims it from C         A, reclaims C's first row      C yields, as it is new here
 *
 * Only a **newcomer** yields so: a node that took the name from a row of another one, and whose own
 * row has not stood undisturbed for a while since. So whoever was first stays, also when it pauses
 * longer from one defence to the next. And it yields only if the row that is reclaimed is the last
 * one that it knows to have written: what was true an hour ago, and is written once more by
 * somebody who has kept it, ends nobody. Of all that write over each other the last one is
 * reclaimed by none, and stays.
 *
 * @module
 */
import { doubtMs } from "./name_claim.ts";
import { reclaimedMax } from "../members/row.ts";
import type { Reclaim, Reclaimed, Row } from "../members/row.ts";

/**
 * For so long, beyond the time in which a missed heartbeat would show, a row has to stand before
 * its node is no newcomer any more, in milliseconds: several of the longest pauses of a holder that
 * defends its own.
 */
const settlingMs = 60_000;

/** What one node knows of its claim to its name. */
export class NameDispute {
  /** How long this node has to be a newcomer; 0 if there was no row of another one. */
  #newMs = 0;
  #newcomerUntil = -Infinity;
  /** The heartbeat of the last row of this node that is known to have stood. */
  #stood = 0;
  #reclaimed: readonly Reclaimed[] = [];

  /** What this node's row says of those that wrote over it. */
  get reclaims(): Reclaim | undefined {
    return this.#reclaimed.length === 0 ? undefined : { from: this.#reclaimed };
  }

  /** This node, which has no name yet, writes where `holder` has its row, or where there is none. */
  takesFrom(holder: Row | undefined): void {
    this.#newMs = holder === undefined ? 0 : doubtMs(holder) + settlingMs;
  }

  /** This node, which has the name, writes over that row. */
  takesBackFrom({ instance, heartbeat }: Row, now: number): void {
    const others = this.#reclaimed.filter((one) => one.instance !== instance);
    this.#reclaimed = [...others.slice(1 - reclaimedMax), { instance, heartbeat }];
    this.disturbed(now);
  }

  /** The row of this node was found written over. */
  disturbed(now: number): void {
    if (now < this.#newcomerUntil) this.#newcomerUntil = now + this.#newMs;
  }

  /** The row of this node is in the registry; `isFirst` if it has the name only since then. */
  stands(heartbeat: number, isFirst: boolean, now: number): void {
    // An older row of this node may have been written once more.
    this.#stood = Math.max(this.#stood, heartbeat);
    if (isFirst && this.#newMs > 0) this.#newcomerUntil = now + this.#newMs;
  }

  /**
   * True if `row`, which stands in the place of that of this node, shows that its node had the name
   * before.
   *
   * @param own this node, and the heartbeat that it wrote last, whether that has arrived or not
   */
  isLostTo({ reclaims }: Row, own: Reclaimed, now: number): boolean {
    if (now >= this.#newcomerUntil || reclaims === undefined) return false;
    return reclaims.from.some(({ instance, heartbeat }) =>
      instance === own.instance && heartbeat >= this.#stood && heartbeat <= own.heartbeat
    );
  }
}
