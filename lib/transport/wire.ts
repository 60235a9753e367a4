/**
 * A wire: a TCP connection that carries frames instead of bytes and remembers how it ended.
 *
 * Writing never waits: frames queue up, and what was queued in one turn of the event loop goes out in
 * one piece. A peer that does not read fills its own queue and nobody else's.
 *
 * @module
 */
import { encodeFrame, FrameReader } from "../core/frame.ts";

/** How a wire ended. */
export type WireEnd =
  /** The other side closed it between two frames. */
  | { readonly kind: "closed"; readonly detail: string }
  /** It broke. */
  | { readonly kind: "reset"; readonly detail: string }
  /** What came was not a frame. */
  | { readonly kind: "garbage"; readonly detail: string }
  /** This side closed it, for the reason given. */
  | { readonly kind: "ours"; readonly detail: string };

/** The part of `Deno.TcpConn` that a wire needs. */
export type Socket = Pick<
  Deno.TcpConn,
  "read" | "write" | "close" | "setNoDelay" | "localAddr" | "remoteAddr"
>;

const readBufferBytes = 8 * 1024;

/** Frames over one socket. */
export class Wire {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #queueMaxBytes: number;
  readonly #buffer = new Uint8Array(readBufferBytes);
  #end: WireEnd | undefined;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #acceptedBytes = 0;
  #writtenBytes = 0;
  #writing = false;
  #writeFailed = false;
  #flushed: PromiseWithResolvers<void> | undefined;

  /**
   * @param limitBytes largest frame accepted at first
   * @param queueMaxBytes bytes that may wait to be written
   */
  constructor(socket: Socket, limitBytes: number, queueMaxBytes: number) {
    this.#socket = socket;
    this.#reader = new FrameReader(limitBytes);
    this.#queueMaxBytes = queueMaxBytes;
    try {
      socket.setNoDelay(true);
    } catch {
      // Closed by the other side already; reading will tell.
    }
  }

  /** How it ended; `undefined` while it is open. */
  get end(): WireEnd | undefined {
    return this.#end;
  }

  /** Bytes taken for writing since the beginning. */
  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** Bytes handed to the kernel since the beginning. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Largest frame accepted from the next one on, in bytes. */
  set limitBytes(limitBytes: number) {
    this.#reader.limitBytes = limitBytes;
  }

  /** The next frame if it has already come; valid until the next `fill`. */
  next(): Uint8Array | undefined {
    if (this.#end !== undefined) return undefined;
    const frame = this.#reader.next();
    if (this.#reader.fault !== undefined) this.close("garbage", this.#reader.fault);
    return frame;
  }

  /** Waits for more bytes; call when `next` has given `undefined`. False if the wire has ended. */
  async fill(): Promise<boolean> {
    if (this.#end !== undefined) return false;
    try {
      const count = await this.#socket.read(this.#buffer);
      if (this.#end !== undefined) return false;
      if (count !== null) {
        this.#reader.feed(this.#buffer.subarray(0, count));
        return true;
      }
      if (this.#reader.unfinished) this.close("garbage", "closed in the middle of a frame");
      else this.close("closed", "closed by the other side");
    } catch (error) {
      this.close("reset", reasonOf(error));
    }
    return false;
  }

  /** The next frame, waited for; `undefined` if the wire ended instead. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.next();
      if (frame !== undefined) return frame;
      if (!await this.fill()) return undefined;
    }
  }

  /** Queues a frame. A queue that grows beyond its limit ends the wire. */
  write(payload: Uint8Array): void {
    if (this.#end !== undefined || this.#writeFailed) return;
    const frame = encodeFrame(payload);
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    this.#acceptedBytes += frame.length;
    if (this.#queuedBytes > this.#queueMaxBytes) {
      this.close("ours", `the other side does not read: ${this.#queuedBytes} bytes are waiting`);
    } else if (!this.#writing) {
      this.#writing = true;
      queueMicrotask(() => this.#drain());
    }
  }

  /** Resolves when nothing waits to be written, or the wire has ended. */
  flushed(): Promise<void> {
    if (!this.#writing || this.#end !== undefined) return Promise.resolve();
    this.#flushed ??= Promise.withResolvers();
    return this.#flushed.promise;
  }

  /** Ends it; only the first reason counts. */
  close(kind: WireEnd["kind"], detail: string): void {
    if (this.#end !== undefined) return;
    this.#end = { kind, detail };
    this.#queue = [];
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
    this.#tellFlushed();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0 && this.#end === undefined) {
        const batch = joined(this.#queue);
        this.#queue = [];
        for (let start = 0; start < batch.length;) {
          const count = await this.#socket.write(start === 0 ? batch : batch.subarray(start));
          start += count;
          this.#queuedBytes -= count;
          this.#writtenBytes += count;
        }
      }
    } catch {
      // The other side is gone. What it sent before that, perhaps a goodbye, is still to be read,
      // and after it reading will find the end too.
      this.#writeFailed = true;
      this.#queue = [];
    }
    this.#writing = false;
    this.#tellFlushed();
  }

  #tellFlushed(): void {
    this.#flushed?.resolve();
    this.#flushed = undefined;
  }
}

/** What went wrong with a socket, in a few words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  if (frames.length === 1) return frames[0] as Uint8Array;
  let length = 0;
  for (const frame of frames) length += frame.length;
  const whole = new Uint8Array(length);
  let start = 0;
  for (const frame of frames) {
    whole.set(frame, start);
    start += frame.length;
  }
  return whole;
}
