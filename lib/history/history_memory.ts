/**
 * A history in a bounded amount of memory.
 *
 * Of what is dropped at the old end there stays what still holds: the last change of each member. So
 * whoever reads knows the state at the beginning of what is left.
 *
 * @module
 */
import type { HistoryEntry, HistoryPart } from "../core/explain/history.ts";
import { isHistoryChange } from "../core/explain/history.ts";
import { StandingChanges } from "../core/members/standing_changes.ts";
import { agesOf } from "./ages.ts";
import type { Moment } from "./ages.ts";
import type { HistoryPage } from "./history.ts";
import type { Remembered } from "./remembered.ts";

/** Most entries of one answer, beside what held before them. */
export const partMax = 5000;

/** Members of which it is remembered what held before all else that is. */
export const standingMax = 5000;

/** Most entries of one page. */
export const pageMax = 500;

/** Share that is dropped when there is too much, so that it need not be done for each event. */
const droppedShare = 1 / 8;

/** What holds after events: what the run knows of members and links. */
class Standing {
  #run: Remembered | undefined;
  #links: Remembered | undefined;
  readonly #changes = new StandingChanges<Remembered>(standingMax);

  add(entry: Remembered): void {
    const { event } = entry;
    if (isHistoryChange(event)) return this.#changes.add(event, entry);
    if (event.kind === "links-changed") {
      this.#links = event.findings.length > 0 ? entry : undefined;
      return;
    }
    // A run begins without a knowledge of anything, and takes with it what it knew.
    this.#run = entry;
    this.#links = undefined;
    this.#changes.clear();
  }

  /** In the order in which it happened. */
  get all(): Remembered[] {
    const found = [this.#links, ...this.#changes.all].filter((entry) => entry !== undefined);
    const run = this.#run === undefined ? [] : [this.#run];
    return [...run, ...found.sort((one, other) => one.at - other.at)];
  }

  with(entries: Iterable<Remembered>): Standing {
    const next = new Standing();
    for (const entry of this.all) next.add(entry);
    for (const entry of entries) next.add(entry);
    return next;
  }
}

/** Events, the newest of them, up to a number of bytes. */
export class HistoryMemory {
  readonly #maxBytes: number;
  #entries: Remembered[] = [];
  #bytes = 0;
  /** The position of the first entry: how many were dropped. */
  #first = 0;
  /** What held before the first entry. */
  #before = new Standing();

  /** @param maxBytes most bytes of all events, about as they would be written */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(entry: Remembered): void {
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    if (this.#bytes > this.#maxBytes) this.#drop();
  }

  /** What holds by now. */
  standing(): readonly Remembered[] {
    return this.#before.with(this.#entries).all;
  }

  /** The last `sinceMs` milliseconds, and what held before; at most {@linkcode partMax} of them. */
  part(sinceMs: number, now: Moment): HistoryPart {
    const { ages, begin, reachMs } = this.#look(sinceMs, now);
    const start = Math.max(begin, this.#entries.length - partMax);
    const standing = this.#before.with(this.#entries.slice(0, start)).all;
    const all = [...standing, ...this.#entries.slice(start)];
    const allAges = agesOf(all, now);
    return {
      entries: all.map((entry, index) => told(entry, allAges[index])),
      reachMs: start === begin ? reachMs : ages[start] ?? 0,
    };
  }

  /** At most {@linkcode pageMax} of the last `sinceMs` milliseconds, from position `from` on. */
  page(sinceMs: number, from: number | undefined, now: Moment): HistoryPage {
    const { ages, begin, reachMs } = this.#look(sinceMs, now);
    const start = Math.max(begin, (from ?? 0) - this.#first);
    const entries = this.#entries.slice(start, start + pageMax);
    return {
      entries: entries.map((entry, index) => told(entry, ages[start + index])),
      first: this.#first + start,
      end: this.#first + this.#entries.length,
      reachMs,
    };
  }

  /** How old all are, the first that is young enough, and how far back they go. */
  #look(sinceMs: number, now: Moment) {
    const ages = agesOf(this.#entries, now);
    const found = ages.findIndex((age) => age <= sinceMs);
    const begin = found < 0 ? ages.length : found;
    return { ages, begin, reachMs: Math.min(sinceMs, ages[0] ?? 0) };
  }

  #drop(): void {
    const goal = this.#maxBytes * (1 - droppedShare);
    let count = 0;
    for (const entry of this.#entries) {
      if (this.#bytes <= goal) break;
      this.#bytes -= sizeOf(entry);
      this.#before.add(entry);
      count++;
    }
    this.#entries.splice(0, count);
    this.#first += count;
  }
}

/** Bytes of a line without its texts, about. */
const frameBytes = 250;

/** About what an entry takes as a line, and as little less in memory. */
function sizeOf({ event }: Remembered): number {
  if (event.kind === "links-changed") return frameBytes + JSON.stringify(event).length;
  return frameBytes + event.name.length + ("reason" in event ? event.reason.length : 0);
}

function told({ run, event }: Remembered, agoMs = 0): HistoryEntry {
  return { run, agoMs, event };
}
