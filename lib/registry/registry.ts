/**
 * A registry: any shared storage in which nodes leave a row about themselves and find the rows of
 * the others.
 *
 * Nodes meet in it; nothing here decides whether a node is alive.
 * A back end is one file beside this one, one line in `open.ts`, and one line in the conformance
 * suite, which quotes these clauses:
 *
 * - R1 a cluster nobody wrote to is empty, not an error
 * - R2 a handle reads its own writes
 * - R3 another handle sees a write within `stalenessMs`
 * - R4 of many writers with the same seen version exactly one wins
 * - R5 a loser gets "conflict", never an error
 * - R6 versions change with each write
 * - R7 removing twice is "conflict"
 * - R8 two clusters under one URL never see each other
 * - R9 every legal name and the largest row come back as written
 * - R10 an abort rejects at once
 * - R11 storage that is away gives one `RegistryError` within the timeout, never a partial listing
 * - R12 a damaged or foreign row is reported as such, the others still come
 * - R13 of many minted cookies exactly one is kept, and every handle reads that one
 * - R14 a timestamp alone is listed with a version that moves as it does, and is removed like a row
 * - R15 a listing tells whether the cookie is there
 *
 * @module
 */
import type { NodeName } from "../core/base/name.ts";
import type { Row, RowVersion, StoredRow, StoredTimestamp } from "../core/members/row.ts";

export type { RowVersion, StoredRow, StoredTimestamp };

/** Something in the registry that is no row of this program. */
export interface ForeignEntry {
  /** Under which key it was found, made printable. */
  readonly key: string;
  /** What is wrong with it, as the end of a sentence: "it is not JSON". */
  readonly reason: string;
}

/** Everything that a cluster's registry holds at one moment. */
export interface Listing {
  /** All rows that could be read. */
  readonly rows: readonly StoredRow[];
  /** Names under which stands a timestamp alone: Elixir nodes of the original cluster. */
  readonly timestamps: readonly StoredTimestamp[];
  /** What was found beside them. */
  readonly foreignEntries: readonly ForeignEntry[];
  /** False if there is no cookie (R15): then newcomers would make up another one. */
  readonly hasCookie: boolean;
}

/** What became of a conditional write. */
export type WriteResult =
  | { readonly kind: "written"; readonly version: RowVersion }
  /** Someone else was first; `current` is what stands there now, if it is a readable row. */
  | { readonly kind: "conflict"; readonly current: StoredRow | undefined };

/** A handle on one cluster's rows in one storage. */
export interface Registry extends AsyncDisposable {
  /** Where it is, fit for a log: without any secret. */
  readonly url: string;
  /** Whose rows these are, where it was opened for one cluster: a node that is given it is of that. */
  readonly cluster?: string | undefined;
  /** How old a listing by another handle may be, in milliseconds; 0 if it is always current. */
  readonly stalenessMs: number;
  /**
   * Pause between two requests of a node that is worth its price once all is well, in milliseconds; 0
   * where requests cost nothing.
   */
  readonly paceMs: number;

  /**
   * All rows of the cluster (R1, R3, R11, R12).
   *
   * @throws {RegistryError} if the storage did not give a complete answer
   */
  list(signal: AbortSignal): Promise<Listing>;

  /**
   * One row, or `undefined` if there is none that can be read as a row.
   *
   * @throws {RegistryError} if the storage did not answer
   */
  read(name: NodeName, signal: AbortSignal): Promise<StoredRow | undefined>;

  /**
   * Writes `row` if the stored version is still `expectedVersion` (R2, R4, R5, R6). `undefined` as
   * `expectedVersion` means that there must be no row; something unreadable under that name counts
   * as none.
   *
   * @throws {RegistryError} if it is not known to be written
   */
  write(
    row: Row,
    expectedVersion: RowVersion | undefined,
    signal: AbortSignal,
  ): Promise<WriteResult>;

  /**
   * Removes the row if the stored version is still `expectedVersion` (R7); a timestamp alone, too
   * (R14).
   *
   * @throws {RegistryError} if it is not known to be removed
   */
  remove(
    name: NodeName,
    expectedVersion: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict">;

  /**
   * The cluster's cookie, or `undefined` if there is none; changes nothing.
   *
   * @throws {RegistryError} if the storage did not answer, or the cookie cannot be read
   */
  cookie(signal: AbortSignal): Promise<string | undefined>;

  /**
   * The cluster's cookie: `minted` if there was none, otherwise the one that is there (R13). What is
   * there counts as used again, for those who clear away what has not been used for long.
   *
   * @throws {RegistryError} if the storage did not answer, or the cookie cannot be read
   */
  getOrCreateCookie(minted: string, signal: AbortSignal): Promise<string>;

  /**
   * Calls `onChange` soon after someone changed a row, until `signal` is aborted. A hint: it may come
   * late, twice, or never, and a back end without hints returns at once. Never throws.
   */
  watch(onChange: () => void, signal: AbortSignal): Promise<void>;
}
