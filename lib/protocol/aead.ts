/**
 * ChaCha20-Poly1305 (RFC 8439, section 2.8): a message goes in, the same message comes out
 * unreadable and with a tag that shows any change.
 *
 * Put together from the library's ChaCha20 and Poly1305 and not taken whole, because a pulse is many
 * tiny messages: block 0 of the key stream (which makes the tag's key) and the blocks of the message
 * come from one call over one buffer, which halves the time for 100 bytes.
 *
 * @module
 */
import { sameSecret } from "../core/base/same_secret.ts";
import { chacha20 } from "@noble/ciphers/chacha.js";
import { poly1305 } from "@noble/ciphers/_poly1305.js";

/** Bytes that sealing adds. */
export const tagBytes = 16;

/** Bytes of a key. */
export const keyBytes = 32;

const blockBytes = 64;
const nothing = new Uint8Array(0);

/**
 * Encrypts `plain` and appends the tag.
 *
 * @param key 32 bytes
 * @param nonce 12 bytes, never used twice with one key
 * @param associated protected by the tag, but not sent
 * @returns `plain.length + 16` bytes
 */
export function sealAead(
  key: Uint8Array,
  nonce: Uint8Array,
  plain: Uint8Array,
  associated: Uint8Array = nothing,
): Uint8Array {
  const work = new Uint8Array(blockBytes + plain.length + tagBytes);
  work.set(plain, blockBytes);
  const stream = work.subarray(0, blockBytes + plain.length);
  chacha20(key, nonce, stream, stream, 0);
  const sealed = stream.subarray(blockBytes);
  work.set(tagOf(work.subarray(0, 32), associated, sealed), blockBytes + plain.length);
  return work.subarray(blockBytes);
}

/**
 * Decrypts what {@linkcode sealAead} made; `undefined` if it was made with another key, nonce or
 * associated data, was changed, or is too short.
 */
export function openAead(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array = nothing,
): Uint8Array | undefined {
  const length = sealed.length - tagBytes;
  if (length < 0) return undefined;
  const work = new Uint8Array(blockBytes + length);
  const cipherText = sealed.subarray(0, length);
  work.set(cipherText, blockBytes);
  chacha20(key, nonce, work, work, 0);
  const tag = tagOf(work.subarray(0, 32), associated, cipherText);
  return sameSecret(tag, sealed.subarray(length)) ? work.subarray(blockBytes) : undefined;
}

function tagOf(key: Uint8Array, associated: Uint8Array, cipherText: Uint8Array): Uint8Array {
  const textStart = paddedLength(associated.length);
  const lengthsStart = textStart + paddedLength(cipherText.length);
  const message = new Uint8Array(lengthsStart + 16);
  message.set(associated);
  message.set(cipherText, textStart);
  putLength(message, lengthsStart, associated.length);
  putLength(message, lengthsStart + 8, cipherText.length);
  return poly1305(message, key);
}

function paddedLength(length: number): number {
  return (length + 15) & ~15;
}

/** Little-endian; the upper half of the 64 bits stays 0. */
function putLength(message: Uint8Array, start: number, length: number): void {
  message[start] = length;
  message[start + 1] = length >>> 8;
  message[start + 2] = length >>> 16;
  message[start + 3] = length >>> 24;
}
