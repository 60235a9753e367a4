/** The cipher against the published vector, against another implementation, and against forgers. */
import assert from "node:assert/strict";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import fc from "fast-check";
import { open, openInConstantTime, seal, tagBytes } from "../../lib/protocol/chacha20_poly1305.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

/** Both ways to open. */
const openers = { open, openInConstantTime };

Deno.test("seal() gives the example of RFC 8439, section 2.8.2", () => {
  const key = Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index);
  const nonce = hex("070000004041424344454647");
  const associated = hex("50515253c0c1c2c3c4c5c6c7");
  const plain = new TextEncoder().encode(
    "Ladies and Gentlemen of the class of '99: " +
      "If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const sealed = seal(key, nonce, plain, associated);
  assert.deepEqual(sealed.subarray(0, 8), hex("d31a8d34648e60db"));
  assert.deepEqual(sealed.subarray(-tagBytes), hex("1ae10b594f09e26a7e902ecbd0600691"));
  for (const opened of Object.values(openers)) {
    assert.deepEqual(opened(key, nonce, sealed, associated), plain);
  }
});

const lengths = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.constantFrom(16_384, 65_519, 65_535, 65_536, 65_537, 70_000, 131_072),
);

for (const [name, opened] of Object.entries(openers)) {
  Deno.test(`seal() and ${name}() agree with another implementation, whatever came before`, () => {
    fc.assert(fc.property(
      bytes(32),
      bytes(12),
      lengths,
      fc.uint8Array({ maxLength: 32 }),
      fc.nat(255),
      (key, nonce, length, associated, first) => {
        const plain = Uint8Array.from({ length }, (_, index) => first + index * 7);
        const sealed = chacha20poly1305(key, nonce, associated).encrypt(plain);
        assert.deepEqual(seal(key, nonce, plain, associated), sealed);
        assert.deepEqual(opened(key, nonce, sealed, associated), plain);
      },
    ));
  });

  Deno.test(`${name}() opens nothing in which any one bit was flipped`, () => {
    const [key, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(12)];
    const associated = new Uint8Array(32).fill(2);
    const sealed = seal(key, nonce, new Uint8Array(40), associated);
    const flippedAt = (of: Uint8Array, bit: number): Uint8Array => {
      const flipped = of.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      return flipped;
    };
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      assert.equal(opened(key, nonce, flippedAt(sealed, bit), associated), undefined);
    }
    for (let bit = 0; bit < 96; bit++) {
      assert.equal(opened(key, flippedAt(nonce, bit), sealed, associated), undefined);
      assert.equal(opened(flippedAt(key, bit), nonce, sealed, associated), undefined);
      assert.equal(opened(key, nonce, sealed, flippedAt(associated, bit)), undefined);
    }
    for (let length = 0; length < sealed.length; length++) {
      assert.equal(opened(key, nonce, sealed.subarray(0, length), associated), undefined);
    }
    assert.deepEqual(opened(key, nonce, sealed, associated), new Uint8Array(40));
  });
}

Deno.test("what was sealed and opened stays as it is when other bytes are", () => {
  const [key, nonce, nothing] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)];
  const sealed = seal(key, nonce, new Uint8Array(40).fill(1), nothing);
  const opened = open(key, nonce, sealed, nothing);
  const before = sealed.slice();
  seal(key, new Uint8Array(12).fill(1), new Uint8Array(40).fill(2), nothing);
  assert.deepEqual(sealed, before);
  assert.deepEqual(opened, new Uint8Array(40).fill(1));
});
