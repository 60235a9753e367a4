/**
 * Chance that nobody can guess: the only file that asks the operating system for it.
 *
 * What decides takes a `Random` (`lib/core/base/random.ts`) instead, so that it can be played again.
 *
 * @module
 */

/** `length` bytes from the operating system. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** 128 random bits as 32 hexadecimal digits. */
export function randomText(): string {
  return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
