/**
 * A wire: a TCP connection that carries frames instead of bytes and remembers how it ended.
 *
 * @module
 */
import { encodeFrame, FrameReader } from "../core/frame.ts";
import { reasonOf } from "../sockets/reason.ts";
import { WriteQueue } from "../sockets/write_queue.ts";

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
  readonly #queue: WriteQueue;
  readonly #buffer = new Uint8Array(readBufferBytes);
  #end: WireEnd | undefined;

  /**
   * @param limitBytes largest frame accepted at first
   * @param queueMaxBytes bytes that may wait to be written
   */
  constructor(socket: Socket, limitBytes: number, queueMaxBytes: number) {
    this.#socket = socket;
    this.#reader = new FrameReader(limitBytes);
    this.#queue = new WriteQueue(socket, queueMaxBytes);
    try {
      socket.setNoDelay(true);
    } catch {
      // Closed by the other side already; reading will tell.
    }
  }

  /** The address of this machine that it is bound to, without a port. */
  get localHost(): string {
    // On a socket of both families it stands in front of IPv4 addresses.
    return this.#socket.localAddr.hostname.replace(/^::ffff:(?=.*\.)/i, "");
  }

  /** How it ended; `undefined` while it is open. */
  get end(): WireEnd | undefined {
    return this.#end;
  }

  /** Bytes taken for writing since the beginning. */
  get acceptedBytes(): number {
    return this.#queue.acceptedBytes;
  }

  /** Bytes handed to the kernel since the beginning. */
  get writtenBytes(): number {
    return this.#queue.writtenBytes;
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
    if (this.#end !== undefined || this.#queue.add(encodeFrame(payload))) return;
    const { waitingBytes } = this.#queue;
    this.close("ours", `the other side does not read: ${waitingBytes} bytes are waiting`);
  }

  /** Resolves when nothing waits to be written, or the wire has ended. */
  flushed(): Promise<void> {
    return this.#queue.flushed();
  }

  /** Ends it; only the first reason counts. */
  close(kind: WireEnd["kind"], detail: string): void {
    if (this.#end !== undefined) return;
    this.#end = { kind, detail };
    this.#queue.stop();
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
  }
}
