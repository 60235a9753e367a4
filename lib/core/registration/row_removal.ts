/**
 * Takes this node's row out of the registry when it leaves, and keeps at it for as long as it may.
 *
 *     waiting ──write ended──▶ removing ──removed, or no row of ours──▶ done
 *         │                     │    ▲
 *         │     failed, changed └────┘ again
 *         └──version unknown──▶ looking ──▶ removing or done
 *
 * A write or a removal that seemed to fail may have been done all the same: the next try shows it.
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import type { ExponentialBackoff } from "../base/backoff.ts";
import { formatDuration } from "../base/duration.ts";
import type { Effect, Removal } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import type { InstanceId, StoredRow } from "../members/row.ts";

/** Longest pause between two tries, in milliseconds: there is not much time. */
const retryMaxMs = 500;

/** What a removal begins with. */
export interface RemovalStart {
  /** Whose row it is. */
  readonly name: NodeName;
  readonly instance: InstanceId;
  /** The version of the row, if it is known to stand. */
  readonly expectedVersion: string | undefined;
  /** True if a write was ever asked for: then it may stand although nothing is known of it. */
  readonly mayStand: boolean;
  /** A write, a listing is under way. */
  readonly isWriting: boolean;
  readonly isListing: boolean;
  /** Waits between tries. */
  readonly backoff: ExponentialBackoff;
  /** When to give up, and how long that is in all, in milliseconds. */
  readonly deadline: number;
  readonly timeoutMs: number;
}

/** State machine of one row on its way out. */
export class RowRemoval {
  readonly #start: RemovalStart;
  #state: "waiting" | "removing" | "looking" | "done";
  #expectedVersion: string | undefined;
  /** When to try again, if nothing is under way. */
  #retryAt = Infinity;
  #listing: "none" | "old" | "own";
  #reason = "it has not answered";

  constructor(start: RemovalStart, now: number, out: Effect[]) {
    this.#start = start;
    this.#state = "waiting";
    this.#expectedVersion = start.expectedVersion;
    this.#listing = start.isListing ? "old" : "none";
    if (!start.isWriting) this.#begin(now, out);
  }

  /** The row is gone, or was given up. */
  get isDone(): boolean {
    return this.#state === "done";
  }

  /** When it wants its next `wake`. */
  get wakeAt(): number {
    const isHeldUp = this.#state === "looking" && this.#listing !== "none";
    return Math.min(isHeldUp ? Infinity : this.#retryAt, this.#start.deadline);
  }

  /** Does what is due at `now`. */
  wake(now: number, out: Effect[]): void {
    if (this.isDone || now < this.wakeAt) return;
    if (now >= this.#start.deadline) return this.#giveUp(out);
    this.#retryAt = Infinity;
    if (this.#expectedVersion !== undefined) return this.#remove(this.#expectedVersion, out);
    this.#listing = "own";
    out.push({ kind: "list" });
  }

  /** The write that was under way is done. */
  written(version: string, now: number, out: Effect[]): void {
    if (this.#state !== "waiting") return;
    this.#expectedVersion = version;
    this.#begin(now, out);
  }

  /** Somebody else had changed the row before the write that was under way. */
  writeConflict(current: StoredRow | undefined, out: Effect[]): void {
    if (this.#state === "waiting") this.#found(current, out);
  }

  writeFailed(reason: string, now: number, out: Effect[]): void {
    if (this.#state !== "waiting") return;
    this.#reason = reason;
    this.#begin(now, out);
  }

  /** The removal that was under way is done, has failed, or met another version of the row. */
  removalEnded(removal: Removal, now: number, out: Effect[]): void {
    if (this.#state !== "removing") return;
    switch (removal.kind) {
      case "removed":
        return this.#end();
      case "remove-conflict":
        return this.#found(removal.current, out);
      case "remove-failed":
        return this.#retryLater(removal.reason, now);
      default:
        return unreachable(removal);
    }
  }

  /** A complete listing came; `own` is our name's row in it. */
  listed(own: StoredRow | undefined, out: Effect[]): void {
    if (this.#endListing() === "own") this.#found(own, out);
  }

  listFailed(reason: string, now: number): void {
    if (this.#endListing() === "own") this.#retryLater(reason, now);
  }

  /** Which listing has ended: one from before the leave may not know the last write. */
  #endListing(): "none" | "old" | "own" {
    const ended = this.#listing;
    this.#listing = "none";
    return ended;
  }

  #begin(now: number, out: Effect[]): void {
    if (this.#expectedVersion !== undefined) return this.#remove(this.#expectedVersion, out);
    if (!this.#start.mayStand) return this.#end();
    this.#state = "looking";
    this.#retryAt = now;
  }

  #found(own: StoredRow | undefined, out: Effect[]): void {
    if (own?.row.instance === this.#start.instance) this.#remove(own.version, out);
    else this.#end();
  }

  #remove(version: string, out: Effect[]): void {
    this.#state = "removing";
    this.#expectedVersion = version;
    out.push({ kind: "remove", name: this.#start.name, version });
  }

  #retryLater(reason: string, now: number): void {
    this.#reason = reason;
    this.#retryAt = now + this.#start.backoff.failed(retryMaxMs);
  }

  #giveUp(out: Effect[]): void {
    const { name, timeoutMs } = this.#start;
    const message = `The row of ${name} stays in the registry: it could not be removed within ` +
      `${formatDuration(timeoutMs)} (${this.#reason})`;
    out.push({ kind: "note", level: "warning", message });
    this.#end();
  }

  #end(): void {
    this.#state = "done";
  }
}
