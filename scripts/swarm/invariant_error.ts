/**
 * How an invariant says that it does not hold.
 *
 * @module
 */

/** Something that must never happen has happened. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Stops the run: `what` must not be, and is so at `atMs` of virtual time. */
export type Violated = (what: string) => never;
