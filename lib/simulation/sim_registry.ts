/**
 * A registry that can be as mean as a real one: away, full, slow, stale, rolled back, or wiped.
 *
 * @module
 */
import { hashText } from "../core/base/hash.ts";
import type { Effect, Input } from "../core/input.ts";
import type { NodeName } from "../core/base/name.ts";
import { rowVersion } from "../core/members/row.ts";
import type { InstanceId, Row, StoredRow } from "../core/members/row.ts";

/** How far back the registry remembers what it held, in milliseconds. */
const memoryMs = 120_000;

/** One change, and what stood there before it. */
interface Past {
  readonly at: number;
  readonly name: NodeName;
  readonly before: StoredRow | undefined;
}

/** How a registry misbehaves, towards all or towards one node. */
export interface RegistryTrouble {
  /** Every call fails with this reason. */
  awayBecause: string | undefined;
  /** Every write and removal fails with this reason. */
  readOnlyBecause: string | undefined;
  /** Every write and removal is done, and then fails with this reason. */
  liesBecause: string | undefined;
  /** Listings hold no rows at all. */
  isEmpty: boolean;
  /** Listings show the rows as they were this long ago, in milliseconds. */
  staleMs: number;
  /** How long a call takes, in milliseconds. */
  latencyMs: number;
}

/** No trouble. */
export const noTrouble: Readonly<RegistryTrouble> = {
  awayBecause: undefined,
  readOnlyBecause: undefined,
  liesBecause: undefined,
  isEmpty: false,
  staleMs: 0,
  latencyMs: 1,
};

/** Rows in memory, with faults that a test or a scenario switches on. */
export class SimRegistry implements RegistryTrouble {
  readonly #rows = new Map<NodeName, StoredRow>();
  readonly #past: Past[] = [];
  /** The rows as a list, until they change: large clusters list often. */
  #listing: readonly StoredRow[] | undefined;
  #versions = 0;

  awayBecause: string | undefined;
  readOnlyBecause: string | undefined;
  liesBecause: string | undefined;
  isEmpty = false;
  staleMs = 0;
  latencyMs = 1;
  /** What befalls single nodes only, by their instance, and stands in for what befalls all. */
  readonly troubles = new Map<InstanceId, RegistryTrouble>();
  /** Writes so far, successful or not. */
  writes = 0;
  /** Listings so far. */
  listings = 0;
  /** Called when a row has come or gone, for hints; storage without hints leaves it alone. */
  onNews: () => void = () => {};
  /** What the wall clock of a node shows when it writes its row. */
  wallClock: (name: NodeName) => string = () => "";

  /** Carries out what a core asked for; the input that answers it. */
  use(
    effect: Effect & { kind: "list" | "write" | "remove" },
    now: number,
    trouble: RegistryTrouble = this,
  ): Input {
    switch (effect.kind) {
      case "list": {
        const rows = this.list(now, trouble);
        return typeof rows === "string"
          ? { kind: "list-failed", reason: rows }
          : { kind: "listed", rows };
      }
      case "write": {
        const row = { ...effect.row, activeAt: this.wallClock(effect.row.name) };
        return this.write(row, effect.expectedVersion, now, trouble);
      }
      case "remove":
        return this.remove(effect.name, effect.version, now, trouble);
    }
  }

  /** All rows, or a failure as text. */
  list(now: number, trouble: RegistryTrouble = this): readonly StoredRow[] | string {
    this.listings++;
    if (trouble.awayBecause !== undefined) return trouble.awayBecause;
    if (trouble.isEmpty) return [];
    if (trouble.staleMs > 0) return [...this.#rowsAt(now - trouble.staleMs).values()];
    return this.#listing ??= [...this.#rows.values()];
  }

  /** Writes if the stored version is the expected one. */
  write(
    row: Row,
    expectedVersion: string | undefined,
    now: number,
    trouble: RegistryTrouble = this,
  ): Input {
    this.writes++;
    const fault = trouble.awayBecause ?? trouble.readOnlyBecause;
    if (fault !== undefined) return { kind: "write-failed", reason: fault };
    const current = this.#rows.get(row.name);
    if (current?.version !== expectedVersion) return { kind: "write-conflict", current };
    const version = `v${++this.#versions}`;
    this.#put(row.name, { row, version }, now);
    return trouble.liesBecause === undefined
      ? { kind: "written", version }
      : { kind: "write-failed", reason: trouble.liesBecause };
  }

  /** Removes if the stored version is the expected one. */
  remove(
    name: NodeName,
    expectedVersion: string,
    now: number,
    trouble: RegistryTrouble = this,
  ): Input {
    const fault = trouble.awayBecause ?? trouble.readOnlyBecause;
    if (fault !== undefined) return { kind: "remove-failed", name, reason: fault };
    const current = this.#rows.get(name);
    if (current?.version !== expectedVersion) return { kind: "remove-conflict", name, current };
    this.#put(name, undefined, now);
    return trouble.liesBecause === undefined
      ? { kind: "removed", name }
      : { kind: "remove-failed", name, reason: trouble.liesBecause };
  }

  /** The row under `name`, for looking. */
  row(name: string): Row | undefined {
    return this.#rows.get(name as NodeName)?.row;
  }

  /** Holds the rows of `count` dead nodes from now on; at their addresses is no host. */
  putGhosts(count: number): void {
    for (let number = 1; number <= count; number++) {
      const host = `10.250.${number >> 8}.${number & 255}`;
      const name = `ghost${number}@${host}` as NodeName;
      const instance = [1, 2, 3, 4]
        .map((part) => (hashText(`${name} ${part}`) >>> 0).toString(16).padStart(8, "0")).join("");
      const row = {
        version: rowVersion,
        name,
        instance,
        incarnation: 3,
        heartbeat: 1000 + number,
        heartbeatIntervalMs: 1000,
        addresses: [{ host, port: 4000 }],
        state: "up",
        tags: {},
        startedAt: "",
        activeAt: "",
        software: "simulated",
      } as const;
      this.write(row, undefined, 0);
    }
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
    Object.assign(this, noTrouble);
    this.troubles.clear();
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
