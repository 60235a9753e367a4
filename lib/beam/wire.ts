/**
 * A wire: a TCP connection that carries packets instead of bytes and remembers how it ended.
 *
 * Writing never waits: packets queue up, and what was queued in one turn of the event loop goes out
 * in one piece. A node that does not read fills its own queue and nobody else's.
 *
 * @module
 */
import { joined } from "./bytes.ts";
import { encodePacket, type LengthBytes, PacketReader } from "./packets.ts";

/** How a wire ended. */
export interface WireEnd {
  /** `closed` and `reset` by the other side, `garbage` if what came made no sense, or by us. */
  readonly kind: "closed" | "reset" | "garbage" | "ours";
  readonly detail: string;
}

/** The part of `Deno.TcpConn` that a wire needs. */
export type Socket = Pick<
  Deno.TcpConn,
  "read" | "write" | "close" | "setNoDelay" | "remoteAddr"
>;

/** What is read at once, in bytes. */
const chunkBytes = 4_096;

/** Packets over one socket. */
export class Wire {
  readonly #socket: Socket;
  readonly #reader: PacketReader;
  readonly #queueMaxBytes: number;
  readonly #chunk = new Uint8Array(chunkBytes);
  #end: WireEnd | undefined;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #written = 0;
  #read = 0;
  #isWriting = false;
  #flushed: PromiseWithResolvers<void> | undefined;

  /** @param queueMaxBytes bytes that may wait to be written */
  constructor(
    socket: Socket,
    lengthBytes: LengthBytes,
    limitBytes: number,
    queueMaxBytes: number,
  ) {
    this.#socket = socket;
    this.#reader = new PacketReader(lengthBytes, limitBytes);
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

  /** Where the other side is. */
  get remote(): { readonly host: string; readonly port: number } {
    const { hostname: host, port } = this.#socket.remoteAddr;
    return { host, port };
  }

  /** Packets written since the beginning. */
  get written(): number {
    return this.#written;
  }

  /** Chunks read since the beginning. */
  get read(): number {
    return this.#read;
  }

  /** From now on packets have lengths of so many bytes, in both directions. */
  setLength(lengthBytes: LengthBytes, limitBytes: number): void {
    this.#reader.lengthBytes = lengthBytes;
    this.#reader.limitBytes = limitBytes;
  }

  /** The next packet if it has already come; valid until the next `fill`. */
  next(): Uint8Array | undefined {
    if (this.#end !== undefined) return undefined;
    const packet = this.#reader.next();
    if (this.#reader.fault !== undefined) this.close("garbage", this.#reader.fault);
    return packet;
  }

  /** Waits for more bytes; call when `next` has given `undefined`. False if the wire has ended. */
  async fill(): Promise<boolean> {
    if (this.#end !== undefined) return false;
    try {
      const count = await this.#socket.read(this.#chunk);
      if (this.#end !== undefined) return false;
      if (count !== null) {
        this.#read++;
        this.#reader.feed(this.#chunk.subarray(0, count));
        return true;
      }
      if (this.#reader.unfinished) this.close("garbage", "closed in the middle of a packet");
      else this.close("closed", "closed by the other side");
    } catch (error) {
      this.close("reset", reasonOf(error));
    }
    return false;
  }

  /** The next packet, waited for; `undefined` if the wire ended instead. */
  async packet(): Promise<Uint8Array | undefined> {
    for (;;) {
      const packet = this.next();
      if (packet !== undefined) return packet;
      if (!await this.fill()) return undefined;
    }
  }

  /** Queues a packet. A queue that grows beyond its limit ends the wire. */
  write(payload: Uint8Array): void {
    this.writeBytes(encodePacket(payload, this.#reader.lengthBytes));
  }

  /** Queues bytes without a length. */
  writeBytes(bytes: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.#written++;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes > this.#queueMaxBytes) {
      this.close("ours", `it does not read: ${this.#queuedBytes} bytes are waiting`);
    } else if (!this.#isWriting) {
      this.#isWriting = true;
      queueMicrotask(() => this.#drain());
    }
  }

  /** Resolves when nothing waits to be written, or the wire has ended. */
  flushed(): Promise<void> {
    if (!this.#isWriting || this.#end !== undefined) return Promise.resolve();
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
    this.#flushed?.resolve();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0 && this.#end === undefined) {
        const batch = this.#queue.length === 1
          ? this.#queue[0] as Uint8Array
          : joined(...this.#queue);
        this.#queue = [];
        for (let start = 0; start < batch.length;) {
          const count = await this.#socket.write(start === 0 ? batch : batch.subarray(start));
          start += count;
          this.#queuedBytes -= count;
        }
      }
    } catch {
      // The other side is gone: reading finds that, too, behind the last that it has sent.
      this.#queue = [];
    }
    this.#isWriting = false;
    this.#flushed?.resolve();
    this.#flushed = undefined;
  }
}

/** What went wrong with a socket, in a few words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
