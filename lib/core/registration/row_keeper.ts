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
import type { ExponentialBackoff } from "../base/backoff.ts";
import { countAbove, isLeap } from "../base/count.ts";
import type { MemberList } from "../members/member_list.ts";
import type { Effect, Removal } from "../input.ts";
import type { Tenure } from "./name_claim.ts";
import { ListingPlan } from "./listing_plan.ts";
import { NameDispute } from "./name_dispute.ts";
import { draftOf } from "./own_row.ts";
import type { Random } from "../base/random.ts";
import type { InstanceId, StoredRow } from "../members/row.ts";
import { RegistryOutage } from "./registry_outage.ts";
import { firstPace, nextHeartbeat } from "./registry_pace.ts";
import type { Pace } from "./registry_pace.ts";
import { RowDefence } from "./row_defence.ts";
import type { Ticks } from "../base/ticks.ts";
import { RowRemoval } from "./row_removal.ts";

/** Shortest pause between two looks at our own row because it is in doubt, in milliseconds. */
const hastenPauseMs = 1000;

/** What has come of this node's row, where that concerns more than the row. */
export type KeeperNews =
  /**
   * Another instance holds the name, or has taken it. Nothing is written before somebody has found
   * out whether it lives, and calls `holderIsGone` if it does not.
   */
  | { readonly kind: "held-by-another"; readonly holder: StoredRow; readonly tenure: Tenure }
  /** The row is in the registry for the first time. */
  | { readonly kind: "claimed" }
  /** The row is gone, or cannot be removed in time. */
  | { readonly kind: "released" };

/** Where the keeper stands. */
export type KeeperPhase = "claiming" | "held" | "releasing" | "released";

/** State machine of one node's dealings with the registry. */
export class RowKeeper {
  readonly #memberList: Pick<MemberList, "self">;
  readonly #ticks: Ticks;
  readonly #outage: RegistryOutage;
  readonly #defence: RowDefence;
  readonly #dispute = new NameDispute();
  #phase: KeeperPhase = "claiming";
  #heartbeat = 0;
  #expectedVersion: string | undefined;
  /** The instance that has written over this node's row last, and has proven nothing. */
  #intruder: InstanceId | undefined;
  readonly #listings: ListingPlan;
  /** When it was last in doubt, or is to be looked at for that. */
  #hastenedAt = -Infinity;
  #writeAt = Infinity;
  #write: "idle" | "busy" | "checking" = "idle";
  #writtenSinceList = false;
  /** True once the registry was asked to write the row under the present name. */
  #wasAsked = false;
  #removal: RowRemoval | undefined;
  /** The row was not in a listing, is being written anew, and nothing was told that explains it. */
  #isRestoring = false;
  /** The registry was away since the last write: what is missing after that is no news. */
  #hasBeenAway = false;
  #pace: Pace;

  /**
   * @param memberList says what stands in the row
   * @param ticks when it writes its heartbeat, if it has the choice
   */
  constructor(
    memberList: Pick<MemberList, "self">,
    ticks: Ticks,
    random: Random,
    now: number,
  ) {
    this.#memberList = memberList;
    this.#ticks = ticks;
    this.#outage = new RegistryOutage(random);
    this.#defence = new RowDefence(random);
    this.#listings = new ListingPlan(now);
    this.#pace = firstPace(ticks.intervalMs);
  }

  /** How often it writes and lists. */
  get pace(): Pace {
    return this.#pace;
  }

  /** From now on it writes and lists so often. */
  keepPace(pace: Pace): void {
    this.#pace = pace;
  }

  /** When the listing that is under way, or the last one, was asked for. */
  get listStartedAt(): number {
    return this.#listings.startedAt;
  }

  get phase(): KeeperPhase {
    return this.#phase;
  }

  /** Why the registry could not be used the last time, for a message; empty if it never failed. */
  get lastReason(): string {
    return this.#outage.lastReason;
  }

  /** True while the registry cannot be read or written. */
  get away(): boolean {
    return this.#outage.isAway;
  }

  /** When the keeper wants its next `wake`. */
  get wakeAt(): number {
    if (this.#removal !== undefined) return this.#removal.isDone ? Infinity : this.#removal.wakeAt;
    return Math.min(this.#listings.wakeAt, this.#write === "idle" ? this.#writeAt : Infinity);
  }

  /** Does what is due at `now`. */
  wake(now: number, out: Effect[]): KeeperNews | undefined {
    if (this.#removal !== undefined) return this.#release((row) => row.wake(now, out));
    if (this.#listings.begin(now)) {
      this.#writtenSinceList = false;
      out.push({ kind: "list" });
    }
    if (this.#write === "idle" && now >= this.#writeAt) this.#startWrite(out);
    return undefined;
  }

  /** A complete listing came; `own` is our name's row in it. */
  listed(own: StoredRow | undefined, now: number, out: Effect[]): KeeperNews | undefined {
    if (this.#removal !== undefined) return this.#release((row) => row.listed(own, out));
    this.#listings.completed(this.#pace.listIntervalMs, now);
    this.#outage.succeeded(this.#outage.reading, now, out);
    if (this.#phase === "claiming" && this.#write === "idle" && this.#writeAt === Infinity) {
      return this.#claim(own, now, out);
    }
    if (this.#phase !== "held" || this.#write !== "idle" || this.#writtenSinceList) {
      return undefined;
    }
    if (own !== undefined) return this.#looked(own, now, out);
    if (this.#outage.writing.failing) return undefined;
    this.#expectedVersion = undefined;
    this.#isRestoring = !this.#hasBeenAway;
    return this.#startWrite(out);
  }

  /** The row under the name of this node, as it was listed. */
  #looked(current: StoredRow, now: number, out: Effect[]): KeeperNews | undefined {
    const { instance } = current.row;
    if (instance === this.#memberList.self.instance) return undefined;
    if (this.#isLostTo(current, now)) return this.#claim(current, now, out);
    // Of whom has not answered a later row says nothing else; others are asked when it is written.
    if (instance === this.#intruder && current.version !== this.#expectedVersion) {
      this.#writeOver(current, now, out);
    } else this.bump(now);
    return undefined;
  }

  /** Somebody who has not answered has written over this node's row. */
  #writeOver({ row, version }: StoredRow, now: number, out: Effect[], at?: number): undefined {
    this.#dispute.takesBackFrom(row, now);
    this.#intruder = row.instance;
    this.#expectedVersion = version;
    this.#writeAt = at ?? this.#defence.overwritten(row.name, now, out);
    if (now >= this.#writeAt) this.#startWrite(out);
  }

  listFailed(reason: string, now: number, out: Effect[]): KeeperNews | undefined {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.listFailed(reason, now));
    }
    this.#listings.failed(this.#failed(this.#outage.reading, reason, now, out), now);
    return undefined;
  }

  written(version: string, now: number, out: Effect[]): KeeperNews | undefined {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.written(version, now, out));
    }
    this.#write = "idle";
    this.#writtenSinceList = true;
    if (this.#isRestoring) {
      const message = "This node's row was missing from the registry; written again";
      out.push({ kind: "note", level: "warning", message });
    }
    this.#isRestoring = false;
    this.#hasBeenAway = false;
    this.#outage.succeeded(this.#outage.writing, now, out);
    this.#defence.stands(this.#memberList.self.name, now, out);
    return this.#stands(version, this.#heartbeat, now);
  }

  /** Our row is in the registry, in that version and with that heartbeat. */
  #stands(version: string, heartbeat: number, now: number): KeeperNews | undefined {
    this.#expectedVersion = version;
    this.#dispute.stands(heartbeat, this.#phase === "claiming", now);
    this.#writeAt = nextHeartbeat(this.#pace, this.#ticks, heartbeat, now);
    if (this.#phase !== "claiming") return undefined;
    this.#phase = "held";
    // Of two that start at once, the later writer finds the other's row when it looks after writing.
    this.#listings.hasten(now);
    return { kind: "claimed" };
  }

  /** Our write lost: someone else changed the row since we saw it. */
  writeConflict(
    current: StoredRow | undefined,
    now: number,
    out: Effect[],
  ): KeeperNews | undefined {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.writeConflict(current, out));
    }
    this.#write = "idle";
    // If it is our own row after all, it was the listing that was wrong.
    this.#isRestoring = false;
    const isOwn = current?.row.instance === this.#memberList.self.instance;
    if (this.#outage.writing.failing && isOwn) {
      // The write that seemed to fail was done. Whether the registry is well shows the next one.
      this.#follow(current.row.heartbeat);
      return this.#stands(current.version, Math.min(current.row.heartbeat, this.#heartbeat), now);
    }
    this.#outage.succeeded(this.#outage.writing, now, out);
    return this.#claim(current, now, out);
  }

  writeFailed(reason: string, now: number, out: Effect[]): KeeperNews | undefined {
    if (this.#removal !== undefined) {
      return this.#release((row) => row.writeFailed(reason, now, out));
    }
    this.#write = "idle";
    this.#writeAt = now + this.#failed(this.#outage.writing, reason, now, out);
    return undefined;
  }

  /** The other holder of our name does not live: its row may be written over. */
  holderIsGone(holder: StoredRow, now: number, out: Effect[]): void {
    if (this.#write !== "checking" || this.#removal !== undefined) return;
    this.#write = "idle";
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
    this.#listings.hasten(now);
  }

  /** Somebody may have changed something: looks soon, but not at once again and again. */
  hint(now: number): void {
    this.#listWithin(0, now);
  }

  /** A peer does not answer: its heartbeat is needed, but not more often than once an interval. */
  look(now: number): void {
    this.#listWithin(this.#ticks.intervalMs, now);
  }

  /** Somebody waits for what the registry holds now: whatever the pace, it is listed at once. */
  listNow(now: number): void {
    if (this.#isReading) this.#listings.hasten(now);
  }

  /** Lists no later than the pace allows, and so long after the last listing. */
  #listWithin(pauseMs: number, now: number): void {
    if (!this.#isReading) return;
    this.#listings.hastenAfter(Math.max(pauseMs, this.#pace.hintPauseMs), now);
  }

  /** True if listings come of themselves: none fails and is tried again, and none claims the name. */
  get #isReading(): boolean {
    return this.#phase === "held" && !this.#outage.reading.failing;
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
    if (now >= this.#hastenedAt) this.#hastenedAt = Math.max(now, this.#hastenedAt + hastenPauseMs);
    this.#listings.hasten(this.#hastenedAt);
    this.bump(this.#hastenedAt);
  }

  /** Takes the row out, or gives up after `timeoutMs` and says so. */
  release(timeoutMs: number, now: number, out: Effect[]): KeeperNews | undefined {
    const { name, instance } = this.#memberList.self;
    this.#phase = "releasing";
    // From here on nothing is written: a heartbeat that falls due now would bring the row back.
    this.#removal = new RowRemoval(
      {
        name,
        instance,
        expectedVersion: this.#expectedVersion,
        mayStand: this.#wasAsked,
        isWriting: this.#write === "busy",
        isListing: this.#listings.isRunning,
        backoff: this.#outage.writing,
        deadline: now + timeoutMs,
        timeoutMs,
      },
      now,
      out,
    );
    return this.#release(() => {});
  }

  /** The removal that was asked for has ended. */
  removalEnded(removal: Removal, now: number, out: Effect[]): KeeperNews | undefined {
    return this.#release((row) => row.removalEnded(removal, now, out));
  }

  /** Takes a step of the removal; ends with it. */
  #release(step: (removal: RowRemoval) => void): KeeperNews | undefined {
    if (this.#removal === undefined || this.#phase === "released") return undefined;
    step(this.#removal);
    if (!this.#removal.isDone) return undefined;
    this.#phase = "released";
    return { kind: "released" };
  }

  #claim(own: StoredRow | undefined, now: number, out: Effect[]): KeeperNews | undefined {
    if (own === undefined || own.row.instance === this.#memberList.self.instance) {
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
    return { kind: "held-by-another", holder: own, tenure };
  }

  /** The node of that row has shown that it had the name before this one, which took it. */
  #isLostTo({ row }: StoredRow, now: number): boolean {
    const { instance } = this.#memberList.self;
    return this.#dispute.isLostTo(row, { instance, heartbeat: this.#heartbeat }, now);
  }

  /** Our row holds a heartbeat that may be ahead of ours; one that leaps is not from this node. */
  #follow(heartbeat: number): void {
    if (!isLeap(this.#heartbeat, heartbeat)) this.#heartbeat = Math.max(this.#heartbeat, heartbeat);
  }

  #startWrite(out: Effect[]): undefined {
    this.#write = "busy";
    this.#wasAsked = true;
    this.#writeAt = Infinity;
    this.#heartbeat = countAbove(this.#heartbeat, this.#heartbeat);
    const { reclaims } = this.#dispute;
    const draft = draftOf(this.#memberList.self, this.#pace.heartbeatIntervalMs);
    const row = { ...draft, heartbeat: this.#heartbeat, ...reclaims && { reclaims } };
    out.push({ kind: "write", row, expectedVersion: this.#expectedVersion });
  }

  /** A listing or a write has failed; how long to wait before the next one, in milliseconds. */
  #failed(of: ExponentialBackoff, reason: string, now: number, out: Effect[]): number {
    this.#hasBeenAway = true;
    const meanwhile = this.#phase === "claiming" ? "trying again" : "continuing with pings only";
    const { retryMaxMs } = this.#pace;
    return this.#outage.failed(of, { reason, meanwhile, retryMaxMs }, now, out);
  }
}
