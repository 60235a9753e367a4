/**
 * Decides which status lines are written: each one, only news, a summary, or none.
 *
 * @module
 */
import { statusLine } from "../core/members/status_line.ts";
import type { StatusEntry } from "../core/members/status_line.ts";
import type { NodeName } from "../core/base/name.ts";

/** When the status line is written. */
export type StatusMode = "auto" | "every" | "change" | "off";

/** What the core shows at each interval. */
export interface StatusView {
  readonly self: NodeName;
  readonly shown: number;
  readonly alive: number;
  /** Each member; `undefined` if there are too many to name. */
  readonly entries: readonly StatusEntry[] | undefined;
}

/** Above this many nodes `auto` writes a summary instead of every name. */
const fullLineMax = 32;

/** Most members of which that mode wants to hear one by one. */
export function statusEntriesMax(mode: StatusMode): number {
  switch (mode) {
    case "auto":
      return fullLineMax;
    case "every":
    case "change":
      return Infinity;
    case "off":
      return 0;
  }
}

/** Turns views into lines. */
export class StatusWriter {
  readonly #mode: StatusMode;
  #last = "";

  constructor(mode: StatusMode) {
    this.#mode = mode;
  }

  /** The line to write for this view, or `undefined` if there is nothing to write. */
  line({ self, shown, alive, entries }: StatusView): string | undefined {
    if (this.#mode === "off") return undefined;
    const line = entries === undefined
      ? `${self}[${alive} of ${shown} true]`
      : statusLine(self, entries);
    if (this.#mode === "change" && line === this.#last) return undefined;
    this.#last = line;
    return line;
  }
}
