/**
 * What is worth a hint: every change but a heartbeat, and how soon the next one is to follow.
 *
 * Each node writes its row again and again to show that it lives, and in a large cluster the more
 * seldom, the more there are: whenever one comes all others may say so. Nobody has to be told of that;
 * who looks at heartbeats lists the registry anyway.
 *
 * @module
 */
import type { RowVersion } from "../registry.ts";

/** Most keys of which the last write is remembered. */
const rememberedMax = 100;

/** What a row says of its heartbeats, all the same. */
const moving = { heartbeat: 0, heartbeatIntervalMs: 0, activeAt: "" };

/** What of a row lasts from heartbeat to heartbeat, as a text to compare. */
export function lastingOfRow(row: object): string {
  return JSON.stringify({ ...row, ...moving }, withSortedKeys);
}

/** The same of a stored text; of one that is no row all of it lasts. */
export function lastingOfText(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return typeof value === "object" && value !== null ? lastingOfRow(value) : text;
}

/** What one handle has written last: it alone can know that its next write is a mere heartbeat. */
export class OwnWrites {
  readonly #last = new Map<string, { readonly version: RowVersion; readonly lasting: string }>();

  /**
   * True unless `text` replaces what we have written ourselves, and moves nothing but the
   * heartbeat.
   */
  isNews(key: string, text: string, seen: RowVersion | undefined): boolean {
    const last = this.#last.get(key);
    return last === undefined || last.version !== seen || last.lasting !== lastingOfText(text);
  }

  /** Takes note of a write. */
  remember(key: string, text: string, version: RowVersion): void {
    if (this.#last.size >= rememberedMax) this.#last.clear();
    this.#last.set(key, { version, lasting: lastingOfText(text) });
  }

  /** What was under `key` is there no more. */
  forget(key: string): void {
    this.#last.delete(key);
  }
}

/** For `JSON.stringify`: a row that was read has its fields in another order than a new one. */
function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1));
}
