/**
 * Keys that are made of a cookie, another one for each purpose.
 *
 * @module
 */
import { encodeUtf8 } from "../core/base/text.ts";
import { hkdf } from "./hash.ts";

const salt = encodeUtf8("clusternode/1 cookie");

/** The 32-byte key of a cookie for one purpose (HKDF-SHA256, RFC 5869). */
export function keyOfCookie(cookie: string, purpose: string): Uint8Array {
  return hkdf(encodeUtf8(cookie), salt, encodeUtf8(purpose), 32);
}
