/**
 * Standard output (or error) for several writers: what one of them writes stands in one piece.
 *
 * @module
 */
import { type Clock, sleep } from "../clock.ts";

/** Where the bytes go: `Deno.stdout`, `Deno.stderr`, or anything like them. */
export interface Output {
  /** Writes the beginning of `bytes`; resolves to how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Pause before a pipe that is full, and that somebody made non-blocking, is tried again. */
const fullPipePauseMs = 10;

/** One output, for the lines of a node and for those of its service. */
export class SharedOutput implements Output {
  readonly #output: Output;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  /**
   * Writes all of `bytes`, when those that came before are out.
   *
   * @returns fewer bytes only if writing fails in the midst of them; the next call says why
   * @throws what writing throws
   */
  write(bytes: Uint8Array): Promise<number> {
    const mine = this.#last.then(() => this.#writeAll(bytes));
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #writeAll(bytes: Uint8Array): Promise<number> {
    let written = 0;
    while (written < bytes.length) {
      try {
        written += await this.#output.write(bytes.subarray(written));
      } catch (error) {
        if (error instanceof Deno.errors.WouldBlock) await sleep(this.#clock, fullPipePauseMs);
        else if (written === 0 || error instanceof Deno.errors.BrokenPipe) throw error;
        else return written;
      }
    }
    return written;
  }
}
