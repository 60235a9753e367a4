/**
 * Comparing what must not be guessed piece by piece.
 *
 * @module
 */

/** True if both hold the same, found out in a time that does not depend on what they hold. */
export function sameSecret(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index++) {
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0);
  }
  return difference === 0;
}
