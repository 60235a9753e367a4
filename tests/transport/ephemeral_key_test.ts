/** X25519 against the published figures of RFC 7748. */
import assert from "node:assert/strict";
import { ephemeralKey } from "../../lib/transport/ephemeral_key.ts";

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

Deno.test("sharedSecret() iterated gives the figures of RFC 7748, section 5.2", () => {
  let scalar = Uint8Array.of(9, ...new Uint8Array(31));
  let point = scalar;
  const secrets = Array.from({ length: 1000 }, () => {
    const secret = ephemeralKey(scalar).sharedSecret(point);
    assert.ok(secret !== undefined);
    [scalar, point] = [Uint8Array.from(secret), scalar];
    return secret;
  });
  const [first, last] = [secrets[0], secrets.at(-1)];
  assert.ok(first && last);
  assert.equal(toHex(first), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
  assert.equal(toHex(last), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
});

Deno.test("publicKey is what the base point 9 gives, and both sides get the same secret", () => {
  const [one, other] = [
    ephemeralKey(new Uint8Array(32).fill(1)),
    ephemeralKey(
      new Uint8Array(32).fill(2),
    ),
  ];
  assert.deepEqual(one.publicKey, one.sharedSecret(Uint8Array.of(9, ...new Uint8Array(31))));
  assert.deepEqual(one.sharedSecret(other.publicKey), other.sharedSecret(one.publicKey));
});

Deno.test("sharedSecret() gives undefined for public keys of small order", () => {
  const key = ephemeralKey(new Uint8Array(32).fill(7));
  assert.equal(key.sharedSecret(new Uint8Array(32)), undefined);
  assert.equal(key.sharedSecret(Uint8Array.of(1, ...new Uint8Array(31))), undefined);
});
