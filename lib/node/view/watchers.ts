/**
 * Who wants to hear at once that a node sees something else than before.
 *
 * Changes are told to people and programs in batches. Who shows the cluster as it is does not wait for
 * those, and looks for itself what it is that has changed.
 *
 * @module
 */
import type { Barrier } from "../../barrier.ts";

/** The watchers of one node. */
export class Watchers {
  readonly #barrier: Barrier;
  readonly #listeners = new Set<() => void>();
  #changeCount = 0;
  #phase = "starting";

  constructor(barrier: Barrier) {
    this.#barrier = barrier;
  }

  /** Calls `listener` after each change, until it is disposed. */
  add(listener: () => void): Disposable {
    // The same function may watch twice.
    const own = (): void => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /**
   * A step is over.
   *
   * @param changeCount how many changes the node has seen since it started
   * @param phase how far it is
   */
  settled(changeCount: number, phase: string): void {
    if (changeCount === this.#changeCount && phase === this.#phase) return;
    this.#changeCount = changeCount;
    this.#phase = phase;
    for (const listener of this.#listeners) this.#barrier.run("a watcher of the node", listener);
  }
}
