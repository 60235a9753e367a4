/**
 * Collects what lies in a registry and is no row, ready to be shown.
 *
 * Keys come from anybody, so they are made printable; and a registry that somebody pointed at a mail
 * folder must not turn into a million log lines, so there is a limit.
 *
 * @module
 */
import type { ForeignEntry } from "../registry.ts";

/** Most foreign entries in one listing; the last one then says how many more there are. */
export const foreignEntriesMax = 100;

/** Longest shown key, in characters. */
const keyMaxLength = 100;

/** Controls, and what turns the direction of text or breaks lines in a log. */
// deno-lint-ignore no-control-regex
const unprintable = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** `key` fit for a log line: unprintable characters as `\u{1b}`, the end cut off if it is long. */
export function printableKey(key: string): string {
  const escape = (found: string): string => `\\u{${found.codePointAt(0)?.toString(16)}}`;
  const shown = key.slice(0, keyMaxLength).replace(unprintable, escape);
  return key.length > keyMaxLength ? `${shown}…` : shown;
}

/** A growing list of foreign entries with an end. */
export class ForeignEntries {
  readonly #found: ForeignEntry[] = [];
  #count = 0;

  /** Notes what lies under `key`; `reason` is the end of a sentence: "it is a folder". */
  add(key: string, reason: string): void {
    this.#count++;
    if (this.#found.length < foreignEntriesMax) {
      this.#found.push({ key: printableKey(key), reason });
    }
  }

  /** All of them, in the order of their keys. */
  list(): ForeignEntry[] {
    const sorted = this.#found.toSorted((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    const more = this.#count - foreignEntriesMax;
    if (more <= 0) return sorted;
    return [...sorted.slice(0, -1), { key: "…", reason: `there are ${more + 1} more of them` }];
  }
}
