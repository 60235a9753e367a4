/**
 * Those of whom only a row in the registry is known: who is to be asked next whether it lives.
 *
 * A registry may be full of rows that nobody stands behind any more. Whoever has just appeared there,
 * or whose heartbeat moves, surely lives and is asked first; the others in random order, as the budget
 * of pings permits. So a cluster comes together over a thousand ghosts as quickly as over none.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { Random } from "../base/random.ts";

/**
 * Up to so many others one may wait several times: a name whose row changes hands comes again with each
 * new holder. In a set they would take four times the memory.
 */
const othersMin = 1024;

/** A queue of names in two classes. */
export class UnverifiedQueue {
  readonly #random: Random;
  readonly #fresh = new Set<NodeName>();
  #others: NodeName[] = [];
  /** From so many others on it is looked for those that wait several times. */
  #othersMax = othersMin;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many wait. */
  get size(): number {
    return this.#fresh.size + this.#others.length;
  }

  /** True if nobody waits. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** How many wait who were alive a moment ago. */
  get freshCount(): number {
    return this.#fresh.size;
  }

  /** How many others wait. */
  get otherCount(): number {
    return this.#others.length;
  }

  /** A row was read. @param isFresh true if it shows that its owner was alive a moment ago */
  add(name: NodeName, isFresh: boolean): void {
    if (isFresh) return void this.#fresh.add(name);
    this.#others.push(name);
    if (this.#others.length <= this.#othersMax) return;
    this.#others = [...new Set(this.#others)];
    this.#othersMax = Math.max(othersMin, 2 * this.#others.length);
  }

  /** Nobody waits any more. */
  clear(): void {
    if (this.isEmpty) return;
    this.#fresh.clear();
    this.#others = [];
  }

  /** Takes one of those out who were alive a moment ago, or one of the others at random. */
  take(isFresh: boolean): NodeName | undefined {
    if (isFresh) {
      const [name] = this.#fresh;
      if (name !== undefined) this.#fresh.delete(name);
      return name;
    }
    const { length } = this.#others;
    if (length === 0) return undefined;
    const index = this.#random.below(length);
    const name = this.#others[index];
    this.#others[index] = this.#others[length - 1] as NodeName;
    this.#others.pop();
    return name;
  }
}
