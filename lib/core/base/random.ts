/**
 * Chance as an argument.
 *
 * The core never reaches for an ambient generator: it is handed one, so that a simulation with the
 * same seed makes the same choices. Not for keys: those come from the operating system.
 *
 * @module
 */

/** A stream of pseudo-random numbers. */
export interface Random {
  /** The next whole number in 0 … 2^32 − 1. */
  next(): number;
  /** A whole number in 0 … `bound` − 1; `bound` is at least 1. */
  below(bound: number): number;
  /** An independent stream derived from this one, for a subsystem of its own. */
  fork(): Random;
}

/**
 * A small, fast generator with 128 bits of state (sfc32, by Chris Doty-Humphrey, from PractRand).
 *
 * @param seed any whole number; equal seeds give equal streams
 *
 * @example The same seed gives the same numbers
 * ```ts
 * import { seededRandom } from "@clusternode/clusternode/core";
 *
 * const [one, other] = [seededRandom(7), seededRandom(7)];
 * console.log(one.below(6) === other.below(6)); // true
 * ```
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88 ^ Math.floor(seed / 0x1_0000_0000);
  let c = 0xb7e15162;
  let counter = 1;
  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  }
  for (let round = 0; round < 15; round++) next();
  return {
    next,
    below: (bound) => Math.floor(next() / 0x1_0000_0000 * bound),
    fork: () => seededRandom(next() + next() % 0x20_0000 * 0x1_0000_0000),
  };
}

/** A new order of `items`, each order equally likely; the given list is left as it is. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

/** Of `items` so many at most, each with the same chance; the same ones again if there are no more. */
export function sampled<T>(items: readonly T[], max: number, random: Random): readonly T[] {
  if (items.length <= max) return items;
  const order = [...items];
  for (let place = 0; place < max; place++) {
    const other = place + random.below(order.length - place);
    [order[place], order[other]] = [order[other] as T, order[place] as T];
  }
  return order.slice(0, max);
}
