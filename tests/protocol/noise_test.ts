/** The handshake against published vectors, and against everything that is not a handshake. */
import assert from "node:assert/strict";
import fc from "fast-check";
import published from "./noise_vectors.json" with { type: "json" };
import { AssertionError } from "../../lib/core/base/assert.ts";
import { CipherState } from "../../lib/protocol/noise_symmetric.ts";
import { ephemeralKey } from "../../lib/transport/ephemeral_key.ts";
import {
  type EphemeralKey,
  type HandshakeOptions,
  HandshakeStart,
  Initiator,
  noiseProtocol,
  presharedKey,
  Responder,
} from "../../lib/protocol/noise_handshake.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const filled = (value: number): Uint8Array => new Uint8Array(32).fill(value);
const prologue = new Uint8Array([1]);
const options = (key: number, cookie = "a cookie", before = prologue): HandshakeOptions => ({
  start: new HandshakeStart(before, presharedKey(cookie)),
  newKey: () => ephemeralKey(filled(key)),
});
const keyOf = (text: string) => (): EphemeralKey => ephemeralKey(hex(text));
const bytes = fc.uint8Array({ maxLength: 300 });

assert.equal(published.protocol, noiseProtocol);
for (const [index, vector] of published.vectors.entries()) {
  Deno.test(`Initiator and Responder write published vector ${index} of ${vector.source}`, () => {
    const psk = hex(vector.psk);
    const start = new HandshakeStart(hex(vector.prologue), psk);
    // Whatever needs the secret itself from here on goes wrong: all of it is in the start.
    psk.fill(0);
    const stranger = new Responder({ start, newKey: keyOf(vector.responderKey) });
    assert.equal(stranger.readMessage(new Uint8Array(48)), undefined);
    const initiator = new Initiator({ start, newKey: keyOf(vector.initiatorKey) });
    const responder = new Responder({ start, newKey: keyOf(vector.responderKey) });
    const [first, second, ...rest] = vector.messages;
    assert.ok(first && second);
    assert.equal(toHex(initiator.writeMessage(hex(first.payload))), first.ciphertext);
    assert.equal(toHex(responder.readMessage(hex(first.ciphertext))), first.payload);
    assert.equal(toHex(responder.writeMessage(hex(second.payload))), second.ciphertext);
    assert.equal(toHex(initiator.readMessage(hex(second.ciphertext))), second.payload);
    const sides = [initiator.split(), responder.split()] as const;
    for (const [turn, message] of rest.entries()) {
      const [from, to] = turn % 2 === 0 ? sides : [sides[1], sides[0]];
      assert.equal(toHex(from.send.seal(hex(message.payload))), message.ciphertext);
      assert.equal(toHex(to.receive.open(hex(message.ciphertext))), message.payload);
    }
  });
}

Deno.test("readMessage() gives undefined when the bytes are random", () => {
  fc.assert(fc.property(bytes, (message) => {
    assert.equal(new Responder(options(1)).readMessage(message), undefined);
    const initiator = new Initiator(options(2));
    initiator.writeMessage(new Uint8Array(0));
    assert.equal(initiator.readMessage(message), undefined);
  }));
});

Deno.test("readMessage() gives undefined when cookie or prologue differ", () => {
  const message = new Initiator(options(1)).writeMessage(new Uint8Array(0));
  const other = new Responder(options(2, "another cookie"));
  assert.equal(other.readMessage(message), undefined);
  const elsewhere = new Responder(options(2, "a cookie", new Uint8Array([2])));
  assert.equal(elsewhere.readMessage(message), undefined);
  assert.notEqual(new Responder(options(2)).readMessage(message), undefined);
});

Deno.test("writeMessage() gives undefined when the public key of the other side is of small order", () => {
  // A holder of the cookie can seal any public key into message 1; 0 is of small order.
  const forged = forgeMessage(new Uint8Array(32));
  const responder = new Responder(options(1));
  assert.notEqual(responder.readMessage(forged), undefined);
  assert.equal(responder.writeMessage(new Uint8Array(0)), undefined);
});

Deno.test("readMessage() of an initiator gives undefined when the answer is of small order", () => {
  const initiator = new Initiator(options(1));
  initiator.writeMessage(new Uint8Array(0));
  assert.equal(initiator.readMessage(new Uint8Array(48)), undefined);
});

Deno.test("open() gives undefined when a message is repeated or left out, then goes on", () => {
  const [sender, receiver] = [new CipherState(filled(9)), new CipherState(filled(9))];
  const [first, second] = [sender.seal(filled(1)), sender.seal(filled(2))];
  assert.equal(receiver.open(second), undefined);
  assert.deepEqual(receiver.open(first), filled(1));
  assert.equal(receiver.open(first), undefined);
  assert.deepEqual(receiver.open(second), filled(2));
});

Deno.test("CipherState counts past 32 bits and asserts when 2^64 - 1 is reached", () => {
  const near32 = new CipherState(filled(9), 0xffff_ffffn);
  near32.seal(filled(1));
  const past32 = new CipherState(filled(9), 0x1_0000_0000n);
  assert.deepEqual(near32.seal(filled(2)), past32.seal(filled(2)));
  const last = new CipherState(filled(9), 0xffff_ffff_ffff_fffen);
  last.seal(filled(1));
  assert.throws(() => last.seal(filled(1)), AssertionError);
  assert.throws(() => last.open(filled(1)), AssertionError);
});

Deno.test("Initiator asserts when its steps are called out of order", () => {
  const initiator = new Initiator(options(1));
  assert.throws(() => initiator.split(), AssertionError);
  assert.throws(() => initiator.readMessage(filled(1)), AssertionError);
  initiator.writeMessage(filled(1));
  assert.throws(() => initiator.writeMessage(filled(1)), AssertionError);
  assert.throws(() => new Responder(options(1)).writeMessage(filled(1)), AssertionError);
});

/** Message 1 with `publicKey` in it, by way of the same symmetric state as the initiator's. */
function forgeMessage(publicKey: Uint8Array): Uint8Array {
  const state = options(1).start.begin();
  state.mixHash(publicKey);
  state.mixKey(publicKey);
  return Uint8Array.of(...publicKey, ...state.encryptAndHash(new Uint8Array(0)));
}
