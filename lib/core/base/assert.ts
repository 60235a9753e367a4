/**
 * Our own bugs crash loudly; the world's faults are data.
 *
 * An assertion states what this program itself guarantees. It is never used on anything that came
 * from a file, a peer or a user.
 *
 * @module
 */

/** A state that this program's own logic rules out has occurred. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/**
 * States an invariant.
 *
 * @throws {AssertionError} if `condition` does not hold
 */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new AssertionError(`Invariant does not hold: ${invariant}`);
}

/**
 * Ends a `switch` over a closed union; the compiler refuses the call if a case was forgotten.
 *
 * @throws {AssertionError} always
 */
export function unreachable(value: never): never {
  throw new AssertionError(`Unhandled case: ${JSON.stringify(value)}`);
}
