/**
 * Packets: the lengths that put seams into a stream of bytes. They have two bytes during a handshake
 * and in requests to EPMD, four between connected nodes.
 *
 * An empty packet is legal: between connected nodes it is a tick.
 *
 * @module
 */

/** Bytes of a length. */
export type LengthBytes = 2 | 4;

/** `payload` with its length in front. */
export function encodePacket(
  payload: Uint8Array,
  lengthBytes: LengthBytes,
): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(lengthBytes + payload.length);
  packet.set(payload, lengthBytes);
  const view = new DataView(packet.buffer);
  if (lengthBytes === 4) view.setUint32(0, payload.length);
  else view.setUint16(0, payload.length);
  return packet;
}

/**
 * Cuts a stream into packets. Feed it a chunk, then call `next` until it gives `undefined`.
 *
 * Memory is taken for bytes that have come, not for those that were announced.
 */
export class PacketReader {
  /** Bytes of the next length. */
  lengthBytes: LengthBytes;
  /** Largest packet accepted from the next one on, in bytes. */
  limitBytes: number;
  /** Why the stream makes no sense from here on. */
  fault: string | undefined;

  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  constructor(lengthBytes: LengthBytes, limitBytes: number) {
    this.lengthBytes = lengthBytes;
    this.limitBytes = limitBytes;
  }

  /** True if a packet has begun and not ended. */
  get unfinished(): boolean {
    return this.#end > this.#start;
  }

  /** Takes a copy of `chunk`. */
  feed(chunk: Uint8Array): void {
    const left = this.#end - this.#start;
    if (this.#end + chunk.length > this.#buffer.length) {
      const isRoomy = left + chunk.length <= this.#buffer.length / 2;
      const target = isRoomy ? this.#buffer : new Uint8Array(2 * (left + chunk.length));
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = left;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** The next packet, valid until the next `feed`; `undefined` if more is needed, or at a fault. */
  next(): Uint8Array | undefined {
    const available = this.#end - this.#start;
    if (this.fault !== undefined || available < this.lengthBytes) return undefined;
    let length = 0;
    for (let index = 0; index < this.lengthBytes; index++) {
      length = length * 256 + (this.#buffer[this.#start + index] ?? 0);
    }
    if (length > this.limitBytes) {
      this.fault = `a packet of ${length} bytes, more than the ${this.limitBytes} allowed`;
      return undefined;
    }
    const whole = this.lengthBytes + length;
    if (available < whole) return undefined;
    const packet = this.#buffer.subarray(this.#start + this.lengthBytes, this.#start + whole);
    this.#start += whole;
    return packet;
  }
}
