/**
 * One of several registries that are used as one: whether it works, and what was written there.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { RegistryError } from "../../core/base/errors.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { Row } from "../../core/members/row.ts";
import { isOvertaken, keyOf } from "./composite_version.ts";
import type { Registry, RowVersion, StoredRow, WriteResult } from "../registry.ts";

/** How often a row that changes meanwhile is tried to be written. */
const triesMax = 3;

/** What a backend is asked to do; each can fail while the others work. */
export type Act = "read" | "write" | "cookie";

/** What a backend answered, or why it did not. */
export type Answer<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "away"; readonly reason: string };

/** A question to one backend. */
export interface Asking<T> {
  readonly answer: Promise<Answer<T>>;
  /** True if the backend failed the last time. */
  readonly inDoubt: boolean;
}

interface Health {
  failing: boolean;
  reason: string;
  /** Calls that have not ended. */
  pending: number;
}

/** What a backend holds of a row that this handle wrote. */
interface Written {
  readonly key: string;
  readonly version: RowVersion;
}

/** One registry with what this handle knows about it. */
export class Backend {
  readonly registry: Registry;
  readonly index: number;
  readonly #clock: Clock;
  readonly #health: Readonly<Record<Act, Health>>;
  readonly #written = new Map<NodeName, Written>();
  /** True if the cookie may be missing there. */
  lacksCookie = true;
  /** True while people know that it is away. */
  isToldAway = false;
  /** Since when it cannot be read or written, on the monotonic clock. */
  awaySince = 0;

  constructor(registry: Registry, index: number, clock: Clock) {
    this.registry = registry;
    this.index = index;
    this.#clock = clock;
    const health = (): Health => ({ failing: false, reason: "", pending: 0 });
    this.#health = { read: health(), write: health(), cookie: health() };
  }

  get url(): string {
    return this.registry.url;
  }

  /** True if it failed the last time that it was asked for this. */
  isFailing(act: Act): boolean {
    return this.#health[act].failing;
  }

  /** True if it cannot be read or cannot be written. */
  get isAway(): boolean {
    return this.isFailing("read") || this.isFailing("write");
  }

  /** Why it failed the last time. */
  reason(act: Act): string {
    return this.#health[act].reason;
  }

  /** The backend's own version of the row with that key, if this handle wrote it there. */
  writtenVersion(name: NodeName, key: string): RowVersion | undefined {
    const written = this.#written.get(name);
    return written?.key === key ? written.version : undefined;
  }

  forget(name: NodeName): void {
    this.#written.delete(name);
  }

  /** Asks for something; a fault of the storage is an answer, too. */
  ask<T>(
    act: Act,
    signal: AbortSignal,
    work: (registry: Registry) => Promise<T>,
  ): Asking<T> {
    return { inDoubt: this.isFailing(act), answer: this.#answer(act, signal, work) };
  }

  /** Writes `row` if `version` stands there, and nothing else than that. */
  put(row: Row, version: RowVersion | undefined, signal: AbortSignal): Asking<WriteResult> {
    return this.ask("write", signal, (registry) => this.#put(registry, row, version, signal));
  }

  /**
   * Brings `row`, which has been written elsewhere already, to this backend, too. Only a copy of
   * another instance that is not the one that was `expectedVersion` is in the way.
   */
  bring(
    row: Row,
    expectedVersion: string | undefined,
    expected: RowVersion | undefined,
    signal: AbortSignal,
  ): Asking<WriteResult> {
    return this.ask("write", signal, async (registry) => {
      let version = expected;
      for (let tries = 0; tries < triesMax; tries++) {
        const result = await this.#put(registry, row, version, signal);
        if (result.kind === "written") return result;
        const { current } = result;
        if (current !== undefined && !this.#mayReplace(current, row, expectedVersion)) {
          // A later word of the same instance is as good.
          const isOwn = current.row.instance === row.instance;
          return isOwn ? { kind: "written", version: current.version } : result;
        }
        version = current?.version;
      }
      throw new RegistryError(`Cannot write ${row.name} into ${this.url}: it keeps changing`);
    });
  }

  #mayReplace({ row: there }: StoredRow, row: Row, expectedVersion: string | undefined): boolean {
    return isOvertaken(there, row) || keyOf(there) === expectedVersion;
  }

  async #put(
    registry: Registry,
    row: Row,
    version: RowVersion | undefined,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const result = await registry.write(row, version, signal);
    if (result.kind === "written") {
      this.#written.set(row.name, { key: keyOf(row), version: result.version });
      // Where there is no row there may be no cookie either.
      if (version === undefined) this.lacksCookie = true;
    }
    return result;
  }

  async #answer<T>(
    act: Act,
    signal: AbortSignal,
    work: (registry: Registry) => Promise<T>,
  ): Promise<Answer<T>> {
    const health = this.#health[act];
    // One unanswered call is enough to notice that it is back.
    if (health.failing && health.pending > 0) return { kind: "away", reason: health.reason };
    health.pending++;
    try {
      const value = await work(this.registry);
      health.failing = false;
      return { kind: "answer", value };
    } catch (error) {
      if (signal.aborted || !(error instanceof RegistryError)) throw error;
      if (!this.isAway) this.awaySince = this.#clock.now();
      health.failing = true;
      health.reason = error.message;
      this.lacksCookie = true;
      return { kind: "away", reason: error.message };
    } finally {
      health.pending--;
    }
  }
}
