/**
 * What a node does about what others say of it: it refutes what is not so.
 *
 * Whoever is called failed raises its incarnation above what was said, and so does one whose
 * incarnation was told higher than it is: nobody else can have raised it. If another instance stands
 * under its name, the registry is asked first whose the name is; but who is gone contests nothing.
 *
 * @module
 */
import { Accusation } from "./accusation.ts";
import { countAbove, isLeap } from "../base/count.ts";
import { wins } from "../members/record.ts";
import type { MemberRecord } from "../members/record.ts";
import type { Vote } from "../members/news.ts";

/** What is to be done about what others say. */
export type Refutation =
  | undefined
  /** Another instance claims the name: the registry knows whose it is. */
  | "contested"
  /** This node takes that incarnation, and tells everybody. */
  | { readonly incarnation: number };

/** The refutations of one node. */
export class Refutations {
  /**
   * The highest incarnation of another instance under this node's name, until the registry has
   * spoken.
   */
  #contested: number | undefined;
  readonly #accusation = new Accusation();
  #stopped = false;

  get wakeAt(): number {
    return this.#stopped ? Infinity : this.#accusation.dueAt;
  }

  /** This node leaves: from now on it is as others say. */
  stop(): void {
    this.#stopped = true;
  }

  /** Somebody tells a record of this node itself, or of its name. */
  heard(record: MemberRecord, self: MemberRecord, now: number): Refutation {
    // Nobody who has heard this node itself believes a leap, and it could not be answered for long.
    if (this.#stopped || isLeap(self.incarnation, record.incarnation)) return undefined;
    if (record.instance !== self.instance) {
      if (!wins(record, self)) return undefined;
      if (record.state !== "alive") return this.#refute(record.incarnation, self, now);
      this.#contested = Math.max(record.incarnation, this.#contested ?? 0);
      return "contested";
    }
    const isWrong = record.state !== "alive" && record.incarnation >= self.incarnation;
    if (isWrong || record.incarnation > self.incarnation) {
      return this.#refute(record.incarnation, self, now);
    }
    return undefined;
  }

  /** Somebody votes against this node. */
  accused({ kind, incarnation }: Vote, self: MemberRecord, now: number): Refutation {
    const own = self.incarnation;
    if (kind === undefined || incarnation < own || isLeap(own, incarnation)) return undefined;
    return this.#refute(incarnation, self, now);
  }

  /** The registry has confirmed that the name is this node's. */
  ownershipConfirmed(self: MemberRecord, now: number): Refutation {
    if (this.#contested === undefined) return undefined;
    const above = this.#contested;
    this.#contested = undefined;
    return this.#refute(above, self, now);
  }

  /** Raises the incarnation above what was said: whoever hears it knows that this node lives. */
  wake(self: MemberRecord, now: number): Refutation {
    const accused = this.#stopped ? undefined : this.#accusation.take(self.incarnation, now);
    return accused === undefined
      ? undefined
      : { incarnation: countAbove(self.incarnation, accused) };
  }

  /** This node is accused at that incarnation: answers at once, or when it may answer again. */
  #refute(accused: number, self: MemberRecord, now: number): Refutation {
    this.#accusation.hear(accused);
    return this.wake(self, now);
  }
}
