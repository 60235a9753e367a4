/**
 * The second path of evidence: whether a member's beat moves in the registry.
 *
 * Beats are counters, compared with themselves on this node's own clock; the writer's clock plays no
 * part. A beat that this node sees for the first time after a listing that began later than the
 * first missed ping was surely written after it: whoever wrote it was alive then.
 *
 * @module
 */
import { isLeap } from "../base/count.ts";
import type { NodeName } from "../base/name.ts";
import type { InstanceId, Row } from "./row.ts";

/** Beats that a row may miss before it is called stale. */
const beatsMissedMax = 3;

/** With more rows than this only the beats of members in doubt are kept. */
const watchedAlwaysMax = 256;

/** What the registry says about a member. */
export type BeatState = "moving" | "stale" | "missing" | "unknown";

interface Beat {
  readonly instance: InstanceId;
  beat: number;
  intervalMs: number;
  /** When it was last seen at another number; at first when it was first seen. */
  movedAt: number;
  /** The number was written after this moment. */
  writtenAfter: number;
  /** When the last listing that showed the number was asked for. */
  shownAt: number;
  present: boolean;
}

/** The beats that one node has seen. */
export class Beats {
  readonly #beats = new Map<NodeName, Beat>();
  #readAt = -Infinity;

  /** When the last complete listing came. */
  get readAt(): number {
    return this.#readAt;
  }

  /**
   * Takes a complete listing.
   *
   * @param startedAt when it was asked for
   * @param inDoubt members whose beats are kept whatever their number
   */
  listed(
    rows: readonly { readonly row: Row }[],
    startedAt: number,
    now: number,
    inDoubt: (name: NodeName) => boolean,
  ): void {
    const all = rows.length <= watchedAlwaysMax;
    const present = new Set<NodeName>();
    for (const { row } of rows) {
      if (!all && !inDoubt(row.name)) continue;
      present.add(row.name);
      this.#see(row, startedAt, now);
    }
    for (const [name, beat] of this.#beats) {
      if (present.has(name)) continue;
      if (all || inDoubt(name)) beat.present = false;
      else this.#beats.delete(name);
    }
    this.#readAt = now;
  }

  /** Another node has seen the beat of `instance` move after it had stopped answering. */
  witnessed(name: NodeName, instance: InstanceId, beat: number, now: number): boolean {
    const known = this.#beats.get(name);
    const isSame = known?.instance === instance;
    if (isSame && (known.beat >= beat || isLeap(known.beat, beat))) return false;
    const intervalMs = known?.intervalMs ?? 1000;
    this.#beats.set(name, {
      instance,
      beat,
      intervalMs,
      movedAt: now,
      writtenAfter: now,
      shownAt: now,
      present: true,
    });
    return true;
  }

  /** The beat last seen, if it is known to have moved after `since`. */
  movedAfter(name: NodeName, instance: InstanceId, since: number): number | undefined {
    const beat = this.#beats.get(name);
    return beat?.instance === instance && beat.present && beat.writtenAfter >= since
      ? beat.beat
      : undefined;
  }

  /** What the registry says about a member at `now`. */
  state(name: NodeName, instance: InstanceId, now: number): BeatState {
    const beat = this.#beats.get(name);
    if (beat === undefined || beat.instance !== instance) return "unknown";
    if (!beat.present) return "missing";
    // Without fresh listings nothing can be said.
    const lifeMs = beat.intervalMs * beatsMissedMax;
    if (this.#readAt - beat.movedAt >= lifeMs) return "stale";
    return now - this.#readAt < lifeMs ? "moving" : "unknown";
  }

  /** How long the beat has not moved, in milliseconds; `undefined` if it was never seen. */
  ageMs(name: NodeName, now: number): number | undefined {
    const beat = this.#beats.get(name);
    return beat && now - beat.movedAt;
  }

  forget(name: NodeName): void {
    this.#beats.delete(name);
  }

  /** A beat of which nothing is known that could be compared with it. */
  #meet(row: Row, startedAt: number, now: number): void {
    this.#beats.set(row.name, {
      instance: row.instance,
      beat: row.beat,
      intervalMs: row.beatIntervalMs,
      movedAt: now,
      writtenAfter: -Infinity,
      shownAt: startedAt,
      present: true,
    });
  }

  #see(row: Row, startedAt: number, now: number): void {
    const known = this.#beats.get(row.name);
    if (known?.instance !== row.instance) return this.#meet(row, startedAt, now);
    known.present = true;
    known.intervalMs = row.beatIntervalMs;
    if (isLeap(row.beat, known.beat)) {
      // So far ahead its owner never was: what was known was made up.
      return this.#meet(row, startedAt, now);
    }
    // Beats only grow: a lower one is an old listing.
    if (row.beat < known.beat) return;
    if (row.beat > known.beat) {
      known.beat = row.beat;
      known.movedAt = now;
      known.writtenAfter = known.shownAt;
    }
    known.shownAt = startedAt;
  }
}
