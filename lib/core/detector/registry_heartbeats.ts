/**
 * The second path of evidence: whether a member's heartbeat moves in the registry.
 *
 * Heartbeats are counters, compared with themselves on this node's own clock; the writer's clock
 * plays no part. A heartbeat that this node sees for the first time after a listing that began
 * later than the first missed ping was surely written after it: whoever wrote it was alive then.
 *
 * @module
 */
import { heartbeatsMissedMax, listingsWithoutMin } from "../members/row.ts";
import { isLeap } from "../base/count.ts";
import type { NodeName } from "../base/name.ts";
import type { InstanceId, Row } from "../members/row.ts";

/** Interval of a heartbeat that another node has told, until its row says it, in milliseconds. */
const toldIntervalMs = 1000;

/** With more rows than this only the heartbeats of members in doubt are kept. */
export const watchedAlwaysMax = 256;

/**
 * What the registry says about a member: its heartbeat is `moving`, or is `stale`, having not moved for
 * three of its intervals; its row is `missing`; or that is `unknown`, as the registry was not read.
 */
export type HeartbeatState = "moving" | "stale" | "missing" | "unknown";

/** All that it can say. */
export const heartbeatStates: readonly HeartbeatState[] = ["moving", "stale", "missing", "unknown"];

/** That the row of a member is not there. */
interface Absence {
  readonly instance: InstanceId;
  readonly since: number;
  readonly listings: number;
}

interface ReadRow {
  readonly row: Row;
}

interface Heartbeat {
  readonly instance: InstanceId;
  heartbeat: number;
  /** What listings have shown of it; less than that number, or nothing, if another node has told it. */
  listed: number | undefined;
  intervalMs: number;
  /** When it was last seen at another number, or was then at the latest; at first when first seen. */
  movedAt: number;
  /** The number was written after this moment. */
  writtenAfter: number;
  /** When the last listing that showed the number was asked for. */
  shownAt: number;
  present: boolean;
}

/** The heartbeats that one node has seen. */
export class RegistryHeartbeats {
  readonly #heartbeats = new Map<NodeName, Heartbeat>();
  #absent = new Map<NodeName, Absence>();
  #readAt = -Infinity;

  /** When the last complete listing came. */
  get readAt(): number {
    return this.#readAt;
  }

  /**
   * Takes a complete listing.
   *
   * @param startedAt when it was asked for
   * @param isKept whose heartbeats are kept although their rows are not listed; where there are more
   *   rows than {@linkcode watchedAlwaysMax}, whose are kept at all
   * @param rowsKept the rows of those, where there are so many
   */
  listed(
    rows: readonly ReadRow[],
    startedAt: number,
    now: number,
    isKept: (name: NodeName) => boolean,
    rowsKept?: readonly ReadRow[],
  ): void {
    const present = new Set<NodeName>();
    const kept = rows.length <= watchedAlwaysMax
      ? rows
      : rowsKept ?? rows.filter(({ row }) => isKept(row.name));
    for (const { row } of kept) {
      present.add(row.name);
      this.#see(row, startedAt, now);
    }
    for (const [name, heartbeat] of this.#heartbeats) {
      if (present.has(name)) continue;
      if (isKept(name)) heartbeat.present = false;
      else this.#heartbeats.delete(name);
    }
    this.#readAt = now;
  }

  /**
   * A complete listing lacks the rows of these members, of all that do not answer.
   *
   * @param members nobody, if it may have lost them: who lives writes its row again
   */
  lacked(members: Iterable<Pick<Row, "name" | "instance">>, now: number): void {
    const absent = new Map<NodeName, Absence>();
    for (const { name, instance } of members) {
      const before = this.#absent.get(name);
      const isSame = before?.instance === instance;
      const { since, listings } = isSame ? before : { since: now, listings: 0 };
      absent.set(name, { instance, since, listings: listings + 1 });
    }
    this.#absent = absent;
  }

  /** Another node has seen the heartbeat of `instance` move after it had stopped answering. */
  sighted(name: NodeName, instance: InstanceId, heartbeat: number, now: number): boolean {
    const known = this.#heartbeats.get(name);
    const isSame = known?.instance === instance;
    if (isSame && (known.heartbeat >= heartbeat || isLeap(known.heartbeat, heartbeat))) {
      return false;
    }
    const intervalMs = known?.intervalMs ?? toldIntervalMs;
    this.#absent.delete(name);
    this.#heartbeats.set(name, {
      instance,
      heartbeat,
      listed: undefined,
      intervalMs,
      movedAt: now,
      writtenAfter: now,
      shownAt: now,
      present: true,
    });
    return true;
  }

  /** The heartbeat last seen, if it is known to have moved after `since`. */
  movedAfter(name: NodeName, instance: InstanceId, since: number): number | undefined {
    const heartbeat = this.#heartbeats.get(name);
    return heartbeat?.instance === instance && heartbeat.present && heartbeat.writtenAfter >= since
      ? heartbeat.heartbeat
      : undefined;
  }

  /**
   * What the registry says about a member at `now`.
   *
   * @param listIntervalMs pause from one listing to the next, in milliseconds: for so long, and a few
   * times longer, what the last one showed is as good as new
   */
  state(
    name: NodeName,
    instance: InstanceId,
    now: number,
    listIntervalMs = 0,
  ): HeartbeatState {
    const heartbeat = this.#heartbeats.get(name);
    if (heartbeat === undefined || heartbeat.instance !== instance) {
      return this.#absent.get(name)?.instance === instance ? "missing" : "unknown";
    }
    if (!heartbeat.present) return "missing";
    // Without fresh listings nothing can be said.
    const lifeMs = heartbeat.intervalMs * heartbeatsMissedMax;
    if (this.#readAt - heartbeat.movedAt >= lifeMs) return "stale";
    const freshMs = Math.max(lifeMs, listIntervalMs * heartbeatsMissedMax);
    return now - this.#readAt < freshMs ? "moving" : "unknown";
  }

  /**
   * True if that member has not written for long enough: its heartbeat is stale, or its row has been
   * gone for as long, as it has left unheard, or somebody has taken it out.
   */
  hasStopped(name: NodeName, instance: InstanceId, now: number): boolean {
    if (this.state(name, instance, now) === "stale") return true;
    const absence = this.#absent.get(name);
    if (absence?.instance !== instance || absence.listings < listingsWithoutMin) return false;
    const heartbeat = this.#heartbeats.get(name);
    const intervalMs = heartbeat?.instance === instance ? heartbeat.intervalMs : toldIntervalMs;
    return now - absence.since >= intervalMs * heartbeatsMissedMax;
  }

  /** How long the heartbeat has not moved, in milliseconds; `undefined` if it was never seen. */
  ageMs(name: NodeName, instance: InstanceId, now: number): number | undefined {
    const heartbeat = this.#heartbeats.get(name);
    return heartbeat?.instance === instance ? now - heartbeat.movedAt : undefined;
  }

  forget(name: NodeName): void {
    this.#heartbeats.delete(name);
  }

  /** A heartbeat of which nothing is known that could be compared with it. */
  #meet(row: Row, startedAt: number, now: number): void {
    this.#heartbeats.set(row.name, {
      instance: row.instance,
      heartbeat: row.heartbeat,
      listed: row.heartbeat,
      intervalMs: row.heartbeatIntervalMs,
      movedAt: now,
      writtenAfter: -Infinity,
      shownAt: startedAt,
      present: true,
    });
  }

  #see(row: Row, startedAt: number, now: number): void {
    const known = this.#heartbeats.get(row.name);
    if (known?.instance !== row.instance) return this.#meet(row, startedAt, now);
    known.present = true;
    known.intervalMs = row.heartbeatIntervalMs;
    if (isLeap(row.heartbeat, known.heartbeat)) {
      // So far ahead its owner never was: what was known was made up.
      return this.#meet(row, startedAt, now);
    }
    // Heartbeats only grow: a lower one is an old listing. One that was only told may be made up, and
    // what moves below it is the row.
    known.listed ??= Math.min(row.heartbeat, known.heartbeat);
    if (row.heartbeat < known.listed) return;
    if (row.heartbeat > known.listed) {
      known.heartbeat = row.heartbeat;
      known.listed = row.heartbeat;
      // Whoever has not looked for long knows only that it was written within its last interval.
      const wasAway = startedAt - known.shownAt > 2 * known.intervalMs;
      known.movedAt = wasAway ? now - known.intervalMs : now;
      known.writtenAfter = known.shownAt;
    }
    known.shownAt = startedAt;
  }
}
