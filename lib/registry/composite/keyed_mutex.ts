/**
 * Changes of one row, one at a time: each of them takes several steps in several registries.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import type { NodeName } from "../../core/base/name.ts";

/** Whose turn it is, for each row. */
export class KeyedMutex {
  /** Resolves when all who asked for a row so far have had their turn. */
  readonly #last = new Map<NodeName, Promise<void>>();

  /**
   * The result of `work`, which begins when all earlier work on that row has ended.
   *
   * @throws the abort reason if `signal` is aborted before its turn comes
   */
  async run<T>(name: NodeName, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    const last = before === undefined ? done : before.then(() => done);
    this.#last.set(name, last);
    try {
      if (before !== undefined) await orAborted(before, signal);
      return await work();
    } finally {
      end();
      last.then(() => this.#clear(name, last));
    }
  }

  #clear(name: NodeName, last: Promise<void>): void {
    if (this.#last.get(name) === last) this.#last.delete(name);
  }
}
