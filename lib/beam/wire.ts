/**
 * A wire: a TCP connection that carries packets instead of bytes and remembers how it ended.
 *
 * @module
 */
import { reasonOf } from "../sockets/reason.ts";
import { WriteQueue } from "../sockets/write_queue.ts";
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
  readonly #queue: WriteQueue;
  readonly #chunk = new Uint8Array(chunkBytes);
  #end: WireEnd | undefined;
  #written = 0;
  #read = 0;

  /** @param queueMaxBytes bytes that may wait to be written */
  constructor(
    socket: Socket,
    lengthBytes: LengthBytes,
    limitBytes: number,
    queueMaxBytes: number,
  ) {
    this.#socket = socket;
    this.#reader = new PacketReader(lengthBytes, limitBytes);
    this.#queue = new WriteQueue(socket, queueMaxBytes);
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
    if (this.#queue.add(bytes)) return;
    this.close("ours", `it does not read: ${this.#queue.waitingBytes} bytes are waiting`);
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
