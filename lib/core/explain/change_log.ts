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
import type { Change, ChangedRun, ChangeKind, TimedChange } from "../members/change.ts";

/** How long changes are collected after one was told, in milliseconds. */
export const batchMs = 500;

/** Changes that wait at most; one more, and all are told at once. */
const changesWaitingMax = 1000;

/** Changes that a node keeps to look back on, beside those of the last step. */
export const changesKeptMax = 200;

/** What undoes a change. */
const takenBackBy: Readonly<Partial<Record<ChangeKind, ChangeKind>>> = {
  "failed": "returned",
  "link-bad": "link-mended",
  "isolated": "connected",
};

const takingBack: ReadonlySet<ChangeKind> = new Set(Object.values(takenBackBy));

/** What leaves the verdict on a member as it was. */
const passing: ReadonlySet<ChangeKind> = new Set(["suspected", "cleared", "held-up"]);

/** Collects changes and keeps the last ones. */
export class ChangeLog {
  readonly #kept: TimedChange[] = [];
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
    if (this.#waiting.length === 0) return Infinity;
    return this.#waiting.length > changesWaitingMax ? -Infinity : this.#toldAt + batchMs;
  }

  /** The last changes, the oldest first. */
  get kept(): readonly TimedChange[] {
    return this.#kept;
  }

  /** Since when a member is as it is; `undefined` if the change that made it so is not kept. */
  lastAt(name: NodeName): number | undefined {
    return this.#kept.findLast((change) => change.name === name && !passing.has(change.kind))?.at;
  }

  /** @param run of which run of the member it speaks */
  add(change: Change, run: ChangedRun, now: number): void {
    if (!this.#cancels(change)) this.#waiting.push(change);
    this.#keep(change, run, now);
  }

  /** Tells `changes` at once. They make no later one wait: a verdict may follow. */
  tellNow(
    changes: readonly Change[],
    runOf: (change: Change) => ChangedRun,
    now: number,
    out: Effect[],
  ): void {
    if (changes.length === 0) return;
    out.push({ kind: "changes", changes });
    for (const change of changes) this.#keep(change, runOf(change), now);
  }

  #keep(change: Change, { instance, incarnation }: ChangedRun, now: number): void {
    const { kind, name, reason } = change;
    const isPlain = change.status === undefined && change.service === undefined;
    // Written out: so it takes half the memory.
    const kept = isPlain
      ? { kind, name, reason, instance, incarnation, at: now }
      : { ...change, instance, incarnation, at: now };
    this.#kept.push(kept);
  }

  /**
   * Forgets the oldest if too many are kept. Before a step, not in it: who looks after each step misses
   * none, however many a single one brings.
   */
  trim(): void {
    if (this.#kept.length <= changesKeptMax) return;
    this.#forgotten += this.#kept.splice(0, this.#kept.length - changesKeptMax).length;
  }

  /** True if `change` takes back what waits to be told: then neither is news. */
  #cancels({ kind, name }: Change): boolean {
    // Of a thousand that join at once none is looked for among the others.
    if (!takingBack.has(kind)) return false;
    const index = this.#waiting.findLastIndex((one) => one.name === name);
    const before = this.#waiting[index];
    if (before === undefined || takenBackBy[before.kind] !== kind) return false;
    this.#waiting.splice(index, 1);
    return true;
  }

  /** Tells what waits if it is time; returns what it has told. */
  wake(now: number, out: Effect[]): readonly Change[] {
    return now >= this.dueAt ? this.tell(now, out) : [];
  }

  /** Tells what waits now, as later would be too late, and returns it. */
  tell(now: number, out: Effect[]): readonly Change[] {
    const changes = this.#waiting;
    if (changes.length === 0) return [];
    this.#toldAt = now;
    out.push({ kind: "changes", changes });
    this.#waiting = [];
    return changes;
  }
}
