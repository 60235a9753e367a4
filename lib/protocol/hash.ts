/**
 * SHA-256, and what is made of it, computed by the runtime.
 *
 * In JavaScript the same is as quick once it has run a hundred times. A node that starts needs it for
 * its first handshakes, and code that runs for the first time is twenty times as slow as that.
 *
 * @module
 */
import { createHash, createHmac, hkdfSync } from "node:crypto";

/** The SHA-256 (FIPS 180-4) of all parts, one behind the other: 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}

/** The HMAC-SHA-256 (RFC 2104) of `data`: 64 hexadecimal digits. */
export function hmacHex(key: Uint8Array, data: Uint8Array): string {
  return createHmac("sha256", key).update(data).digest("hex");
}

/** HKDF-SHA256 (RFC 5869). */
export function hkdf(
  material: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  bytes: number,
): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", material, salt, info, bytes));
}
