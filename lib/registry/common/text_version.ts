/**
 * Versions for storage that keeps none of its own.
 *
 * The text itself is the version: a heartbeat moves with each write, so no two writes of a row are the
 * same text. A short fingerprint stands for it.
 *
 * @module
 */
import type { RowVersion } from "../registry.ts";

/**
 * A fingerprint of `text`: 64 bits of two FNV-1a-like hashes that run side by side, and the length.
 * Finds accidents, not forgeries: who can write to the registry need not forge a version.
 */
export function textVersion(text: string): RowVersion {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b ^= b >>> 15;
  }
  a ^= a >>> 15;
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}.${text.length.toString(36)}`;
}
