/**
 * A TCP connection that carries messages instead of bytes and remembers how it ended.
 *
 * @module
 */
import { reasonOf } from "./reason.ts";
import { WriteQueue } from "./write_queue.ts";

/** How a connection ended. */
export interface SocketEnd {
  /**
   * `closed` by the other side between two messages, `reset` when it broke, `garbage` if what came
   * made no sense, `ours` if this side closed it.
   */
  readonly kind: "closed" | "reset" | "garbage" | "ours";
  readonly detail: string;
}

/** The part of `Deno.TcpConn` that is needed for that. */
export type ByteSocket = Pick<Deno.TcpConn, "read" | "write" | "close" | "setNoDelay">;

/** Cuts a stream into messages. */
export interface MessageReader {
  /** Why the stream makes no sense from here on. */
  readonly fault: string | undefined;
  /** True if a message has begun and not ended. */
  readonly unfinished: boolean;
  /** Takes a chunk, which must stay as it is until `next` has given `undefined`. */
  feed(chunk: Uint8Array): void;
  next(): Uint8Array | undefined;
}

/** What it is made of, beside the socket. */
export interface MessageSocketParts<Reader extends MessageReader> {
  readonly reader: Reader;
  /** What a message is called: "frame". */
  readonly unit: string;
  /** What is read at once, in bytes. */
  readonly chunkBytes: number;
  /** Bytes that may wait to be written. */
  readonly queueMaxBytes: number;
}

/** Messages over one socket. What they look like is up to those who extend it. */
export abstract class MessageSocket<Reader extends MessageReader> {
  protected readonly reader: Reader;
  protected readonly queue: WriteQueue;
  readonly #socket: ByteSocket;
  readonly #unit: string;
  readonly #chunk: Uint8Array<ArrayBuffer>;
  #end: SocketEnd | undefined;

  constructor(
    socket: ByteSocket,
    { reader, unit, chunkBytes, queueMaxBytes }: MessageSocketParts<Reader>,
  ) {
    this.#socket = socket;
    this.#unit = unit;
    this.#chunk = new Uint8Array(chunkBytes);
    this.reader = reader;
    this.queue = new WriteQueue(socket, queueMaxBytes);
    try {
      socket.setNoDelay(true);
    } catch {
      // Closed by the other side already; reading will tell.
    }
  }

  /** How it ended; `undefined` while it is open. */
  get end(): SocketEnd | undefined {
    return this.#end;
  }

  /** The next message if it has already come; valid until the next `fill`. */
  next(): Uint8Array | undefined {
    if (this.#end !== undefined) return undefined;
    const message = this.reader.next();
    if (this.reader.fault !== undefined) this.close("garbage", this.reader.fault);
    return message;
  }

  /** Waits for more bytes; call when `next` has given `undefined`. False if it has ended. */
  async fill(): Promise<boolean> {
    if (this.#end !== undefined) return false;
    try {
      const count = await this.#socket.read(this.#chunk);
      if (this.#end !== undefined) return false;
      if (count !== null) {
        this.reader.feed(this.#chunk.subarray(0, count));
        return true;
      }
      if (this.reader.unfinished) this.close("garbage", `closed in the middle of a ${this.#unit}`);
      else this.close("closed", "closed by the other side");
    } catch (error) {
      this.close("reset", reasonOf(error));
    }
    return false;
  }

  /** The next message, waited for; `undefined` if the connection ended instead. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const message = this.next();
      if (message !== undefined) return message;
      if (!await this.fill()) return undefined;
    }
  }

  /** Queues bytes. A queue that grows beyond its limit ends the connection. */
  writeBytes(bytes: Uint8Array): void {
    if (this.#end !== undefined || this.queue.add(bytes)) return;
    const { waitingBytes } = this.queue;
    this.close("ours", `the other side does not read: ${waitingBytes} bytes are waiting`);
  }

  /** Resolves when nothing waits to be written, or the connection has ended. */
  flushed(): Promise<void> {
    return this.queue.flushed();
  }

  /** Ends it; only the first reason counts. */
  close(kind: SocketEnd["kind"], detail: string): void {
    if (this.#end !== undefined) return;
    this.#end = { kind, detail };
    this.queue.stop();
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
  }
}
