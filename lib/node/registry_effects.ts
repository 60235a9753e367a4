/**
 * Carries out what the core wants of the registry, and turns what came of it into inputs.
 *
 * @module
 */
import { errorText } from "../core/base/error_text.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import { isLoopback } from "../core/base/address.ts";
import type { Effect, Input } from "../core/input.ts";
import type { NodeName } from "../core/base/name.ts";
import type { ReclaimProofs } from "../protocol/reclaim_proof.ts";
import { rowBytes, rowMaxBytes } from "../core/members/row.ts";
import type { Row } from "../core/members/row.ts";
import type { Log } from "../log/log.ts";
import type { Listing, Registry, StoredRow } from "../registry/registry.ts";
import { ForeignEntryReport } from "./foreign_entry_report.ts";

/** What they work with. */
export interface RegistryEffectsParts {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly log: Log;
  readonly registry: Registry;
  /** Told once when others can be on other machines while this node gives only loopback addresses. */
  readonly loopbackNote: string | undefined;
  /** Present if the pulse is shared with BEAM nodes, whose timestamps are then no foreign entries. */
  readonly openBeam?: unknown;
  /** The cookie if it came from the registry, which then has to keep it. */
  readonly mintedCookie: string | undefined;
  /** Signs a row of this node that reclaims its name, and checks those of others. */
  readonly reclaimProofs: ReclaimProofs;
}

/** How often the cookie in the registry is looked after while all is well, in milliseconds. */
const cookieEveryMs = 10 * 60_000;

/** One node's dealings with its registry. */
export class RegistryEffects {
  readonly #parts: RegistryEffectsParts;
  readonly #put: (input: Input) => void;
  readonly #signal: AbortSignal;
  readonly #foreignEntries: ForeignEntryReport;
  readonly #hints: Promise<void>;
  #warned = false;
  #tending: Promise<void> | undefined;
  /** When the cookie in the registry was last looked after, on the monotonic clock. */
  #cookieSeenAt: number;
  /**
   * The row that this node wrote last: what others reclaim from it is of interest, and nothing
   * else.
   */
  #own: Pick<Row, "name" | "instance"> | undefined;
  /** The cookie of others that was told of. */
  #otherCookie: string | undefined;
  #lastFault: unknown;

  /** @param put takes the inputs; @param signal ends everything that is under way */
  constructor(parts: RegistryEffectsParts, put: (input: Input) => void, signal: AbortSignal) {
    this.#parts = parts;
    this.#cookieSeenAt = parts.clock.now();
    this.#put = put;
    this.#signal = signal;
    this.#foreignEntries = new ForeignEntryReport(parts.log);
    const { barrier, registry } = parts;
    const onHint = (): void => put({ kind: "registry-hint" });
    this.#hints = barrier.settle("the watch of the registry", () => registry.watch(onHint, signal));
  }

  /** Does one thing; what came of it is put into the inbox. Never rejects. */
  async carryOut(effect: Effect & { kind: "list" | "write" | "remove" }): Promise<void> {
    switch (effect.kind) {
      case "list":
        return await this.#list();
      case "write":
        return await this.#write(effect);
      case "remove":
        return await this.#remove(effect.name, effect.version);
    }
  }

  /** What the registry threw last; `undefined` if it never failed. */
  get lastFault(): unknown {
    return this.#lastFault;
  }

  /** Closes the registry; the signal must have been aborted. */
  async close(): Promise<void> {
    await this.#hints;
    await this.#tending;
    await this.#parts.registry[Symbol.asyncDispose]();
  }

  async #list(): Promise<void> {
    try {
      const listing = await this.#parts.registry.list(this.#signal);
      const { timestamps, foreignEntries } = listing;
      const rows = listing.rows.map((stored) => this.#checked(stored));
      const isDue = this.#parts.clock.now() - this.#cookieSeenAt >= cookieEveryMs;
      if (isDue || !listing.hasCookie) this.#tending ??= this.#tendCookie();
      this.#warnOfLoopback(rows);
      if (this.#parts.openBeam === undefined) {
        this.#foreignEntries.report(listing);
        return this.#put({ kind: "listed", rows });
      }
      this.#foreignEntries.report({ foreignEntries, timestamps: [] });
      this.#put({ kind: "listed", rows, beams: timestamps });
    } catch (error) {
      this.#put({ kind: "list-failed", reason: this.#reasonOf(error) });
    }
  }

  #warnOfLoopback(rows: Listing["rows"]): void {
    const { loopbackNote, log } = this.#parts;
    if (loopbackNote === undefined || this.#warned) return;
    if (rows.every(({ row }) => row.addresses.every(({ host }) => isLoopback(host)))) return;
    this.#warned = true;
    log.warning(loopbackNote);
  }

  async #write({ row, expectedVersion }: Effect & { kind: "write" }): Promise<void> {
    const { clock, registry } = this.#parts;
    const activeAt = new Date(clock.wallTime()).toISOString();
    this.#own = row;
    try {
      const signed = this.#signed({ ...row, activeAt });
      const result = await registry.write(signed, expectedVersion, this.#signal);
      if (result.kind === "conflict") {
        const current = result.current && this.#checked(result.current);
        return this.#put({ kind: "write-conflict", current });
      }
      this.#put(result);
      if (expectedVersion === undefined) await (this.#tending ??= this.#tendCookie());
    } catch (error) {
      this.#put({ kind: "write-failed", reason: this.#reasonOf(error) });
    }
  }

  /** The row as it is written: with a proof of what it reclaims, as far as there is room for it. */
  #signed(row: Row): Row {
    const { reclaims, ...rest } = row;
    if (reclaims === undefined) return row;
    const proof = this.#parts.reclaimProofs.prove({ ...rest, reclaims });
    if (proof === undefined) return rest;
    const signed = { ...rest, reclaims: { ...reclaims, proof } };
    return rowBytes(signed) > rowMaxBytes ? rest : signed;
  }

  /** The row as the core is told of it: what it reclaims from this node it has proven. */
  #checked(stored: StoredRow): StoredRow {
    const { reclaims, ...rest } = stored.row;
    if (reclaims === undefined) return stored;
    const { from, proof } = reclaims;
    const own = rest.name === this.#own?.name ? this.#own.instance : undefined;
    const isFromUs = from.some(({ instance }) => instance === own);
    if (!isFromUs || proof === undefined) return { ...stored, row: rest };
    const row = { ...rest, reclaims: { from } };
    return { ...stored, row: this.#parts.reclaimProofs.isProven(row, proof) ? row : rest };
  }

  /**
   * Puts the cookie back where it is lost, and keeps it from being cleared away for its age. A
   * registry that has lost our row may have lost the cookie, too.
   */
  async #tendCookie(): Promise<void> {
    const { mintedCookie, registry, log, clock } = this.#parts;
    if (mintedCookie === undefined) return;
    const kept = await registry.getOrCreateCookie(mintedCookie, this.#signal).catch(() =>
      undefined
    );
    this.#tending = undefined;
    if (kept === undefined) return;
    this.#cookieSeenAt = clock.now();
    const isNews = kept !== this.#otherCookie;
    this.#otherCookie = kept === mintedCookie ? undefined : kept;
    if (!isNews || kept === mintedCookie) return;
    log.warning(
      `The cookie in ${registry.url} has changed. New nodes cannot join; restart the existing ones`,
    );
  }

  async #remove(name: NodeName, version: string): Promise<void> {
    try {
      const { registry } = this.#parts;
      const result = await registry.remove(name, version, this.#signal);
      if (result === "removed") return this.#put({ kind: "removed", name });
      const found = await registry.read(name, this.#signal);
      const current = found && this.#checked(found);
      this.#put({ kind: "remove-conflict", name, current });
    } catch (error) {
      this.#put({ kind: "remove-failed", name, reason: this.#reasonOf(error) });
    }
  }

  #reasonOf(error: unknown): string {
    this.#lastFault = error;
    return errorText(error);
  }
}
