/**
 * What a node does about what others say of it: it refutes what is not so.
 *
 * Whoever is called failed raises its incarnation above what was said, and so does one whose
 * incarnation was told higher than it is: nobody else can have raised it. If another instance stands
 * under its name, the registry is asked first whose the name is.
 *
 * @module
 */
import type { MemberList } from "./member_list.ts";
import type { RowKeeper } from "../registration/row_keeper.ts";
import type { LocalHealth } from "../detector/local_health.ts";
import { Accusation } from "../detector/accusation.ts";
import { countAbove, isLeap } from "../base/count.ts";
import { wins } from "./record.ts";
import type { MemberRecord } from "./record.ts";
import type { Vote } from "../detector/suspicion.ts";

/** What refuting works with. */
export interface RefutationParts {
  readonly memberList: MemberList;
  readonly keeper: RowKeeper;
  readonly health: LocalHealth;
}

/** The refutations of one node. */
export class Refutations {
  readonly #parts: RefutationParts;
  readonly #raise: (incarnation: number, now: number) => void;
  /**
   * The highest incarnation of another instance under this node's name, until the registry has
   * spoken.
   */
  #contested: number | undefined;
  readonly #accusation = new Accusation();
  #stopped = false;

  /** @param raise gives this node an incarnation, and tells everybody */
  constructor(
    parts: RefutationParts,
    raise: (incarnation: number, now: number) => void,
  ) {
    this.#parts = parts;
    this.#raise = raise;
  }

  get wakeAt(): number {
    return this.#stopped ? Infinity : this.#accusation.dueAt;
  }

  /** This node leaves: from now on it is as others say. */
  stop(): void {
    this.#stopped = true;
  }

  /** Somebody tells a record of this node itself, or of its name. */
  heard(record: MemberRecord, now: number): void {
    const { memberList: { self }, keeper } = this.#parts;
    // Nobody who has heard this node itself believes a leap, and it could not be answered for long.
    if (this.#stopped || isLeap(self.incarnation, record.incarnation)) return;
    if (record.instance !== self.instance) {
      if (!wins(record, self)) return;
      this.#contested = Math.max(record.incarnation, this.#contested ?? 0);
      return keeper.hasten(now);
    }
    const isWrong = record.state !== "alive" && record.incarnation >= self.incarnation;
    if (isWrong || record.incarnation > self.incarnation) this.#refute(record.incarnation, now);
  }

  /** Somebody votes against this node. */
  accused({ kind, incarnation }: Vote, now: number): void {
    const own = this.#parts.memberList.self.incarnation;
    if (kind === undefined || incarnation < own || isLeap(own, incarnation)) return;
    this.#refute(incarnation, now);
  }

  /** The registry has confirmed that the name is this node's. */
  ownershipConfirmed(now: number): void {
    if (this.#contested === undefined) return;
    const above = this.#contested;
    this.#contested = undefined;
    this.#refute(above, now);
  }

  /** Raises the incarnation above what was said: whoever hears it knows that this node lives. */
  wake(now: number): void {
    const { memberList: { self }, health } = this.#parts;
    const accused = this.#stopped ? undefined : this.#accusation.take(self.incarnation, now);
    if (accused === undefined) return;
    this.#raise(countAbove(self.incarnation, accused), now);
    health.worsen(1, now);
  }

  /** This node is accused at that incarnation: answers at once, or when it may answer again. */
  #refute(accused: number, now: number): void {
    this.#accusation.hear(accused);
    this.wake(now);
  }
}
