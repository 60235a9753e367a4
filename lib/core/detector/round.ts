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
  #salt: number;
  #lastPlace = -1;
  #lastInstance = "";

  constructor(random: Random) {
    this.#random = random;
    this.#salt = random.next();
  }

  /**
   * The next one of `all` that `mayHaveTurn`; `undefined` once, when all had one and another round, in
   * another order, begins. Who is new in `all` has its turn in this round or in the next one.
   */
  next(
    all: Iterable<MemberRecord>,
    mayHaveTurn: (record: MemberRecord) => boolean,
  ): MemberRecord | undefined {
    let next: MemberRecord | undefined;
    let nextPlace = Infinity;
    for (const record of all) {
      const place = mix(record.instanceHash ^ this.#salt);
      if (place < this.#lastPlace || place > nextPlace) continue;
      // Hashes of two may be equal: their instances are not.
      if (place === this.#lastPlace && record.instance <= this.#lastInstance) continue;
      if (place === nextPlace && record.instance >= (next?.instance ?? "")) continue;
      if (!mayHaveTurn(record)) continue;
      next = record;
      nextPlace = place;
    }
    if (next === undefined) this.#begin();
    else [this.#lastPlace, this.#lastInstance] = [nextPlace, next.instance];
    return next;
  }

  #begin(): void {
    this.#salt = this.#random.next();
    this.#lastPlace = -1;
    this.#lastInstance = "";
  }
}
