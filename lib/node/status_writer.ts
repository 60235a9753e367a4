/**
 * Decides which status lines are written: each one, only news, a summary, or none.
 *
 * @module
 */
import { statusLine } from "../core/status_line.ts";
import type { StatusEntry } from "../core/status_line.ts";
import type { NodeName } from "../core/name.ts";

/** When the status line is written. */
export type StatusMode = "auto" | "every" | "change" | "off";

/** Above this many nodes `auto` writes a summary instead of every name. */
const fullLineMax = 32;

/** Turns views into lines. */
export class StatusWriter {
  readonly #mode: StatusMode;
  #last = "";

  constructor(mode: StatusMode) {
    this.#mode = mode;
  }

  /** The line to write for this view, or `undefined` if there is nothing to write. */
  line(self: NodeName, entries: readonly StatusEntry[]): string | undefined {
    if (this.#mode === "off") return undefined;
    const line = this.#mode === "auto" && entries.length > fullLineMax
      ? summary(self, entries)
      : statusLine(self, entries);
    if (this.#mode === "change" && line === this.#last) return undefined;
    this.#last = line;
    return line;
  }
}

function summary(self: NodeName, entries: readonly StatusEntry[]): string {
  const alive = entries.filter((entry) => entry.alive).length;
  return `${self}[${alive} of ${entries.length} true]`;
}
