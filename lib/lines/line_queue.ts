/**
 * Lines that wait to be written, in a bounded amount of memory.
 *
 * When the reader at the other end is too slow the oldest lines go first: what happened last is
 * what somebody will want to know. They are counted, so that the file can say what it is missing.
 *
 * @module
 */

const newline = 0x0a;

/** Number of lines in `bytes`, which holds whole lines. */
export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
}

/** `parts` one behind the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** First in, first out, at most `maxBytes`; what is too much falls off at the old end. */
export class LineQueue {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;
  #droppedLines = 0;
  /** The block that the last chunk is a part of, filled up to `used`. */
  #tail: { readonly block: Uint8Array; used: number } | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Lines that wait: counted on demand, as only the end of a log asks. */
  get lines(): number {
    return this.#chunks.slice(this.#head).reduce((lines, chunk) => lines + countLines(chunk), 0);
  }

  /** Appends `lines`: one or more whole lines, each with its newline, not to be changed any more. */
  push(lines: Uint8Array): void {
    if (this.#bytes === 0) this.#chunks.push(lines);
    else this.#pack(lines);
    this.#bytes += lines.length;
    while (this.#bytes > this.#maxBytes) this.#dropOldestLine();
  }

  /** Takes out at least one chunk, and as many more as fit into `maxBytes`; empty if none wait. */
  take(maxBytes: number): Uint8Array {
    let end = this.#head;
    let bytes = 0;
    for (; end < this.#chunks.length; end++) {
      const length = this.#chunks[end]?.length ?? 0;
      if (end > this.#head && bytes + length > maxBytes) break;
      bytes += length;
    }
    const taken = concatenate(this.#chunks.slice(this.#head, end));
    this.#bytes -= bytes;
    this.#advance(end);
    return taken;
  }

  /** True if lines were dropped since the last {@linkcode takeDropped}. */
  get hasDropped(): boolean {
    return this.#droppedLines > 0;
  }

  /** Number of lines that were dropped since the last call. */
  takeDropped(): number {
    const lines = this.#droppedLines;
    this.#droppedLines = 0;
    return lines;
  }

  /**
   * A backlog is packed into blocks: an array of a few bytes costs the memory of hundreds, and the
   * bound is meant to be one of memory.
   */
  #pack(lines: Uint8Array): void {
    const last = this.#chunks.at(-1);
    const tail = this.#tail;
    if (last && tail && tail.used + lines.length <= tail.block.length) {
      tail.block.set(lines, tail.used);
      tail.used += lines.length;
      this.#chunks[this.#chunks.length - 1] = tail.block.subarray(
        last.byteOffset - tail.block.byteOffset,
        tail.used,
      );
      return;
    }
    if (lines.length > blockBytes) {
      this.#tail = undefined;
      this.#chunks.push(lines);
      return;
    }
    const block = new Uint8Array(blockBytes);
    block.set(lines);
    this.#tail = { block, used: lines.length };
    this.#chunks.push(block.subarray(0, lines.length));
  }

  #dropOldestLine(): void {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return;
    const end = chunk.indexOf(newline) + 1;
    const length = end === 0 ? chunk.length : end;
    this.#droppedLines++;
    this.#bytes -= length;
    if (length === chunk.length) this.#advance(this.#head + 1);
    else this.#chunks[this.#head] = chunk.subarray(length);
  }

  /** Moves the head; the space before it is given back now and then, not each time. */
  #advance(head: number): void {
    if (head >= this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
      this.#tail = undefined;
    } else if (head > 1024) {
      this.#chunks.splice(0, head);
      this.#head = 0;
    } else {
      this.#chunks.fill(emptyChunk, this.#head, head);
      this.#head = head;
    }
  }
}

const blockBytes = 4096;

const emptyChunk = new Uint8Array(0);
