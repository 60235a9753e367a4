/**
 * What the nodes of a story say, as few lines as possible: what several of them tell alike is one
 * line, and so is what they tell alike of several others.
 *
 * @module
 */
import { describeChange } from "../../lib/core/members/change.ts";
import type { Change } from "../../lib/core/members/change.ts";
import { compareNames } from "../../lib/core/members/status_line.ts";

interface Entry {
  /** Of whom it is told; empty for what is not about a member. */
  readonly subjects: string[];
  readonly words: string;
  readonly tellers: string[];
  readonly firstAt: number;
  lastAt: number;
}

/** Collects what is said until it is asked for. */
export class Telling {
  #entries: Entry[] = [];

  /** A node told a change. */
  changed(at: number, teller: string, change: Change): void {
    const words = describeChange(change).slice(change.name.length + 1);
    this.#add(at, teller, [shorten(change.name)], shorten(words));
  }

  /** A node said something else. */
  said(at: number, teller: string, words: string): void {
    this.#add(at, teller, [], shorten(words));
  }

  /** What was said since the last time, in order; times count from `since`. */
  take(since: number): string[] {
    const rows = together(this.#entries).map(({ subjects, words, tellers, firstAt, lastAt }) => {
      const each = subjects.length > 1 ? ": each" : "";
      const told = [...(subjects.length > 0 ? [listNames(subjects) + each] : []), words].join(" ");
      return [timeSpan(firstAt - since, lastAt - since), listNames(tellers), told] as const;
    });
    this.#entries = [];
    const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
    return rows.map(([time, tellers, told]) =>
      `${time.padEnd(width(0))}  ${tellers.padEnd(width(1))} | ${told}`
    );
  }

  #add(at: number, teller: string, subjects: string[], words: string): void {
    const known = this.#entries.findLast((entry) =>
      entry.subjects.join() === subjects.join() && alike(entry.words) === alike(words)
    );
    // Who says it again means something new.
    if (known === undefined || known.tellers.includes(teller)) {
      this.#entries.push({ subjects, words, tellers: [teller], firstAt: at, lastAt: at });
    } else {
      known.tellers.push(teller);
      known.lastAt = at;
    }
  }
}

/** Entries that the same nodes tell alike of several members, as one each. */
function together(entries: readonly Entry[]): Entry[] {
  const key = ({ subjects, words, tellers }: Entry): string =>
    `${subjects.length} ${alike(words)} ${tellers.toSorted().join()}`;
  const groups = [...Map.groupBy(entries, key).values()];
  return groups.flatMap((group) => {
    const subjects = group.flatMap((entry) => entry.subjects);
    const [first] = group;
    if (first === undefined || new Set(subjects).size < group.length) return group;
    return [{ ...first, subjects, lastAt: Math.max(...group.map(({ lastAt }) => lastAt)) }];
  }).sort((one, other) => one.firstAt - other.firstAt);
}

/** Sentences are alike if only times and accusers differ: each heard of it at a moment of its own. */
function alike(words: string): string {
  return words.replace(/\b\d+(\.\d+)? (µs|ms|s|min|h)\b/g, "…")
    .replace(/: [^:]+ cannot reach it/, ": … cannot reach it");
}

/** `n1@10.0.0.1` is `n1` everywhere in a story. */
export function shorten(text: string): string {
  return text.replace(/\b([a-z][\w-]*)@10(?:\.\d+){3}/g, "$1");
}

/** `n1, n2, n4`; many in a row as `n1…n9`. */
export function listNames(names: readonly string[]): string {
  const runs: string[][] = [];
  for (const name of names.toSorted(compareNames)) {
    const last = runs.at(-1);
    if (last !== undefined && follows(last.at(-1) as string, name)) last.push(name);
    else runs.push([name]);
  }
  return runs.flatMap((run) => run.length < 5 ? run : [`${run[0]}…${run.at(-1)}`]).join(", ");
}

function follows(one: string, other: string): boolean {
  const [, letters = "", digits] = /^(.*?)(\d+)$/.exec(one) ?? [];
  return digits !== undefined && other === `${letters}${Number(digits) + 1}`;
}

/** `+0.38s`, `+2.9s`, `+2.9…3.4s`, `+10m04s`: finer where it is soon. */
function timeSpan(firstMs: number, lastMs: number): string {
  const [first, last] = [formatTime(firstMs), formatTime(lastMs)];
  return first === last ? `+${first}` : `+${first.replace(/s$/, "")}…${last}`;
}

function formatTime(ms: number): string {
  if (ms < 995) return `${(ms / 1000).toFixed(2)}s`;
  if (ms < 119_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}

/** The same with one time, for a line of a log. */
export function timeStamp(ms: number): string {
  return timeSpan(ms, ms);
}
