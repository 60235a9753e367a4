/**
 * Keeps this node's own row in the registry, and looks there for others.
 *
 *     claiming ──row written──▶ held ──leave──▶ releasing ──row removed──▶ released
 *         │                       │
 *         │   another instance under our name: ask it (the holder)
 *         ├── it answers ──▶ the name is taken: the next one, or stop
 *         └── it does not ─▶ write over its row; once held, again and again, but ever more slowly,
 *                            unless it shows that it had the name before this node
 *
 * The registry may be away, slow, full or wiped at any time. That is said once, tried again with
 * growing pauses, and changes nothing about who is believed to live. A row that vanished is written
 * again.
 *
 * @module
 */
import { ExponentialBackoff } from "../base/backoff.ts";
import { countAbove, isLeap } from "../base/count.ts";
import { formatDuration } from "../base/duration.ts";
import type { Effect, Removal } from "../input.ts";
import type { Tenure } from "./name_claim.ts";
import { NameDispute } from "./name_dispute.ts";
import type { Random } from "../base/random.ts";
import type { InstanceId, RowDraft, StoredRow } from "./row.ts";
import { firstPace } from "./registry_pace.ts";
import type { Pace } from "./registry_pace.ts";
import { RowDefence } from "./row_defence.ts";
import { RowRemoval } from "./row_removal.ts";

/** First pause between tries while the registry is away, in milliseconds. */
const retryFirstMs = 250;

/** Shortest pause between two looks at our own row because it is in doubt, in milliseconds. */
const hastenPauseMs = 1000;

/** The keeper asks its owner for these. */
export interface KeeperOwner {
  /** The row to write next, apart from its heartbeat. */
  draft(): Omit<RowDraft, "heartbeat">;
  /**
   * Another instance holds our name, or has taken it: find out whether it lives, then call
   * `holderChecked`.
   */
  checkHolder(holder: StoredRow, tenure: Tenure, now: number): void;
  /** The row is in the registry for the first time. */
  claimed(now: number): void;
  /** The row is gone, or it cannot be removed in time. */
  released(now: number): void;
}

/** Where the keeper stands. */
export type KeeperPhase = "claiming" | "held" | "releasing" | "released";

/** State machine of one node's dealings with the registry. */
export class RowKeeper {
  readonly #owner: KeeperOwner;
  readonly #reading: ExponentialBackoff;
  readonly #writing: ExponentialBackoff;
  readonly #defence: RowDefence;
  readonly #dispute = new NameDispute();
  /** Since when the registry is away, for reading, for writing or both. */
  #awaySince = 0;
  #phase: KeeperPhase = "claiming";
  #heartbeat = 0;
  #expectedVersion: string | undefined;
  /** The instance that has written over this node's row last, and has proven nothing. */
  #intruder: InstanceId | undefined;
  #listAt: number;
  #listedAt = -Infinity;
  #hastenedAt = -Infinity;
  #writeAt = Infinity;
  #listing = false;
  #write: "idle" | "busy" | "checking" = "idle";
  #writtenSinceList = false;
  /** True once the registry was asked to write the row under the present name. */
  #wasAsked = false;
  #removal: RowRemoval | undefined;
  /** The row was not in a listing, is being written anew, and nothing was told that explains it. */
  #isRestoring = false;
  /** The registry was away since the last write: what is missing after that is no news. */
  #hasBeenAway = false;
  #lastReason = "";

  /** When the listing that is under way, or the last one, was asked for. */
  listStartedAt = -Infinity;
  #pace: Pace;

  constructor(owner: KeeperOwner, intervalMs: number, random: Random, now: number) {
    this.#owner = owner;
    this.#reading = new ExponentialBackoff(retryFirstMs, random);
    this.#writing = new ExponentialBackoff(retryFirstMs, random);
    this.#defence = new RowDefence(random);
    this.#listAt = now;
    this.#pace = firstPace(intervalMs);
  }

  /** How often it writes and lists. */
  get pace(): Pace {
    return this.#pace;
  }

  /** From now on it writes and lists so often. */
  keepPace(pace: Pace): void {
    this.#pace = pace;
  }

  get phase(): KeeperPhase {
    return this.#phase;
  }

  /** Why the registry could not be used the last time, for a message; empty if it never failed. */
  get lastReason(): string {
    return this.#lastReason;
  }

  /** True while the registry cannot be read or written. */
  get away(): boolean {
    return this.#reading.failing || this.#writing.failing;
  }

  /** When the keeper wants its next `wake`. */
  get wakeAt(): number {
    if (this.#removal !== undefined) return this.#removal.isDone ? Infinity : this.#removal.wakeAt;
    const list = this.#listing ? Infinity : this.#listAt;
    const write = this.#write === "idle" ? this.#writeAt : Infinity;
    return Math.min(list, write);
  }

  /** Does what is due at `now`. */
  wake(now: number, out: Effect[]): void {
    if (this.#removal !== undefined) return this.#release((row) => row.wake(now, out), now);
    if (!this.#listing && now >= this.#listAt) {
      this.#listing = true;
      this.listStartedAt = now;
      this.#writtenSinceList = false;
      out.push({ kind: "list" });
    }
    if (this.#write === "idle" && now >= this.#writeAt) this.#startWrite(out);
  }

  /** A complete listing came; `own` is our name's row in it. */
  listed(own: StoredRow | undefined, now: number, out: Effect[]): void {
    if (this.#removal !== undefined) return this.#release((row) => row.listed(own, out), now);
    this.#listing = false;
    this.#listedAt = now;
    this.#listAt = now + this.#pace.listIntervalMs;
    this.#tellBack(this.#reading, now, out);
    if (this.#phase === "claiming" && this.#write === "idle" && this.#writeAt === Infinity) {
      this.#claim(own, now, out);
    } else if (this.#phase === "held" && own === undefined && !this.#writtenSinceList) {
      if (this.#write !== "idle" || this.#writing.failing) return;
      this.#expectedVersion = undefined;
      this.#isRestoring = !this.#hasBeenAway;
      this.#startWrite(out);
    } else if (this.#phase === "held" && own !== undefined) this.#looked(own, now, out);
  }

  /** The row under the name of this node, as it was listed. */
  #looked(current: StoredRow, now: number, out: Effect[]): void {
    const { instance } = current.row;
    if (instance === this.#owner.draft().instance || this.#writtenSinceList) return;
    if (this.#write !== "idle") return;
    if (this.#isLostTo(current, now)) return this.#claim(current, now, out);
    // Of whom has not answered a later row says nothing else; others are asked when it is written.
    if (instance === this.#intruder && current.version !== this.#expectedVersion) {
      this.#writeOver(current, now, out);
    } else this.bump(now);
  }

  /** Somebody who has not answered has written over this node's row. */
  #writeOver({ row, version }: StoredRow, now: number, out: Effect[], at?: number): void {
    this.#dispute.takesBackFrom(row, now);
    this.#intruder = row.instance;
    this.#expectedVersion = version;
    this.#writeAt = at ?? this.#defence.overwritten(row.name, now, out);
    if (now >= this.#writeAt) this.#startWrite(out);
  }

  listFailed(reason: string, now: number, out: Effect[]): void {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.listFailed(reason, now), now);
    }
    this.#listing = false;
    this.#listAt = now + this.#tellAway(this.#reading, reason, now, out);
  }

  written(version: string, now: number, out: Effect[]): void {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.written(version, now, out), now);
    }
    this.#write = "idle";
    this.#writtenSinceList = true;
    if (this.#isRestoring) {
      const message = "This node's row was missing from the registry; written again";
      out.push({ kind: "note", level: "warning", message });
    }
    this.#isRestoring = false;
    this.#hasBeenAway = false;
    this.#tellBack(this.#writing, now, out);
    this.#defence.stands(this.#owner.draft().name, now, out);
    this.#stands(version, this.#heartbeat, now);
  }

  /** Our row is in the registry, in that version and with that heartbeat. */
  #stands(version: string, heartbeat: number, now: number): void {
    this.#expectedVersion = version;
    this.#dispute.stands(heartbeat, this.#phase === "claiming", now);
    this.#writeAt = now + this.#pace.heartbeatIntervalMs;
    if (this.#phase !== "claiming") return;
    this.#phase = "held";
    // Of two that start at once, the later writer finds the other's row when it looks after writing.
    this.#listAt = now;
    this.#owner.claimed(now);
  }

  /** Our write lost: someone else changed the row since we saw it. */
  writeConflict(current: StoredRow | undefined, now: number, out: Effect[]): void {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.writeConflict(current, out), now);
    }
    this.#write = "idle";
    // If it is our own row after all, it was the listing that was wrong.
    this.#isRestoring = false;
    const isOwn = current?.row.instance === this.#owner.draft().instance;
    if (this.#writing.failing && isOwn) {
      // The write that seemed to fail was done. Whether the registry is well shows the next one.
      this.#follow(current.row.heartbeat);
      return this.#stands(current.version, Math.min(current.row.heartbeat, this.#heartbeat), now);
    }
    this.#tellBack(this.#writing, now, out);
    this.#claim(current, now, out);
  }

  writeFailed(reason: string, now: number, out: Effect[]): void {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.writeFailed(reason, now, out), now);
    }
    this.#write = "idle";
    this.#writeAt = now + this.#tellAway(this.#writing, reason, now, out);
  }

  /** The owner has found out about the other holder of our name; if it lives, the owner decides. */
  holderChecked(holder: StoredRow, lives: boolean, now: number, out: Effect[]): void {
    if (this.#write !== "checking" || this.#removal !== undefined) return;
    this.#write = "idle";
    if (lives) return;
    if (this.#phase === "held") return this.#writeOver(holder, now, out);
    this.#expectedVersion = holder.version;
    this.#dispute.takesFrom(holder.row);
    if (now >= this.#writeAt || this.#writeAt === Infinity) this.#startWrite(out);
  }

  /** Starts over under another name. */
  restart(now: number): void {
    if (this.#removal !== undefined) return;
    this.#phase = "claiming";
    this.#write = "idle";
    this.#writeAt = Infinity;
    this.#expectedVersion = undefined;
    this.#wasAsked = false;
    this.#listAt = now;
  }

  /** Somebody may have changed something: looks soon, but not at once again and again. */
  hint(now: number): void {
    if (this.#phase !== "held" || this.#reading.failing) return;
    this.#listAt = Math.min(this.#listAt, Math.max(now, this.#listedAt + this.#pace.hintPauseMs));
  }

  /** Writes the row without waiting for its turn: others may doubt that this node lives. */
  bump(now: number): void {
    if (this.#phase !== "held") return;
    this.#writeAt = Math.min(this.#writeAt, Math.max(now, this.#defence.notBefore));
  }

  /**
   * Looks and writes without waiting for its turn, but not again and again: something about our own
   * row is in doubt.
   */
  hasten(now: number): void {
    const at = Math.max(now, this.#hastenedAt + hastenPauseMs);
    if (at === now) this.#hastenedAt = now;
    this.#listAt = Math.min(this.#listAt, at);
    this.bump(at);
  }

  /** Takes the row out, or gives up after `timeoutMs` and says so. */
  release(timeoutMs: number, now: number, out: Effect[]): void {
    const { name, instance } = this.#owner.draft();
    this.#phase = "releasing";
    // From here on nothing is written: a heartbeat that falls due now would bring the row back.
    this.#removal = new RowRemoval(
      {
        name,
        instance,
        expectedVersion: this.#expectedVersion,
        mayStand: this.#wasAsked,
        isWriting: this.#write === "busy",
        isListing: this.#listing,
        backoff: this.#writing,
        deadline: now + timeoutMs,
        timeoutMs,
      },
      now,
      out,
    );
    this.#release(() => {}, now);
  }

  /** The removal that was asked for has ended. */
  removalEnded(removal: Removal, now: number, out: Effect[]): void {
    this.#release((row) => row.removalEnded(removal, now, out), now);
  }

  /** Takes a step of the removal; ends with it. */
  #release(step: (removal: RowRemoval) => void, now: number): void {
    if (this.#removal === undefined || this.#phase === "released") return;
    step(this.#removal);
    if (!this.#removal.isDone) return;
    this.#phase = "released";
    this.#owner.released(now);
  }

  #claim(own: StoredRow | undefined, now: number, out: Effect[]): void {
    const mine = this.#owner.draft();
    if (own === undefined || own.row.instance === mine.instance) {
      // Ours: an earlier write succeeded although we were told otherwise.
      this.#expectedVersion = own?.version;
      if (own === undefined && this.#phase === "claiming") this.#dispute.takesFrom(undefined);
      this.#follow(own?.row.heartbeat ?? 0);
      return this.#startWrite(out);
    }
    const isLost = this.#isLostTo(own, now);
    this.#dispute.disturbed(now);
    const tenure = this.#phase === "claiming" ? "claiming" : isLost ? "reclaimed" : "held";
    if (tenure === "held" && own.row.instance === this.#intruder && this.#defence.retry()) {
      return this.#writeOver(own, now, out, now);
    }
    this.#write = "checking";
    this.#writeAt = Infinity;
    this.#owner.checkHolder(own, tenure, now);
  }

  /** The node of that row has shown that it had the name before this one, which took it. */
  #isLostTo({ row }: StoredRow, now: number): boolean {
    const { instance } = this.#owner.draft();
    return this.#dispute.isLostTo(row, { instance, heartbeat: this.#heartbeat }, now);
  }

  /** Our row holds a heartbeat that may be ahead of ours; one that leaps is not from this node. */
  #follow(heartbeat: number): void {
    if (!isLeap(this.#heartbeat, heartbeat)) this.#heartbeat = Math.max(this.#heartbeat, heartbeat);
  }

  #startWrite(out: Effect[]): void {
    this.#write = "busy";
    this.#wasAsked = true;
    this.#writeAt = Infinity;
    this.#heartbeat = countAbove(this.#heartbeat, this.#heartbeat);
    const { reclaims } = this.#dispute;
    const row = { ...this.#owner.draft(), heartbeat: this.#heartbeat, ...reclaims && { reclaims } };
    out.push({ kind: "write", row, expectedVersion: this.#expectedVersion });
  }

  #tellAway(
    backoff: ExponentialBackoff,
    reason: string,
    now: number,
    out: Effect[],
  ): number {
    this.#lastReason = reason;
    this.#hasBeenAway = true;
    // Said once: what cannot be read can hardly be written.
    const first = !this.away;
    const waitMs = backoff.failed(this.#pace.retryMaxMs);
    if (first) {
      this.#awaySince = now;
      const goesOn = this.#phase === "claiming" ? "trying again" : "continuing with pings only";
      out.push({
        kind: "note",
        level: "warning",
        message: `Registry unavailable (${reason}); ${goesOn}`,
      });
    }
    return waitMs;
  }

  #tellBack(backoff: ExponentialBackoff, now: number, out: Effect[]): void {
    if (!this.away) return;
    backoff.succeeded();
    if (this.away) return;
    const message = `The registry is available again after ${
      formatDuration(now - this.#awaySince)
    }`;
    out.push({ kind: "note", level: "info", message });
  }
}
