/**
 * Standard output (or error) for a node and its service: what one of them writes stands in one piece,
 * and a line of the node begins where a line begins.
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

const newline = 0x0a;

/** One output, for the lines of a node and for what its service writes. */
export class SharedOutput implements Output {
  readonly #output: Output;
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  /** What is out ends with a piece of the service, and that without a newline. */
  #isOpen = false;

  /** For the lines of the node: where a piece of the service has no newline, one stands between. */
  readonly lines: Output = { write: (bytes) => this.#inTurn(() => this.#writeLines(bytes)) };

  constructor(output: Output, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  /**
   * Writes all of `bytes`, a piece of the service, when those that came before are out.
   *
   * @returns fewer bytes only if writing fails in the midst of them; the next call says why
   * @throws what writing throws
   */
  write(bytes: Uint8Array): Promise<number> {
    return this.#inTurn(() => this.#writePiece(bytes));
  }

  #inTurn(write: () => Promise<number>): Promise<number> {
    const mine = this.#last.then(write);
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #writePiece(bytes: Uint8Array): Promise<number> {
    const written = await this.#writeAll(bytes);
    if (written > 0) this.#isOpen = bytes[written - 1] !== newline;
    return written;
  }

  async #writeLines(lines: Uint8Array): Promise<number> {
    const added = this.#isOpen ? 1 : 0;
    const bytes = new Uint8Array(added + lines.length).fill(newline, 0, added);
    bytes.set(lines, added);
    const written = await this.#writeAll(bytes);
    // The rest of a line that was cut belongs to its beginning.
    if (written > 0) this.#isOpen = false;
    return Math.max(0, written - added);
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
