/**
 * Small, fast hashes that spread well. Not for secrets.
 *
 * @module
 */

/** Where FNV-1a begins. */
const offsetBasis = 0x811c9dc5;

/**
 * 32-bit FNV-1a of a text's code units, as a whole number in 0 … 2^32 − 1.
 *
 * @param basis where it begins: whoever does not know it cannot choose texts whose hashes are equal
 */
export function hashText(text: string, basis: number = offsetBasis): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash);
}

/** Another number in 0 … 2^32 − 1; equal ones stay equal (the finisher of MurmurHash3). */
export function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
