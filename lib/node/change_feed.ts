/**
 * What a node tells of the others: what holds by now, and then what happens.
 *
 * @module
 */
import type { Change, ToldChange } from "../core/members/change.ts";
import { StandingChanges } from "../core/members/standing_changes.ts";
import { Broadcast } from "./subscription.ts";

/** Hands changes to all who read, and what holds to those who begin. */
export class ChangeFeed {
  readonly #broadcast = new Broadcast<ToldChange>();
  readonly #standing = new StandingChanges<Change>();

  /** Tells one change. */
  send(change: Change): void {
    this.#standing.add(change, change);
    this.#broadcast.send({ ...change, snapshot: false });
  }

  /** Ends all readers once they have taken what waits for them. */
  close(): void {
    this.#standing.clear();
    this.#broadcast.close();
  }

  /**
   * What holds now, and then all changes until {@linkcode close}, without a gap or a double.
   *
   * @throws the abort reason as soon as `signal` is aborted, whatever waits by then
   */
  read(signal?: AbortSignal): AsyncIterable<ToldChange> {
    const snapshot = this.#standing.all.map((change) => ({ ...change, snapshot: true }));
    return this.#broadcast.read(signal, snapshot);
  }
}
