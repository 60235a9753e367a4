/**
 * Turns something that is pushed into something that is awaited.
 *
 * @module
 */

/** Most values that wait for a slow reader; the oldest are lost first. */
const waitingMax = 1000;

interface Reader<T> {
  readonly first: T[];
  readonly waiting: T[];
  wake: () => void;
}

/** Hands each value to every reader that was there when it came. */
export class Broadcast<T> {
  readonly #readers = new Set<Reader<T>>();
  #closed = false;

  /** For how many readers values are kept. */
  get readerCount(): number {
    return this.#readers.size;
  }

  /** Hands `value` to all readers. */
  send(value: T): void {
    for (const reader of this.#readers) {
      reader.waiting.push(value);
      if (reader.waiting.length > waitingMax) reader.waiting.shift();
      reader.wake();
    }
  }

  /** Ends all readers once they have taken what waits for them. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.wake();
  }

  /**
   * All values from now on, until {@linkcode close}; they are kept until they are asked for.
   *
   * @param first what the reader gets before them, however much it is
   * @throws the abort reason as soon as `signal` is aborted, whatever waits by then
   */
  read(signal?: AbortSignal, first: Iterable<T> = []): AsyncGenerator<T, void, void> {
    const reader = { first: [...first], waiting: [] as T[], wake: () => {} };
    if (signal?.aborted !== true) this.#readers.add(reader);
    // Nobody may ever ask.
    const onAbort = (): void => {
      this.#readers.delete(reader);
      reader.wake();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    return this.#drain(reader, onAbort, signal);
  }

  async *#drain(
    reader: Reader<T>,
    onAbort: () => void,
    signal?: AbortSignal,
  ): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        signal?.throwIfAborted();
        const value = reader.first.shift() ?? reader.waiting.shift();
        if (value !== undefined) yield value;
        else if (this.#closed) return;
        else await new Promise<void>((resolve) => reader.wake = resolve);
      }
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#readers.delete(reader);
    }
  }
}
