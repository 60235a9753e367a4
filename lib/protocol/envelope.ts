/**
 * Envelopes: what stands in an encrypted frame. One byte says what it is, requests and answers carry
 * a number that brings them together, the rest is the body.
 *
 *     | kind: 1 byte | id: 4 bytes, big-endian; requests and answers only | body |
 *
 * @module
 */
import { assert } from "../core/base/assert.ts";
import { tagBytes } from "./chacha20_poly1305.ts";
import { frameMaxBytes } from "./frame.ts";

/** What an envelope is for. */
export type EnvelopeKind =
  /** Wants an answer with the same id. */
  | "request"
  | "answer"
  /** Wants none. */
  | "notice"
  /** First words of the initiator; either side may ask over this connection from now on. */
  | "hello"
  /** First words of an initiator that wants to ask, but not to be asked, over this connection. */
  | "visit"
  /** Nothing new comes from this side; the end of the connection is no loss. */
  | "goodbye";

/** An envelope; `id` is 0 where the kind has none. */
export interface Envelope {
  readonly kind: EnvelopeKind;
  readonly id: number;
  readonly body: Uint8Array;
}

const kinds: readonly (EnvelopeKind | undefined)[] = [
  undefined,
  "request",
  "answer",
  "notice",
  "hello",
  "visit",
  "goodbye",
];
const headerMaxBytes = 5;

/** Largest body, in bytes: with header and tag it just fills a frame. */
export const bodyMaxBytes: number = frameMaxBytes - tagBytes - headerMaxBytes;

/** An envelope as bytes. */
export function encodeEnvelope(kind: EnvelopeKind, id: number, body: Uint8Array): Uint8Array {
  assert(body.length <= bodyMaxBytes, `a body is at most ${bodyMaxBytes} bytes long`);
  const numbered = kind === "request" || kind === "answer";
  const headerBytes = numbered ? headerMaxBytes : 1;
  const bytes = new Uint8Array(headerBytes + body.length);
  bytes[0] = kinds.indexOf(kind);
  if (numbered) {
    bytes[1] = id >>> 24;
    bytes[2] = id >>> 16;
    bytes[3] = id >>> 8;
    bytes[4] = id;
  }
  bytes.set(body, headerBytes);
  return bytes;
}

/** Reads an envelope; `undefined` if it is none. The body is a view into `bytes`. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | undefined {
  const kind = kinds[bytes[0] ?? 0];
  if (kind === undefined) return undefined;
  if (kind !== "request" && kind !== "answer") return { kind, id: 0, body: bytes.subarray(1) };
  if (bytes.length < headerMaxBytes) return undefined;
  const [, a, b, c, d] = bytes as unknown as [number, number, number, number, number];
  const id = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return { kind, id, body: bytes.subarray(headerMaxBytes) };
}
