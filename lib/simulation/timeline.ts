/**
 * What happened in a run, in the order of time: what was done to the cluster, and what its nodes told
 * of it. What many of them told alike is one entry.
 *
 * @module
 */
import { describeChange } from "../core/members/change.ts";
import type { Change } from "../core/members/change.ts";

/** One entry. */
export interface TimelineEntry {
  /** Since the moment at which things began to happen, in milliseconds; negative before it. */
  readonly atMs: number;
  readonly text: string;
  /** The node that told it first; `undefined` for what was done to the cluster. */
  readonly observer: string | undefined;
  /** How many nodes told it. */
  readonly observerCount: number;
  /** When the last of them did, in milliseconds. */
  readonly lastMs: number;
}

/** Most entries; a run in which everything fails must not fill the memory. */
const entriesMax = 500;

interface Entry {
  readonly at: number;
  readonly text: string;
  readonly observer: string | undefined;
  tellers: number;
  last: number;
}

/** Collects entries. */
export class Timeline {
  readonly #now: () => number;
  readonly #entries: Entry[] = [];
  readonly #byChange = new Map<string, Entry>();
  #begun = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** When the time began to count. */
  get begun(): number {
    return this.#begun;
  }

  /** From now on the time counts. */
  begin(): void {
    this.#begun = this.#now();
  }

  /** Something was done to the cluster. */
  note(text: string): void {
    const [at, observer] = [this.#now(), undefined];
    this.#add({ at, text, observer, tellers: 0, last: at });
  }

  /** A node told a change. */
  told(observer: string, change: Change): void {
    // What nodes tell of themselves differs in the name only.
    const ofItself = change.kind === "isolated" || change.kind === "connected";
    const key = `${change.kind} ${change.status ?? ""} ${ofItself ? "" : change.name}`;
    const known = this.#byChange.get(key);
    if (known !== undefined) {
      known.tellers++;
      known.last = this.#now();
      return;
    }
    const [at, text] = [this.#now(), describeChange(change)];
    const entry = { at, text, observer, tellers: 1, last: at };
    this.#byChange.set(key, entry);
    this.#add(entry);
  }

  entries(): TimelineEntry[] {
    return this.#entries.map(({ at, text, observer, tellers, last }) => ({
      atMs: Math.round(at - this.#begun),
      text,
      observer,
      observerCount: tellers,
      lastMs: Math.round(last - this.#begun),
    }));
  }

  #add(entry: Entry): void {
    if (this.#entries.length < entriesMax) this.#entries.push(entry);
  }
}
