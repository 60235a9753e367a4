/**
 * A registry that can be as mean as a real one: away, full, slow, stale, rolled back, or wiped.
 *
 * @module
 */
import type { Effect, Input } from "../core/input.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Row, StoredRow } from "../core/registration/row.ts";

/** What becomes of a write; mirrors the registry interface. */
export type SimWrite =
  | { readonly kind: "written"; readonly version: string }
  | { readonly kind: "conflict"; readonly current: StoredRow | undefined };

/** How far back the registry remembers what it held, in milliseconds. */
const memoryMs = 120_000;

/** One change, and what stood there before it. */
interface Past {
  readonly at: number;
  readonly name: NodeName;
  readonly before: StoredRow | undefined;
}

/** Rows in memory, with faults that a test or a scenario switches on. */
export class SimRegistry {
  readonly #rows = new Map<NodeName, StoredRow>();
  readonly #past: Past[] = [];
  /** The rows as a list, until they change: large clusters list often. */
  #listing: readonly StoredRow[] | undefined;
  #versions = 0;

  /** Every call fails with this reason. */
  awayBecause: string | undefined;
  /** Every write and removal fails with this reason. */
  readOnlyBecause: string | undefined;
  /** Every write and removal is done, and then fails with this reason. */
  liesBecause: string | undefined;
  /** Listings hold no rows at all. */
  isEmpty = false;
  /** Listings show the rows as they were this long ago, in milliseconds. */
  staleMs = 0;
  /** How long a call takes, in milliseconds. */
  latencyMs = 1;
  /** Writes so far, successful or not. */
  writes = 0;
  /** Listings so far. */
  listings = 0;
  /** Called when a row has come or gone, for hints; storage without hints leaves it alone. */
  onNews: () => void = () => {};
  /** What the wall clock of a node shows when it writes its row. */
  wallClock: (name: NodeName) => string = () => "";

  /** Carries out what a core asked for; the input that answers it. */
  use(effect: Effect & { kind: "list" | "write" | "remove" }, now: number): Input {
    switch (effect.kind) {
      case "list": {
        const rows = this.list(now);
        return typeof rows === "string"
          ? { kind: "list-failed", reason: rows }
          : { kind: "listed", rows };
      }
      case "write": {
        const row = { ...effect.row, activeAt: this.wallClock(effect.row.name) };
        const result = this.write(row, effect.expectedVersion, now);
        if (typeof result === "string") return { kind: "write-failed", reason: result };
        if (result.kind === "written") return result;
        return { kind: "write-conflict", current: result.current };
      }
      case "remove": {
        const { name } = effect;
        const result = this.remove(name, effect.version, now);
        if (result === "removed") return { kind: "removed", name };
        if (result !== "conflict") return { kind: "remove-failed", name, reason: result.fault };
        return { kind: "remove-conflict", name, current: this.#rows.get(name) };
      }
    }
  }

  /** All rows, or a failure as text. */
  list(now: number): readonly StoredRow[] | string {
    this.listings++;
    if (this.awayBecause !== undefined) return this.awayBecause;
    if (this.isEmpty) return [];
    if (this.staleMs > 0) return [...this.#rowsAt(now - this.staleMs).values()];
    return this.#listing ??= [...this.#rows.values()];
  }

  /** Writes if the stored version is `seen`. */
  write(row: Row, expectedVersion: string | undefined, now: number): SimWrite | string {
    this.writes++;
    const fault = this.awayBecause ?? this.readOnlyBecause;
    if (fault !== undefined) return fault;
    const current = this.#rows.get(row.name);
    if (current?.version !== expectedVersion) return { kind: "conflict", current };
    const version = `v${++this.#versions}`;
    this.#put(row.name, { row, version }, now);
    return this.liesBecause ?? { kind: "written", version };
  }

  /** Removes if the stored version is `seen`. */
  remove(
    name: NodeName,
    expectedVersion: string,
    now: number,
  ): "removed" | "conflict" | { fault: string } {
    const fault = this.awayBecause ?? this.readOnlyBecause;
    if (fault !== undefined) return { fault };
    if (this.#rows.get(name)?.version !== expectedVersion) return "conflict";
    this.#put(name, undefined, now);
    return this.liesBecause === undefined ? "removed" : { fault: this.liesBecause };
  }

  /** The row under `name`, for looking. */
  row(name: string): Row | undefined {
    return this.#rows.get(name as NodeName)?.row;
  }

  /** Loses everything, its past included. */
  wipe(): void {
    this.#rows.clear();
    this.#past.length = 0;
    this.#listing = undefined;
  }

  /** Comes back from a backup: holds again what it held `agoMs` ago, versions included. */
  rollBack(agoMs: number, now: number): void {
    const rows = this.#rowsAt(now - agoMs);
    for (const name of new Set([...this.#rows.keys(), ...rows.keys()])) {
      if (this.#rows.get(name) !== rows.get(name)) this.#put(name, rows.get(name), now);
    }
  }

  /** Ends every fault. What was lost stays lost. */
  mend(): void {
    this.awayBecause = undefined;
    this.readOnlyBecause = undefined;
    this.liesBecause = undefined;
    this.isEmpty = false;
    this.staleMs = 0;
    this.latencyMs = 1;
  }

  #put(name: NodeName, after: StoredRow | undefined, now: number): void {
    this.#past.push({ at: now, name, before: this.#rows.get(name) });
    if (after === undefined) this.#rows.delete(name);
    else this.#rows.set(name, after);
    this.#listing = undefined;
    if (after === undefined || this.#past.at(-1)?.before === undefined) this.onNews();
    // Now and then only, because it moves everything that stays.
    const half = this.#past[this.#past.length >> 1];
    if (half !== undefined && half.at < now - memoryMs) {
      this.#past.splice(0, this.#past.length >> 1);
    }
  }

  /** The rows as they were, as far back as the memory reaches. */
  #rowsAt(at: number): Map<NodeName, StoredRow> {
    const rows = new Map(this.#rows);
    for (let index = this.#past.length - 1; index >= 0; index--) {
      const past = this.#past[index] as Past;
      if (past.at <= at) break;
      if (past.before === undefined) rows.delete(past.name);
      else rows.set(past.name, past.before);
    }
    return rows;
  }
}
