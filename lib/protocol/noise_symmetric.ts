/**
 * The symmetric half of the Noise protocol framework (revision 34, section 5): a running hash of
 * everything said so far, a key that each step mixes further, and a cipher that counts its messages.
 *
 * Each message opens only in its place: the counter is the nonce, so a repeated, dropped or swapped
 * message does not open.
 *
 * @see https://noiseprotocol.org/noise.html
 * @module
 */
import { open, openInConstantTime, seal } from "./chacha20_poly1305.ts";
import { hkdf, sha256 } from "./hash.ts";
import { assert } from "../core/base/assert.ts";
import { encodeUtf8 } from "../core/base/text.ts";

const nothing = new Uint8Array(0);
const last32 = 0xffff_ffff;

/** A key and the number of the next message under it. */
export class CipherState {
  readonly #key: Uint8Array;
  /** 4 zero bytes, then the counter as 64 bits, little-endian. */
  readonly #nonce = new Uint8Array(12);
  readonly #nonceView = new DataView(this.#nonce.buffer);
  #low: number;
  #high: number;

  /**
   * @param key 32 bytes
   * @param counter number of the first message
   */
  constructor(key: Uint8Array, counter = 0n) {
    assert(key.length === 32, "a cipher key is 32 bytes long");
    this.#key = key;
    this.#low = Number(counter & 0xffff_ffffn);
    this.#high = Number(counter >> 32n);
    this.#writeNonce();
  }

  /** Encrypts the next message; the result is 16 bytes longer. At most 32 bytes are `associated`. */
  seal(plain: Uint8Array, associated: Uint8Array = nothing): Uint8Array {
    this.#assertCounterLeft();
    const sealed = seal(this.#key, this.#nonce, plain, associated);
    this.#advance();
    return sealed;
  }

  /**
   * Decrypts the next message into new memory; `undefined` if it is not the next message of the
   * other side. Then nothing more may be opened under this key.
   */
  open(sealed: Uint8Array): Uint8Array | undefined {
    this.#assertCounterLeft();
    const plain = open(this.#key, this.#nonce, sealed, nothing);
    if (plain !== undefined) this.#advance();
    return plain;
  }

  /**
   * As {@linkcode open}, for a stranger's message, of which the next one may be tried. After a failure
   * the counter stands where it stood.
   */
  openOfStranger(sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
    this.#assertCounterLeft();
    const plain = openInConstantTime(this.#key, this.#nonce, sealed, associated);
    if (plain !== undefined) this.#advance();
    return plain;
  }

  /** The same key, counting by itself from here. */
  copy(): CipherState {
    return new CipherState(this.#key, (BigInt(this.#high) << 32n) | BigInt(this.#low));
  }

  /** 2^64 - 1 is reserved; at a million messages a second it is 580,000 years away. */
  #assertCounterLeft(): void {
    assert(this.#low !== last32 || this.#high !== last32, "a cipher counter stays below 2^64 - 1");
  }

  #advance(): void {
    if (this.#low === last32) {
      this.#low = 0;
      this.#high++;
    } else {
      this.#low++;
    }
    this.#writeNonce();
  }

  #writeNonce(): void {
    this.#nonceView.setUint32(4, this.#low, true);
    this.#nonceView.setUint32(8, this.#high, true);
  }
}

/** Everything both sides have said and agreed on during a handshake, boiled down. */
export class SymmetricState {
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #cipher: CipherState | undefined;

  /** @param protocolName such as `Noise_NNpsk0_25519_ChaChaPoly_SHA256` */
  constructor(protocolName: string) {
    const name = encodeUtf8(protocolName);
    const hash = new Uint8Array(32);
    if (name.length <= 32) hash.set(name);
    this.#hash = name.length <= 32 ? hash : sha256(name);
    this.#chainingKey = this.#hash;
  }

  /** The same state, which goes on by itself from here. */
  copy(): SymmetricState {
    const copy = new SymmetricState("");
    copy.#chainingKey = this.#chainingKey;
    copy.#hash = this.#hash;
    copy.#cipher = this.#cipher?.copy();
    return copy;
  }

  mixHash(data: Uint8Array): void {
    this.#hash = sha256(this.#hash, data);
  }

  mixKey(material: Uint8Array): void {
    const [chainingKey, key] = deriveKeys(this.#chainingKey, material, 2);
    this.#chainingKey = chainingKey;
    this.#cipher = new CipherState(key);
  }

  mixKeyAndHash(material: Uint8Array): void {
    const [chainingKey, hash, key] = deriveKeys(this.#chainingKey, material, 3);
    this.#chainingKey = chainingKey;
    this.mixHash(hash);
    this.#cipher = new CipherState(key);
  }

  /** Only after a key was mixed in; with NNpsk0 that is so from the first message on. */
  encryptAndHash(plain: Uint8Array): Uint8Array {
    assert(this.#cipher !== undefined, "a key was mixed in before the first payload");
    const sealed = this.#cipher.seal(plain, this.#hash);
    this.mixHash(sealed);
    return sealed;
  }

  decryptAndHash(sealed: Uint8Array): Uint8Array | undefined {
    assert(this.#cipher !== undefined, "a key was mixed in before the first payload");
    const plain = this.#cipher.openOfStranger(sealed, this.#hash);
    if (plain !== undefined) this.mixHash(sealed);
    return plain;
  }

  /** The cipher from initiator to responder, and the one back. */
  split(): [CipherState, CipherState] {
    const [forth, back] = deriveKeys(this.#chainingKey, nothing, 2);
    return [new CipherState(forth), new CipherState(back)];
  }
}

/** `HKDF()` of Noise (section 4.3): that of RFC 5869 without info, cut into keys of 32 bytes. */
function deriveKeys(
  chainingKey: Uint8Array,
  material: Uint8Array,
  count: 2 | 3,
): [Uint8Array, Uint8Array, Uint8Array] {
  const bytes = hkdf(material, chainingKey, nothing, 32 * count);
  return [bytes.slice(0, 32), bytes.slice(32, 64), bytes.slice(64)];
}
