/**
 * Replies that are owed, by the name that they are about.
 *
 * Many may ask for the same at once. It is then done once, and all of them hear how it went.
 *
 * @module
 */
import type { Effect } from "../input.ts";
import type { NodeName } from "../base/name.ts";

/** Numbers of replies that wait for the same event. */
export class Replies {
  readonly #owed = new Map<NodeName, readonly number[]>();

  /** True if something is under way for `name`, even if nobody waits for it. */
  has(name: NodeName): boolean {
    return this.#owed.has(name);
  }

  /** These wait, too. */
  add(name: NodeName, replies: readonly number[]): void {
    this.#owed.set(name, [...this.#owed.get(name) ?? [], ...replies]);
  }

  /** Those that wait for `name`, and no longer do; `undefined` if nothing was under way. */
  take(name: NodeName): readonly number[] | undefined {
    const replies = this.#owed.get(name);
    this.#owed.delete(name);
    return replies;
  }

  /** All that wait, and no longer do. */
  takeAll(): readonly (readonly [NodeName, readonly number[]])[] {
    const all = [...this.#owed];
    this.#owed.clear();
    return all;
  }
}

/** Tells all who have asked for a node to be forgotten that it is, or the reason why not. */
export function answerForgotten(
  replies: readonly number[],
  refusal: string | undefined,
  out: Effect[],
): void {
  for (const reply of replies) out.push({ kind: "forgotten", reply, refusal });
}
