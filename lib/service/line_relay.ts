/**
 * Passes the output of a service on, byte for byte, so that its lines and those of the node stand
 * beside each other and never in each other.
 *
 * Whole lines go out in one write. The beginning of a line waits for its end, but not for long: a
 * prompt, or a progress bar, has none. Where a line of the node follows it, `shared_output.ts` puts a
 * newline between. Nothing is read before the last write is done, so a service that writes faster than
 * its reader reads has to wait, as it would without a node.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** Writes all of the bytes, with nothing of others in between. */
export type WriteWhole = (bytes: Uint8Array) => Promise<unknown>;

/** How long the beginning of a line waits for its end, in milliseconds. */
export const lineWaitMs = 100;

/** Most bytes of a line that wait for its end. */
export const lineMaxBytes = 64 * 1024;

const newline = 0x0a;

/** One output of a service on its way. */
export class LineRelay {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #write: WriteWhole;
  readonly #clock: Clock;
  /** The beginning of a line. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** When it goes out without its end, in monotonic milliseconds. */
  #dueAt = Infinity;

  /** Resolves when all is passed on, or nothing more can be. Never rejects. */
  readonly ended: Promise<void>;

  constructor(source: ReadableStream<Uint8Array>, write: WriteWhole, clock: Clock) {
    this.#reader = source.getReader();
    this.#write = write;
    this.#clock = clock;
    this.ended = this.#run().catch(() => this.stop());
  }

  /** Reads no more; the service is told so when it writes. What was read still goes out. */
  async stop(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #run(): Promise<void> {
    for (;;) {
      const next = this.#reader.read();
      let chunk = await this.#within(next);
      if (chunk === undefined) {
        await this.#flush();
        chunk = await next;
      }
      if (chunk.done) break;
      await this.#take(chunk.value);
    }
    await this.#flush();
  }

  /** What `next` gives, or `undefined` if that takes longer than what is held may wait. */
  async #within<T>(next: Promise<T>): Promise<T | undefined> {
    if (this.#heldBytes === 0) return await next;
    const late = Promise.withResolvers<undefined>();
    const waitMs = this.#dueAt - this.#clock.now();
    const cancel = this.#clock.after(waitMs, () => late.resolve(undefined));
    try {
      return await Promise.race([next, late.promise]);
    } finally {
      cancel();
    }
  }

  async #take(chunk: Uint8Array): Promise<void> {
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0) {
      this.#held.push(chunk.subarray(0, end));
      await this.#flush();
    }
    if (end === chunk.length) return;
    if (this.#heldBytes === 0) this.#dueAt = this.#clock.now() + lineWaitMs;
    this.#held.push(chunk.subarray(end));
    this.#heldBytes += chunk.length - end;
    if (this.#heldBytes >= lineMaxBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const [first, ...others] = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    if (first === undefined) return;
    const bytes = others.length === 0 ? first : concatenate([first, ...others]);
    try {
      await this.#write(bytes);
    } catch (error) {
      // A reader that has gone is told to the service. A full disk may pass: this part is lost.
      if (error instanceof Deno.errors.BrokenPipe) throw error;
    }
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
