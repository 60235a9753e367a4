/**
 * Watches the heartbeats of all rows for a few seconds: which move, and what time it is where they are
 * written.
 *
 * @module
 */
import { heartbeatsMissedMax } from "../core/members/row.ts";
import { sleep } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Row } from "../core/members/row.ts";
import type { Registry, StoredRow } from "../registry/registry.ts";

/** Longest watch, in milliseconds. */
export const watchMaxMs = 5_000;

/** Shortest time between two listings, in milliseconds. */
const lookMs = 150;

/** A listing may take this part of the time between two. */
const listingShare = 5;

/** What the watch showed of one row. */
export interface HeartbeatView {
  /** As it was seen last. */
  readonly row: Row;
  /** `gone` has left or was started anew; `unknown` heartbeats, or the storage answers, too slowly. */
  readonly state: "moves" | "still" | "gone" | "unknown";
  /** The writer's wall clock minus ours in milliseconds, late by up to {@linkcode lookMs}. */
  readonly skewMs: number | undefined;
}

/** The views of all rows of `first`, by name. */
export type HeartbeatViews = ReadonlyMap<NodeName, HeartbeatView>;

/** Lists again and again until every heartbeat has moved, or was given its time. */
export async function watchHeartbeats(
  registry: Registry,
  first: readonly StoredRow[],
  clock: Clock,
  signal: AbortSignal,
): Promise<HeartbeatViews> {
  const watch = new HeartbeatWatch(first, clock);
  while (!watch.isOver) {
    const begun = clock.now();
    try {
      watch.look((await registry.list(signal)).rows);
      await sleep(clock, Math.max(lookMs, (clock.now() - begun) * listingShare), signal);
    } catch {
      // What was seen so far is what there is; the registry itself is checked elsewhere.
      break;
    }
  }
  return watch.views();
}

/** The watch as a value, apart from who looks when. */
export class HeartbeatWatch {
  readonly #clock: Clock;
  readonly #begun: number;
  readonly #first: ReadonlyMap<NodeName, Row>;
  /** From the begin to the last look: what stood still after it is not known. */
  #lookedAfterMs = 0;
  readonly #moved = new Map<NodeName, HeartbeatView>();
  #waiting: Map<NodeName, Row>;
  #gone = new Set<NodeName>();

  constructor(first: readonly StoredRow[], clock: Clock) {
    this.#clock = clock;
    this.#begun = clock.now();
    this.#first = new Map(first.map(({ row }) => [row.name, row]));
    this.#waiting = new Map(this.#first);
  }

  /** True if another look would tell nothing more. */
  get isOver(): boolean {
    const passedMs = this.#clock.now() - this.#begun;
    return passedMs > watchMaxMs ||
      [...this.#waiting.values()].every((row) => this.#lookedAfterMs > heartbeatTimeoutMs(row));
  }

  /** Takes a listing. */
  look(rows: readonly StoredRow[]): void {
    this.#lookedAfterMs = this.#clock.now() - this.#begun;
    const wallTime = this.#clock.wallTime();
    const present = new Map(rows.map(({ row }) => [row.name, row]));
    this.#gone = new Set(
      [...this.#first.values()].filter(({ name, instance }) =>
        present.get(name)?.instance !== instance
      ).map(({ name }) => name),
    );
    for (const [name, before] of this.#waiting) {
      const row = present.get(name);
      if (
        row === undefined || row.instance !== before.instance || row.heartbeat === before.heartbeat
      ) {
        continue;
      }
      this.#waiting.delete(name);
      const writtenAt = Date.parse(row.activeAt);
      const skewMs = Number.isNaN(writtenAt) ? undefined : writtenAt - wallTime;
      this.#moved.set(name, { row, state: "moves", skewMs });
    }
  }

  views(): HeartbeatViews {
    return new Map([...this.#first].map(([name, row]): [NodeName, HeartbeatView] => {
      if (this.#gone.has(name)) return [name, { row, state: "gone", skewMs: undefined }];
      const state = this.#lookedAfterMs > heartbeatTimeoutMs(row) ? "still" : "unknown";
      return [name, this.#moved.get(name) ?? { row, state, skewMs: undefined }];
    }));
  }
}

function heartbeatTimeoutMs({ heartbeatIntervalMs }: Row): number {
  return heartbeatsMissedMax * heartbeatIntervalMs;
}
