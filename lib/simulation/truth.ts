/**
 * What is really so in a simulated world, to hold the verdicts of its nodes against.
 *
 * A verdict is false if it calls somebody failed who runs, and whom enough others can reach. Who was
 * out of reach until a moment ago may still be called so: the word of it may be on its way.
 *
 * @module
 */
import type { Change } from "../core/members/change.ts";
import type { SimNode } from "./sim_node.ts";

/** For so long after its end a fault excuses what is said about it, in milliseconds. */
export const graceMs = 5000;

/** A verdict that was not true. */
export interface FalseVerdict {
  readonly atMs: number;
  readonly observer: string;
  readonly subject: string;
  readonly reason: string;
}

/** Who is gone, and who is cut off from whom. */
export class Truth {
  readonly #now: () => number;
  readonly #byName = new Map<string, SimNode>();
  /** Until when a node may be called failed. */
  readonly #until = new Map<SimNode, number>();
  #minority: ReadonlySet<SimNode> | undefined;
  #dividedUntil = -Infinity;

  /** @param now virtual time in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A node has started; it takes the place of an earlier one with its name. */
  started(node: SimNode): void {
    const before = this.#byName.get(node.core.name);
    if (before !== undefined) this.#until.set(node, this.#now() + graceMs);
    this.#byName.set(node.core.name, node);
  }

  /** The node of that name that started last. */
  named(name: string): SimNode | undefined {
    return this.#byName.get(name);
  }

  /** A node is gone or out of reach of others, until {@linkcode returned}. */
  gone(node: SimNode): void {
    this.#until.set(node, Infinity);
  }

  /** It is there again. */
  returned(node: SimNode): void {
    this.#until.set(node, this.#now() + graceMs);
  }

  /** Those in `minority` and all others do not reach each other. */
  divided(minority: ReadonlySet<SimNode>): void {
    this.#minority = minority;
    this.#dividedUntil = Infinity;
  }

  /** They do again. */
  united(): void {
    this.#dividedUntil = this.#now() + graceMs;
  }

  /** True if `subject` is where all can reach it, and runs. */
  isThere(subject: SimNode): boolean {
    return !this.#until.has(subject) || (this.#until.get(subject) ?? 0) < Infinity;
  }

  /** True if `observer` may say that `subject` has failed. */
  excuses(observer: SimNode, subject: SimNode): boolean {
    const now = this.#now();
    for (const node of [observer, subject]) if (now < (this.#until.get(node) ?? 0)) return true;
    if (now >= this.#dividedUntil || this.#minority === undefined) return false;
    // Right after the union each side hears what the other one has thought.
    if (this.#dividedUntil < Infinity) return true;
    return this.#minority.has(observer) !== this.#minority.has(subject);
  }

  /** What is false about a change that `observer` told; `undefined` if it is true or excused. */
  judge(observer: SimNode, change: Change): FalseVerdict | undefined {
    if (change.kind !== "failed" && change.kind !== "replaced") return undefined;
    const subject = this.#byName.get(change.name);
    if (subject === undefined || this.excuses(observer, subject)) return undefined;
    const { reason, name } = change;
    return { atMs: this.#now(), observer: observer.core.name, subject: name, reason };
  }
}
