/**
 * The changes that one node has seen: those that wait to be told, and the last ones.
 *
 * What happens within half a second is told as one: a rack that goes dark is one piece of news, not
 * twenty.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { Effect } from "../input.ts";
import type { Change, ChangeKind, TimedChange } from "../members/change.ts";

/** How long changes are collected after one was told, in milliseconds. */
export const batchMs = 500;

/** Changes that a node keeps to look back on. */
export const changesKeptMax = 200;

/** What undoes a change. */
const takenBackBy: Readonly<Partial<Record<ChangeKind, ChangeKind>>> = {
  "failed": "returned",
  "link-bad": "link-mended",
  "isolated": "connected",
};

/** Collects changes and keeps the last ones. */
export class ChangeLog {
  readonly #kept: TimedChange[] = [];
  readonly #lastAt = new Map<NodeName, number>();
  #waiting: Change[] = [];
  #forgotten = 0;
  #toldAt = -Infinity;
  #startedAt = 0;

  /** This node has joined. */
  start(now: number): void {
    this.#startedAt = now;
  }

  /** When this node joined, on its own clock, in milliseconds. */
  get startedAt(): number {
    return this.#startedAt;
  }

  /** How many changes are no longer kept: the number of the first that is. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** When it wants to tell what waits. */
  get dueAt(): number {
    return this.#waiting.length === 0 ? Infinity : this.#toldAt + batchMs;
  }

  /** The last changes, the oldest first. */
  get kept(): readonly TimedChange[] {
    return this.#kept;
  }

  /** When the last kept change of a member happened; `undefined` if none is kept. */
  lastAt(name: NodeName): number | undefined {
    return this.#lastAt.get(name);
  }

  add(change: Change, now: number): void {
    if (!this.#cancels(change)) this.#waiting.push(change);
    this.#lastAt.set(change.name, now);
    this.#kept.push({ ...change, at: now });
    if (this.#kept.length <= changesKeptMax) return;
    this.#forgotten++;
    const oldest = this.#kept.shift();
    if (oldest === undefined || this.#lastAt.get(oldest.name) !== oldest.at) return;
    if (!this.#kept.some(({ name }) => name === oldest.name)) this.#lastAt.delete(oldest.name);
  }

  /** True if `change` takes back what waits to be told: then neither is news. */
  #cancels({ kind, name }: Change): boolean {
    const index = this.#waiting.findLastIndex((one) => one.name === name);
    const before = this.#waiting[index];
    if (before === undefined || takenBackBy[before.kind] !== kind) return false;
    this.#waiting.splice(index, 1);
    return true;
  }

  /** Tells what waits if it is time. */
  wake(now: number, out: Effect[]): void {
    if (now >= this.dueAt) this.tell(now, out);
  }

  /** Tells what waits now: later would be too late. */
  tell(now: number, out: Effect[]): void {
    if (this.#waiting.length === 0) return;
    this.#toldAt = now;
    out.push({ kind: "changes", changes: this.#waiting });
    this.#waiting = [];
  }
}
