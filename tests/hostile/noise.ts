/**
 * The handshake of docs/protocol.md, written from that page and the Noise specification alone: it
 * shares no code with the program, so the two can only agree by following the same text.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import { diffieHellman, randomBytes, scryptSync } from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";

const protocolName = "Noise_NNpsk0_25519_ChaChaPoly_SHA256";
const nothing = new Uint8Array(0);

/** A key pair of X25519. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  /** The secret shared with the holder of the other key. */
  agree(other: Uint8Array): Uint8Array;
}

/** A key pair made from 32 bytes, random ones by default. */
export function keyPair(seed: Uint8Array = randomBytes(32)): KeyPair {
  const der = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const exported = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const head = exported.subarray(0, 12);
  return {
    publicKey: Uint8Array.from(exported.subarray(12)),
    agree(other) {
      const spki = Buffer.concat([head, other]);
      const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
      return Uint8Array.from(diffieHellman({ privateKey, publicKey }));
    },
  };
}

/** One direction of a connection: a key, and the number of the next message. */
export class Cipher {
  readonly #key: Uint8Array;
  #count = 0n;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  encrypt(plain: Uint8Array, associated: Uint8Array = nothing): Uint8Array {
    return chacha20poly1305(this.#key, this.#nonce(), associated).encrypt(plain);
  }

  /** @throws {Error} if it is not the next message of the other side */
  decrypt(sealed: Uint8Array, associated: Uint8Array = nothing): Uint8Array {
    return chacha20poly1305(this.#key, this.#nonce(), associated).decrypt(sealed);
  }

  #nonce(): Uint8Array {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(4, this.#count++, true);
    return nonce;
  }
}

/** Both directions, as the initiator's `split` or the responder's gives them. */
export interface Ciphers {
  readonly send: Cipher;
  readonly receive: Cipher;
}

/** The state of one side of a handshake. */
class Handshake {
  #chainingKey: Uint8Array = sha256(bytesOf(protocolName));
  #hash: Uint8Array = this.#chainingKey;
  #cipher = new Cipher(this.#chainingKey);
  readonly key: KeyPair;

  constructor(prologue: Uint8Array, psk: Uint8Array, key: KeyPair) {
    this.key = key;
    this.#mixHash(prologue);
    const [chainingKey, hash, cipherKey] = hkdf(this.#chainingKey, psk, 3);
    this.#chainingKey = chainingKey as Uint8Array;
    this.#mixHash(hash as Uint8Array);
    this.#cipher = new Cipher(cipherKey as Uint8Array);
  }

  /** Token `e`. */
  publicKey(publicKey: Uint8Array): void {
    this.#mixHash(publicKey);
    this.mixKey(publicKey);
  }

  mixKey(material: Uint8Array): void {
    const [chainingKey, cipherKey] = hkdf(this.#chainingKey, material, 2);
    this.#chainingKey = chainingKey as Uint8Array;
    this.#cipher = new Cipher(cipherKey as Uint8Array);
  }

  write(payload: Uint8Array): Uint8Array {
    const sealed = this.#cipher.encrypt(payload, this.#hash);
    this.#mixHash(sealed);
    return sealed;
  }

  read(sealed: Uint8Array): Uint8Array {
    const payload = this.#cipher.decrypt(sealed, this.#hash);
    this.#mixHash(sealed);
    return payload;
  }

  /** The cipher of the initiator, and that of the responder. */
  split(): [Cipher, Cipher] {
    const [initiators, responders] = hkdf(this.#chainingKey, nothing, 2);
    return [new Cipher(initiators as Uint8Array), new Cipher(responders as Uint8Array)];
  }

  #mixHash(data: Uint8Array): void {
    this.#hash = sha256(this.#hash, data);
  }
}

/** The side that dials. */
export class Initiator {
  readonly #state: Handshake;

  constructor(prologue: Uint8Array, psk: Uint8Array, key: KeyPair = keyPair()) {
    this.#state = new Handshake(prologue, psk, key);
  }

  /** Message 1. */
  first(payload: Uint8Array = nothing): Uint8Array {
    const { publicKey } = this.#state.key;
    this.#state.publicKey(publicKey);
    return joined(publicKey, this.#state.write(payload));
  }

  /** Reads message 2: its payload, and the ciphers. */
  finish(message: Uint8Array): { payload: Uint8Array; ciphers: Ciphers } {
    const publicKey = message.slice(0, 32);
    this.#state.publicKey(publicKey);
    this.#state.mixKey(this.#state.key.agree(publicKey));
    const payload = this.#state.read(message.subarray(32));
    const [send, receive] = this.#state.split();
    return { payload, ciphers: { send, receive } };
  }
}

/** The side that was dialled. */
export class Responder {
  readonly #state: Handshake;

  constructor(prologue: Uint8Array, psk: Uint8Array, key: KeyPair = keyPair()) {
    this.#state = new Handshake(prologue, psk, key);
  }

  /** Reads message 1 and writes message 2 with this payload. */
  answer(message: Uint8Array, payload: Uint8Array): { message: Uint8Array; ciphers: Ciphers } {
    const theirs = message.slice(0, 32);
    this.#state.publicKey(theirs);
    this.#state.read(message.subarray(32));
    const { publicKey } = this.#state.key;
    this.#state.publicKey(publicKey);
    this.#state.mixKey(this.#state.key.agree(theirs));
    const sealed = this.#state.write(payload);
    const [receive, send] = this.#state.split();
    return { message: joined(publicKey, sealed), ciphers: { send, receive } };
  }
}

/** The secret that a cookie stands for in a cluster: itself, or stretched if it is weak. */
export function secretOf(cookie: string, cluster: string): string {
  if (!isWeak(cookie)) return cookie;
  const salt = `clusternode/1 weak cookie\0${cluster}`;
  return scryptSync(cookie, salt, 32, { N: 16_384, r: 8, p: 1 }).toString("base64url");
}

/** True if a cookie has to be stretched. */
export function isWeak(cookie: string): boolean {
  return bitsOf(cookie) < 128;
}

function bitsOf(cookie: string): number {
  const characters = Array.from(cookie);
  const different = new Set(characters).size;
  const digits = cookie.replaceAll("-", "");
  if (/^[0-9a-fA-F]+$/.test(digits) && different >= 8) return 4 * digits.length;
  const kinds = characters.flatMap((one) =>
    /[A-Z]/.test(one) ? ["A"] : /[a-z]/.test(one) ? ["a"] : /[0-9]/.test(one) ? ["0"] : []
  );
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  const isDrawn = /^[!-~]+$/.test(cookie) && different >= 12 && changes > characters.length / 3;
  return isDrawn ? 6 * characters.length : 2 * Math.min(characters.length, 4 * different);
}

/** A secret as the pre-shared key: HKDF-SHA256 of RFC 5869 with one block of output. */
export function pskOf(secret: string): Uint8Array {
  const key = hmac(bytesOf("clusternode/1 cookie"), bytesOf(secret));
  return hmac(key, joined(bytesOf("noise psk"), Uint8Array.of(1)));
}

/** What both sides must agree on; without a cluster it is the bare prologue. */
export function prologueOf(cluster?: string): Uint8Array {
  return bytesOf(cluster === undefined ? "clusternode/1" : `clusternode/1\0${cluster}`);
}

/** Text as UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `parts`, one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function hkdf(chainingKey: Uint8Array, material: Uint8Array, count: number): Uint8Array[] {
  const secret = hmac(chainingKey, material);
  const outputs: Uint8Array[] = [];
  for (let number = 1; number <= count; number++) {
    outputs.push(hmac(secret, joined(outputs.at(-1) ?? nothing, Uint8Array.of(number))));
  }
  return outputs;
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac("sha256", key).update(data).digest());
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}
