/**
 * Numbers and pieces of bytes: everything in these protocols is big-endian, and a missing byte is a
 * fault of the sender that is noticed once, at the end.
 *
 * @module
 */

/** Reads from front to back; beyond the end it gives zeros and remembers that. */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Where the next byte is read. */
  position: number;
  /** True once something was read that is not there. */
  isShort = false;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.bytes.length - this.position;
  }

  /** The next `count` bytes (up to 6) as a whole number. */
  number(count: number): number {
    if (count > this.left) this.isShort = true;
    const end = Math.min(this.bytes.length, this.position + count);
    let value = 0;
    while (this.position < end) value = value * 256 + (this.bytes[this.position++] as number);
    return value;
  }

  /** The next `count` bytes, as a view; fewer if there are not so many. */
  take(count: number): Uint8Array {
    if (count > this.left) this.isShort = true;
    const end = Math.min(this.bytes.length, this.position + count);
    const taken = this.bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }
}

/** `value` in `count` bytes. */
export function numberBytes(value: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let index = count - 1, rest = value; index >= 0; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** All pieces in one; a number is one byte. */
export function joined(...pieces: readonly (Uint8Array | number)[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const piece of pieces) length += typeof piece === "number" ? 1 : piece.length;
  const whole = new Uint8Array(length);
  let start = 0;
  for (const piece of pieces) {
    if (typeof piece === "number") whole[start++] = piece;
    else {
      whole.set(piece, start);
      start += piece.length;
    }
  }
  return whole;
}
