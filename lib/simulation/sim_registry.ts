/**
 * A registry that can be as mean as a real one: away, full, slow, stale, or wiped.
 *
 * @module
 */
import type { Effect, Input, RegistryRow } from "../core/input.ts";
import type { NodeName } from "../core/name.ts";
import type { Row } from "../core/row.ts";

/** What becomes of a write; mirrors the registry interface. */
export type SimWrite =
  | { readonly kind: "written"; readonly version: string }
  | { readonly kind: "conflict"; readonly current: RegistryRow | undefined };

/** Rows in memory, with faults that a test or a scenario switches on. */
export class SimRegistry {
  #rows = new Map<NodeName, RegistryRow>();
  #versions = 0;
  #past: { readonly at: number; readonly rows: readonly RegistryRow[] }[] = [];

  /** Every call fails with this reason. */
  awayBecause: string | undefined;
  /** Every write and removal fails with this reason. */
  readOnlyBecause: string | undefined;
  /** Listings show the rows as they were this long ago, in milliseconds. */
  staleMs = 0;
  /** How long a call takes, in milliseconds. */
  latencyMs = 1;
  /** Writes so far, successful or not. */
  writes = 0;
  /** Listings so far. */
  listings = 0;

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
        const result = this.write({ ...effect.row, activeAt: "" }, effect.seen, now);
        if (typeof result === "string") return { kind: "write-failed", reason: result };
        if (result.kind === "written") return result;
        return { kind: "write-conflict", current: result.current };
      }
      case "remove": {
        const { name } = effect;
        const result = this.remove(name, effect.version, now);
        if (result === "removed") return { kind: "removed", name };
        const reason = result === "conflict" ? "its row has just changed" : result.fault;
        return { kind: "remove-failed", name, reason };
      }
    }
  }

  /** All rows, or a failure as text. */
  list(now: number): readonly RegistryRow[] | string {
    this.listings++;
    if (this.awayBecause !== undefined) return this.awayBecause;
    const rows = [...this.#rows.values()];
    if (this.staleMs === 0) return rows;
    return this.#past.findLast(({ at }) => at <= now - this.staleMs)?.rows ?? [];
  }

  /** Writes if the stored version is `seen`. */
  write(row: Row, seen: string | undefined, now: number): SimWrite | string {
    this.writes++;
    const fault = this.awayBecause ?? this.readOnlyBecause;
    if (fault !== undefined) return fault;
    const current = this.#rows.get(row.name);
    if (current?.version !== seen) return { kind: "conflict", current };
    const version = `v${++this.#versions}`;
    this.#rows.set(row.name, { row, version });
    this.#remember(now);
    return { kind: "written", version };
  }

  /** Removes if the stored version is `seen`. */
  remove(name: NodeName, seen: string, now: number): "removed" | "conflict" | { fault: string } {
    const fault = this.awayBecause ?? this.readOnlyBecause;
    if (fault !== undefined) return { fault };
    if (this.#rows.get(name)?.version !== seen) return "conflict";
    this.#rows.delete(name);
    this.#remember(now);
    return "removed";
  }

  /** The row under `name`, for looking. */
  row(name: string): Row | undefined {
    return this.#rows.get(name as NodeName)?.row;
  }

  /** Loses everything. */
  wipe(): void {
    this.#rows = new Map();
  }

  #remember(now: number): void {
    this.#past.push({ at: now, rows: [...this.#rows.values()] });
    while (this.#past.length > 2 && (this.#past[1]?.at ?? now) <= now - this.staleMs) {
      this.#past.shift();
    }
  }
}
