/**
 * Key pairs of X25519 (RFC 7748), made by the runtime's own cryptography.
 *
 * In JavaScript the same would take ten to twenty times as long, and a start together, or
 * a picture of all links drawn over fresh connections, is many handshakes.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import { assert } from "../core/base/assert.ts";
import { type EphemeralKey, ephemeralKeyBytes } from "../protocol/noise_handshake.ts";

/** What stands before the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const privateHead = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicHead = Buffer.from("302a300506032b656e032100", "hex");

/** The key pair with this private key: 32 random bytes. */
export function ephemeralKey(privateBytes: Uint8Array): EphemeralKey {
  assert(privateBytes.length === ephemeralKeyBytes, "an ephemeral key is 32 bytes long");
  const encoded = Buffer.concat([privateHead, privateBytes]);
  const privateKey = createPrivateKey({ key: encoded, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return {
    publicKey: Uint8Array.from(spki.subarray(publicHead.length)),
    sharedSecret(theirs) {
      const key = Buffer.concat([publicHead, theirs]);
      const publicKey = createPublicKey({ key, format: "der", type: "spki" });
      return secretOrNone(() => diffieHellman({ privateKey, publicKey }));
    },
  };
}

/** A public key of small order makes some runtimes throw, and others give a secret of zeros. */
function secretOrNone(derive: () => Uint8Array): Uint8Array | undefined {
  let secret: Uint8Array;
  try {
    secret = derive();
  } catch {
    return undefined;
  }
  return secret.some((byte) => byte !== 0) ? Uint8Array.from(secret) : undefined;
}
