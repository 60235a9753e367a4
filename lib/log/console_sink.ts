/**
 * Standard output (or error) as an output of the log that can neither block nor end the process.
 *
 * A pipe whose reader sleeps, a terminal on hold, a reader that has gone: writes happen in the
 * background, one at a time; lines that come meanwhile wait in a bounded queue, the oldest are
 * dropped and counted, and the count stands where the lines are missing.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { LinePump, type Sent } from "../lines/line_pump.ts";

/** Where the bytes go: `Deno.stdout`, `Deno.stderr`, or anything like them. */
export interface ConsoleWriter {
  /** Writes the beginning of `bytes`; resolves to how many. */
  write(bytes: Uint8Array): Promise<number>;
}

/** What a {@linkcode ConsoleSink} needs. */
export interface ConsoleSinkOptions {
  writer: ConsoleWriter;
  clock: Clock;
  /** Formats a message about the log itself as a line of the log, with its newline. */
  note(message: string): Uint8Array;
  /** Most bytes that wait in memory. Default 256 KiB. */
  bufferMaxBytes?: number;
  /** Pause after a failed write. Default 200. */
  retryMs?: number;
}

/** Most bytes that are written in one go. */
const sendMaxBytes = 64 * 1024;

/** Lines to a console, in the background. It does not own the console and never closes it. */
export class ConsoleSink {
  readonly #writer: ConsoleWriter;
  readonly #pump: LinePump;
  #readerGone = false;

  constructor(options: ConsoleSinkOptions) {
    this.#writer = options.writer;
    this.#pump = new LinePump({
      send: (lines) => this.#send(lines),
      gapNote: (lines) =>
        options.note(
          `${lines === 1 ? "1 log line is" : `${lines} log lines are`} missing here: ` +
            "the console was too slow",
        ),
      bufferMaxBytes: options.bufferMaxBytes ?? 256 * 1024,
      sendMaxBytes,
      retryMs: options.retryMs ?? 200,
      clock: options.clock,
    });
  }

  /** True once the reader has closed the pipe; all lines are dropped from then on. */
  get readerGone(): boolean {
    return this.#readerGone;
  }

  /** Accepts one or more whole lines, each with its newline, and returns at once. */
  write(lines: Uint8Array): void {
    if (!this.#readerGone) this.#pump.push(lines);
  }

  /** True when all lines are out, false if that takes longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean> {
    return this.#pump.flush(timeoutMs);
  }

  /** Writes what waits, for at most `timeoutMs`, and gives up the rest. */
  async close(timeoutMs: number): Promise<void> {
    await this.#pump.flush(timeoutMs);
    this.#pump.stop();
  }

  async #send(lines: Uint8Array): Promise<Sent> {
    let writtenBytes = 0;
    try {
      while (writtenBytes < lines.length && !this.#readerGone) {
        writtenBytes += await this.#writer.write(lines.subarray(writtenBytes));
      }
      return { writtenBytes: lines.length };
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) {
        this.#readerGone = true;
        return { writtenBytes: lines.length };
      }
      // A full disk behind a redirection, or a pipe that somebody made non-blocking: it may pass.
      return { writtenBytes, error };
    }
  }
}
