/**
 * What waits to be written to one socket. Writing never waits: what was queued in one turn of the
 * event loop goes out in one piece, and a peer that does not read fills its own queue and nobody
 * else's.
 *
 * @module
 */

/** Bytes on their way to one socket. */
export class WriteQueue {
  readonly #socket: Pick<Deno.TcpConn, "write">;
  readonly #maxBytes: number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #acceptedBytes = 0;
  #writtenBytes = 0;
  #isWriting = false;
  #isOver = false;
  #flushed: PromiseWithResolvers<void> | undefined;

  /** @param maxBytes how many may wait */
  constructor(socket: Pick<Deno.TcpConn, "write">, maxBytes: number) {
    this.#socket = socket;
    this.#maxBytes = maxBytes;
  }

  /** Bytes taken since the beginning. */
  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** Bytes handed to the kernel since the beginning. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Bytes that wait, or are being written. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Takes `bytes`, which must not change any more; false if more wait now than may. */
  add(bytes: Uint8Array): boolean {
    if (this.#isOver) return true;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#acceptedBytes += bytes.length;
    if (this.#waitingBytes > this.#maxBytes) return false;
    if (!this.#isWriting) {
      this.#isWriting = true;
      queueMicrotask(() => this.#drain());
    }
    return true;
  }

  /** Resolves when nothing waits, or the queue is over. */
  flushed(): Promise<void> {
    if (!this.#isWriting || this.#isOver) return Promise.resolve();
    this.#flushed ??= Promise.withResolvers();
    return this.#flushed.promise;
  }

  /** Throws away what waits, and takes nothing more. */
  stop(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#tellFlushed();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = joined(this.#waiting);
        this.#waiting = [];
        for (let start = 0; start < batch.length;) {
          const count = await this.#socket.write(start === 0 ? batch : batch.subarray(start));
          start += count;
          this.#waitingBytes -= count;
          this.#writtenBytes += count;
        }
      }
    } catch {
      // The other side is gone. What it sent before that, perhaps a goodbye, is still to be read,
      // and after it reading will find the end too.
      this.stop();
    }
    this.#isWriting = false;
    this.#tellFlushed();
  }

  #tellFlushed(): void {
    this.#flushed?.resolve();
    this.#flushed = undefined;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const whole = new Uint8Array(length);
  let start = 0;
  for (const piece of pieces) {
    whole.set(piece, start);
    start += piece.length;
  }
  return whole;
}
