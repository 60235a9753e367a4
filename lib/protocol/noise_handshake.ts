/**
 * The handshake `Noise_NNpsk0_25519_ChaChaPoly_SHA256`: two messages, after which both sides know
 * that the other holds the same secret, and share two keys that nobody can compute later, not even
 * with the secret.
 *
 *     initiator                                   responder
 *         |  1: ephemeral key, sealed payload  ->     |    opens only with the same secret
 *         |  <-  2: ephemeral key, sealed payload     |    opens only with the same secret
 *         |            split(): two ciphers           |
 *
 * Message 1 can be recorded and sent again, so the responder knows whom it talks to only when the
 * first message under the split ciphers opens.
 *
 * @see https://noiseprotocol.org/noise.html
 * @module
 */
import { keyOfCookie } from "./cookie_key.ts";
import { assert } from "../core/base/assert.ts";
import { tagBytes } from "./chacha20_poly1305.ts";
import { type CipherState, SymmetricState } from "./noise_symmetric.ts";

/** Name of the handshake; part of what both sides must agree on. */
export const noiseProtocol = "Noise_NNpsk0_25519_ChaChaPoly_SHA256";

/** Bytes of a public or private key of X25519. */
export const ephemeralKeyBytes = 32;

/** Bytes that a handshake message is longer than its payload. */
export const handshakeOverheadBytes = ephemeralKeyBytes + tagBytes;

/** What both sides bring with them. */
export interface HandshakeOptions {
  readonly start: HandshakeStart;
  /** Makes a key pair for this handshake only; not called before it is needed, as that is costly. */
  readonly newKey: () => EphemeralKey;
}

/**
 * Where each handshake with one secret begins: everything up to the first message, which is the same
 * each time. A stranger's message is tried with every secret, so this is computed once for each.
 */
export class HandshakeStart {
  readonly #state = new SymmetricState(noiseProtocol);

  /**
   * @param prologue data that must be equal on both sides, sent by neither
   * @param psk the shared secret, 32 bytes; see {@linkcode presharedKey}
   */
  constructor(prologue: Uint8Array, psk: Uint8Array) {
    assert(psk.length === 32, "a pre-shared key is 32 bytes long");
    this.#state.mixHash(prologue);
    this.#state.mixKeyAndHash(psk);
  }

  /** The state for one handshake. */
  begin(): SymmetricState {
    return this.#state.copy();
  }
}

/** A key pair of X25519 (RFC 7748), made of random bytes from the operating system. */
export interface EphemeralKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * The 32 bytes that the holder of the other key pair computes as well; `undefined` for public keys
   * of small order, which lead to a secret that everybody knows (RFC 7748, section 6.1).
   *
   * @param publicKey 32 bytes
   */
  sharedSecret(publicKey: Uint8Array): Uint8Array | undefined;
}

/** The ciphers of one side after the handshake. */
export interface HandshakeResult {
  readonly send: CipherState;
  readonly receive: CipherState;
}

/** A cookie as the 32-byte key of the handshake. */
export function presharedKey(cookie: string): Uint8Array {
  return keyOfCookie(cookie, "noise psk");
}

/**
 * The side that dials: `writeMessage`, `readMessage`, `split`.
 *
 * Each may be called once, in this order; any other order is a bug of the caller.
 */
export class Initiator {
  readonly #state: SymmetricState;
  readonly #key: EphemeralKey;
  #step: "write" | "read" | "split" | "over" = "write";

  constructor({ start, newKey }: HandshakeOptions) {
    this.#state = start.begin();
    this.#key = newKey();
  }

  /** Message 1, 48 bytes longer than `payload`. */
  writeMessage(payload: Uint8Array): Uint8Array {
    assert(this.#step === "write", "an initiator writes first, and once");
    this.#step = "read";
    const { publicKey } = this.#key;
    mixPublicKey(this.#state, publicKey);
    return concat(publicKey, this.#state.encryptAndHash(payload));
  }

  /** The payload of message 2; `undefined` if the sender does not hold the secret, or it is none. */
  readMessage(message: Uint8Array): Uint8Array | undefined {
    assert(this.#step === "read", "an initiator reads after it has written, and once");
    this.#step = "over";
    if (message.length < handshakeOverheadBytes) return undefined;
    const publicKey = message.slice(0, ephemeralKeyBytes);
    mixPublicKey(this.#state, publicKey);
    const shared = this.#key.sharedSecret(publicKey);
    if (shared === undefined) return undefined;
    this.#state.mixKey(shared);
    const payload = this.#state.decryptAndHash(message.subarray(ephemeralKeyBytes));
    if (payload !== undefined) this.#step = "split";
    return payload;
  }

  /** The two ciphers; only after `readMessage` gave a payload. */
  split(): HandshakeResult {
    assert(this.#step === "split", "an initiator splits after message 2 opened, and once");
    this.#step = "over";
    const [send, receive] = this.#state.split();
    return { send, receive };
  }
}

/**
 * The side that was dialled: `readMessage`, `writeMessage`, `split`.
 *
 * Each may be called once, in this order; any other order is a bug of the caller.
 */
export class Responder {
  readonly #state: SymmetricState;
  readonly #newKey: () => EphemeralKey;
  #initiatorKey: Uint8Array = new Uint8Array(0);
  #step: "read" | "write" | "split" | "over" = "read";

  constructor({ start, newKey }: HandshakeOptions) {
    this.#state = start.begin();
    this.#newKey = newKey;
  }

  /** The payload of message 1; `undefined` if the sender does not hold the secret, or it is none. */
  readMessage(message: Uint8Array): Uint8Array | undefined {
    assert(this.#step === "read", "a responder reads first, and once");
    this.#step = "over";
    if (message.length < handshakeOverheadBytes) return undefined;
    this.#initiatorKey = message.slice(0, ephemeralKeyBytes);
    mixPublicKey(this.#state, this.#initiatorKey);
    const payload = this.#state.decryptAndHash(message.subarray(ephemeralKeyBytes));
    if (payload !== undefined) this.#step = "write";
    return payload;
  }

  /**
   * Message 2, 48 bytes longer than `payload`; `undefined` if the initiator's public key is one of
   * the few that lead to a secret everybody knows.
   */
  writeMessage(payload: Uint8Array): Uint8Array | undefined {
    assert(this.#step === "write", "a responder writes after message 1 opened, and once");
    this.#step = "over";
    const key = this.#newKey();
    const { publicKey } = key;
    mixPublicKey(this.#state, publicKey);
    const shared = key.sharedSecret(this.#initiatorKey);
    if (shared === undefined) return undefined;
    this.#state.mixKey(shared);
    this.#step = "split";
    return concat(publicKey, this.#state.encryptAndHash(payload));
  }

  /** The two ciphers; only after `writeMessage` gave a message. */
  split(): HandshakeResult {
    assert(this.#step === "split", "a responder splits after message 2 was written, and once");
    this.#step = "over";
    const [receive, send] = this.#state.split();
    return { send, receive };
  }
}

/** Token `e`: with a pre-shared key it goes into the key as well (section 9.2). */
function mixPublicKey(state: SymmetricState, publicKey: Uint8Array): void {
  state.mixHash(publicKey);
  state.mixKey(publicKey);
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
