/**
 * A round of turns: each member has one, in an order by chance.
 *
 * Only the last turn is remembered, and who follows is looked for among those that are there then. A
 * list of all that wait would be as long as that of the members, for days in a large cluster.
 *
 * @module
 */
import { mix } from "../base/hash.ts";
import type { Random } from "../base/random.ts";
import type { MemberRecord } from "../members/record.ts";

/** The rounds of one node, one after another. */
export class Round {
  readonly #random: Random;
  /** What the order follows from; `undefined` until the round begins. */
  #salt: number | undefined;
  #lastPlace = -1;
  #lastInstance = "";

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * The next one of `all` that `mayHaveTurn`; `undefined` once, when all had one: then another round
   * begins, in another order. Who is new in `all` has its turn in this round or in the next one.
   */
  next(
    all: Iterable<MemberRecord>,
    mayHaveTurn: (record: MemberRecord) => boolean,
  ): MemberRecord | undefined {
    const salt = this.#salt ??= this.#random.next();
    let next: MemberRecord | undefined;
    let nextPlace = Infinity;
    for (const record of all) {
      const place = mix(record.instanceHash ^ salt);
      if (place < this.#lastPlace || place > nextPlace) continue;
      // Hashes of two may be equal: their instances are not.
      if (place === this.#lastPlace && record.instance <= this.#lastInstance) continue;
      if (place === nextPlace && record.instance >= (next?.instance ?? "")) continue;
      if (!mayHaveTurn(record)) continue;
      next = record;
      nextPlace = place;
    }
    if (next !== undefined) [this.#lastPlace, this.#lastInstance] = [nextPlace, next.instance];
    else this.#end();
    return next;
  }

  #end(): void {
    this.#salt = undefined;
    this.#lastPlace = -1;
    this.#lastInstance = "";
  }
}
