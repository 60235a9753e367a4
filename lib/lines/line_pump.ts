/**
 * Carries lines from those who log to something slow: a file, a pipe, a terminal.
 *
 * Logging never waits. Lines go into a bounded queue; one send is in flight at a time, and all that
 * came meanwhile goes out with the next. When a send fails the rest of it is kept and tried again
 * later; when the queue overflows, the gap is told in the output, where the missing lines would be.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { concatenate, countLines, LineQueue } from "./line_queue.ts";

/** How far a send came: `error` is set when it stopped before the end. */
export interface Sent {
  /** Bytes that are written for good. */
  readonly writtenBytes: number;
  /** Why it stopped; `undefined` after success. */
  readonly error?: unknown;
}

/** What a {@linkcode LinePump} needs. */
export interface LinePumpOptions {
  /** Writes the lines, or the beginning of them. */
  send(lines: Uint8Array): Promise<Sent>;
  /** A line that tells of `lines` dropped ones, in the format of the output. */
  gapNote(lines: number): Uint8Array;
  /** Called after a send: with its error, if any, and the size of the gap that it told of, or 0. */
  onSent?(error: unknown, gapLines: number): void;
  /** Most bytes that wait; a longer line is dropped at once. */
  bufferMaxBytes: number;
  /** Most bytes of one send, so that no node keeps the shared file for long. */
  sendMaxBytes: number;
  /** Pause after a failed send. */
  retryMs: number;
  clock: Clock;
}

/** Queue, send, retry, drop: the same for each output. */
export class LinePump {
  readonly #options: LinePumpOptions;
  readonly #queue: LineQueue;
  /** The part of the last send that is still to be written: never dropped, as it may be torn. */
  #rest: Uint8Array = new Uint8Array(0);
  /** The note at the beginning of `#rest`: the dropped lines it tells of, and its unwritten bytes. */
  #gap = { lines: 0, bytes: 0 };
  #running = false;
  #stopped = false;
  #cancelRetry: (() => void) | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: LinePumpOptions) {
    this.#options = options;
    this.#queue = new LineQueue(options.bufferMaxBytes);
  }

  /**
   * Accepts whole lines with their newlines; returns at once. After {@linkcode stop} they are lost.
   */
  push(lines: Uint8Array): void {
    if (this.#stopped || lines.length === 0) return;
    this.#queue.push(lines);
    if (!this.#running && this.#cancelRetry === undefined) void this.#run();
  }

  /** True if lines were dropped and the note that says so is still to be sent. */
  get hasGap(): boolean {
    return this.#queue.hasDropped;
  }

  /** Ends the pause after a failure, if there is one. */
  retryNow(): void {
    if (this.#cancelRetry === undefined) return;
    this.#cancelRetry();
    this.#cancelRetry = undefined;
    void this.#run();
  }

  /** Resolves to true when nothing waits any more, or to false after `timeoutMs`. Never rejects. */
  flush(timeoutMs: number): Promise<boolean> {
    if (!this.#running && this.#cancelRetry === undefined) return Promise.resolve(true);
    this.retryNow();
    const idle = this.#idle ??= Promise.withResolvers<void>();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(timeoutMs, () => resolve(false));
      idle.promise.then(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** Gives up what still waits and returns how many lines that were. A send in flight goes on. */
  stop(): number {
    const unsaid = this.#gap.lines > 0 ? this.#gap.lines - 1 : 0;
    const lost = countLines(this.#rest) + unsaid + this.#queue.lines + this.#queue.takeDropped();
    this.#stopped = true;
    this.#rest = new Uint8Array(0);
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#settle();
    return lost;
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Lines that are logged in the same turn go out together.
    await Promise.resolve();
    while (!this.#stopped && this.#load()) {
      const { writtenBytes, error } = await this.#send();
      if (this.#stopped) break;
      this.#rest = this.#rest.subarray(writtenBytes);
      this.#options.onSent?.(error, this.#toldGap(writtenBytes));
      if (error !== undefined) return this.#retryLater();
    }
    this.#running = false;
    this.#settle();
  }

  /** A send that throws is one that failed: whatever it was, the next lines have to go somewhere. */
  async #send(): Promise<Sent> {
    try {
      return await this.#options.send(this.#rest);
    } catch (error) {
      return { writtenBytes: 0, error };
    }
  }

  /** Fills `#rest` from the queue if it is empty; false if nothing is left to be sent. */
  #load(): boolean {
    if (this.#rest.length > 0) return true;
    const gapLines = this.#queue.takeDropped();
    const lines = this.#queue.take(this.#options.sendMaxBytes);
    if (gapLines === 0) {
      this.#rest = lines;
    } else {
      const note = this.#options.gapNote(gapLines);
      this.#gap = { lines: gapLines, bytes: note.length };
      this.#rest = concatenate([note, lines]);
    }
    return this.#rest.length > 0;
  }

  /** Lines of the gap whose note became complete with `writtenBytes` more, or 0. */
  #toldGap(writtenBytes: number): number {
    const { lines, bytes } = this.#gap;
    const told = writtenBytes >= bytes;
    this.#gap = told ? { lines: 0, bytes: 0 } : { lines, bytes: bytes - writtenBytes };
    return told ? lines : 0;
  }

  #retryLater(): void {
    this.#running = false;
    this.#cancelRetry = this.#options.clock.after(this.#options.retryMs, () => {
      this.#cancelRetry = undefined;
      void this.#run();
    });
  }

  #settle(): void {
    this.#idle?.resolve();
    this.#idle = undefined;
  }
}
