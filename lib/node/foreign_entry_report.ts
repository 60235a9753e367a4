/**
 * Tells once about each thing in the registry that is no row, and again when it has changed.
 *
 * @module
 */
import { emptyReason } from "../core/members/row.ts";
import type { Log } from "../log/log.ts";
import type { Listing } from "../registry/registry.ts";

/** Most things told apart; what comes beyond is told as a number. */
const foreignEntriesMax = 100;

/** Remembers what was told. */
export class ForeignEntryReport {
  readonly #log: Log;
  #told = new Map<string, string>();
  /** What was empty in the last listing: perhaps it was just being written. */
  #empty = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Logs what is odd in `listing` and was not told before. */
  report({ foreignEntries, timestamps }: Pick<Listing, "foreignEntries" | "timestamps">): void {
    const found = new Map<string, string>();
    const empty = foreignEntries.filter(({ reason }) => reason === emptyReason).map(({ key }) =>
      key
    );
    for (const { key, reason } of foreignEntries) {
      if (reason !== emptyReason || this.#empty.has(key)) found.set(key, reason);
    }
    this.#empty = new Set(empty);
    for (const { name } of timestamps) {
      found.set(
        name,
        "it holds only a timestamp, as an Elixir node writes it; with the option beam this node " +
          "would share its pulse",
      );
    }
    const shown = new Map([...found].slice(0, foreignEntriesMax));
    const more = found.size - shown.size;
    if (more > 0) shown.set(`${more} further entries`, "they are no rows");
    for (const [key, reason] of shown) {
      if (this.#told.get(key) === reason) continue;
      this.#log.warning(`Ignoring ${key} in the registry: ${reason}`, {
        event: "foreign-entry",
        registryKey: key,
        reason,
      });
    }
    this.#told = shown;
  }
}
