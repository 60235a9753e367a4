/**
 * A TCP connection that carries packets.
 *
 * @module
 */
import { socketHost } from "../core/base/address.ts";
import { type ByteSocket, MessageSocket } from "../sockets/message_socket.ts";
import { encodePacket, type LengthBytes, PacketReader } from "./packets.ts";

/** The part of `Deno.TcpConn` that a packet socket, and who opens one, needs. */
export type Socket = ByteSocket & Pick<Deno.TcpConn, "remoteAddr">;

/** What is read at once, in bytes. */
const chunkBytes = 4_096;

/** Packets over one socket. */
export class PacketSocket extends MessageSocket<PacketReader> {
  readonly #socket: Socket;
  #packetsWritten = 0;
  #chunksRead = 0;

  /** @param queueMaxBytes bytes that may wait to be written */
  constructor(
    socket: Socket,
    lengthBytes: LengthBytes,
    limitBytes: number,
    queueMaxBytes: number,
  ) {
    const reader = new PacketReader(lengthBytes, limitBytes);
    super(socket, { reader, unit: "packet", chunkBytes, queueMaxBytes });
    this.#socket = socket;
  }

  /** Where the other side is. */
  get remote(): { readonly host: string; readonly port: number } {
    const { hostname, port } = this.#socket.remoteAddr;
    return { host: socketHost(hostname), port };
  }

  /** Packets written since the beginning. */
  get packetsWritten(): number {
    return this.#packetsWritten;
  }

  /** Chunks read since the beginning. */
  get chunksRead(): number {
    return this.#chunksRead;
  }

  /** From now on packets have lengths of so many bytes, in both directions. */
  setLength(lengthBytes: LengthBytes, limitBytes: number): void {
    this.reader.lengthBytes = lengthBytes;
    this.reader.limitBytes = limitBytes;
  }

  override async fill(): Promise<boolean> {
    const hasCome = await super.fill();
    if (hasCome) this.#chunksRead++;
    return hasCome;
  }

  /** Queues a packet. A queue that grows beyond its limit ends the connection. */
  write(payload: Uint8Array): void {
    this.writeBytes(encodePacket(payload, this.reader.lengthBytes));
  }

  override writeBytes(bytes: Uint8Array): void {
    if (this.end === undefined) this.#packetsWritten++;
    super.writeBytes(bytes);
  }
}
