/**
 * Frames: TCP delivers a stream of bytes without seams; a length in front of each message puts the
 * seams back.
 *
 *     | length: 4 bytes, big-endian | payload: 1 … 65,536 bytes |
 *
 * A frame without payload is a fault: nothing in the protocol is empty, and a stream of zeros should
 * not look like a polite peer.
 *
 * @module
 */
import { assert } from "../core/base/assert.ts";

/** Largest payload of a frame, in bytes. */
export const frameMaxBytes = 65_536;

/** Bytes in front of the payload. */
export const frameHeaderBytes = 4;

/** `payload` with its length in front. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const { length } = payload;
  assert(length >= 1 && length <= frameMaxBytes, "a frame holds 1 to 65536 bytes");
  const frame = new Uint8Array(frameHeaderBytes + length);
  frame[0] = length >>> 24;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
  frame.set(payload, frameHeaderBytes);
  return frame;
}

/**
 * Cuts a stream into frames.
 *
 * Feed it a chunk, then call `next` until it gives `undefined`, then feed the next chunk. Each byte
 * is copied at most once, and only if its frame spans chunks.
 */
export class FrameReader {
  /** Largest payload accepted, in bytes; may be changed between frames. */
  limitBytes: number;
  /** Why the stream makes no sense from here on; no more frames come then. */
  fault: string | undefined;

  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;
  #header = 0;
  #headerFilled = 0;
  /** The payload being collected when it did not come in one chunk. */
  #partial: Uint8Array | undefined;
  #partialFilled = 0;

  constructor(limitBytes: number = frameMaxBytes) {
    this.limitBytes = limitBytes;
  }

  /** True if a frame has begun and not ended. */
  get unfinished(): boolean {
    return this.#headerFilled > 0;
  }

  /** Takes a chunk; it must stay as it is until `next` has given `undefined`. */
  feed(chunk: Uint8Array): void {
    assert(
      this.#position === this.#chunk.length || this.fault !== undefined,
      "a chunk was used up",
    );
    this.#chunk = chunk;
    this.#position = 0;
  }

  /**
   * The next payload, or `undefined` if more bytes are needed or there is a {@linkcode fault}.
   * It may be a view into the chunk: use or copy it before the chunk's memory is used again.
   */
  next(): Uint8Array | undefined {
    if (this.fault !== undefined || !this.#readHeader()) return undefined;
    const length = this.#header;
    const available = this.#chunk.length - this.#position;
    if (this.#partial === undefined) {
      if (available >= length) {
        const payload = this.#chunk.subarray(this.#position, this.#position + length);
        this.#position += length;
        this.#headerFilled = 0;
        return payload;
      }
      if (available === 0) return undefined;
      this.#partial = new Uint8Array(length);
      this.#partialFilled = 0;
    }
    return this.#collect(this.#partial, available);
  }

  #collect(partial: Uint8Array, available: number): Uint8Array | undefined {
    const take = Math.min(available, partial.length - this.#partialFilled);
    partial.set(this.#chunk.subarray(this.#position, this.#position + take), this.#partialFilled);
    this.#position += take;
    this.#partialFilled += take;
    if (this.#partialFilled < partial.length) return undefined;
    this.#partial = undefined;
    this.#headerFilled = 0;
    return partial;
  }

  /** True once the length is known and legal. */
  #readHeader(): boolean {
    if (this.#headerFilled === frameHeaderBytes) return true;
    while (this.#headerFilled < frameHeaderBytes) {
      if (this.#position === this.#chunk.length) return false;
      if (this.#headerFilled === 0) this.#header = 0;
      // Multiplied, not shifted: a length of 2^31 and more must not turn negative.
      this.#header = this.#header * 256 + (this.#chunk[this.#position++] as number);
      this.#headerFilled++;
    }
    if (this.#header > this.limitBytes) {
      this.fault = `a frame of ${this.#header} bytes, more than the ${this.limitBytes} allowed`;
    } else if (this.#header === 0) {
      this.fault = "a frame of 0 bytes";
    }
    return this.fault === undefined;
  }
}
