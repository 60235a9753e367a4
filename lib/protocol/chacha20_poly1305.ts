/**
 * ChaCha20-Poly1305 (RFC 8439): bytes under a key, with a tag that shows any change.
 *
 * As WebAssembly. A node seals and opens a few short messages a second, between which its code leaves
 * the caches of the processor and is never compiled well: there a cipher written in JavaScript takes
 * twice as long as this one.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";
import { ChaCha20Poly1305, newInstance } from "@chainsafe/as-chacha20poly1305";

/** Bytes that sealing adds: the tag. */
export const tagBytes = 16;

const cipher = new ChaCha20Poly1305(newInstance());

/**
 * `plain` encrypted, and the tag behind it, in new memory.
 *
 * @param key 32 bytes
 * @param nonce 12 bytes, never twice the same under one key
 * @param associated at most 32 bytes that must be the same when it is opened
 */
export function seal(
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  associated: Uint8Array,
): Uint8Array {
  return cipher.seal(key, nonce, plain, associated);
}

/**
 * What was sealed, in new memory; `undefined` if key, nonce, associated bytes or a bit differ.
 *
 * How long that takes may tell how much of a tag was right. So this is only for keys that are given up
 * as soon as something does not open: there nobody can try a second tag.
 */
export function open(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < tagBytes) return undefined;
  return cipher.open(key, nonce, sealed, associated) ?? undefined;
}

/** As {@linkcode open}, where a stranger may try as many tags as he likes: the time tells nothing. */
export function openInConstantTime(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  const length = sealed.length - tagBytes;
  if (length < 0) return undefined;
  // Encrypting twice gives the bytes back; sealed anew, they must be what was to be opened.
  const plain = seal(key, nonce, sealed.subarray(0, length), associated).slice(0, length);
  return timingSafeEqual(seal(key, nonce, plain, associated), sealed) ? plain : undefined;
}
