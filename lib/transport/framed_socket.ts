/**
 * A TCP connection that carries frames.
 *
 * @module
 */
import { socketHost } from "../core/base/address.ts";
import { encodeFrame, FrameReader } from "../protocol/frame.ts";
import { type ByteSocket, MessageSocket } from "../sockets/message_socket.ts";

/** The part of `Deno.TcpConn` that a framed socket, and who opens one, needs. */
export type Socket = ByteSocket & Pick<Deno.TcpConn, "localAddr" | "remoteAddr">;

/** What is read at once, in bytes. */
const chunkBytes = 8 * 1024;

/** Frames over one socket. */
export class FramedSocket extends MessageSocket<FrameReader> {
  readonly #localAddr: Deno.NetAddr;

  /**
   * @param limitBytes largest frame accepted at first
   * @param queueMaxBytes bytes that may wait to be written
   */
  constructor(socket: Socket, limitBytes: number, queueMaxBytes: number) {
    const reader = new FrameReader(limitBytes);
    super(socket, { reader, unit: "frame", chunkBytes, queueMaxBytes });
    this.#localAddr = socket.localAddr;
  }

  /** The address of this machine that it is bound to, without a port. */
  get localHost(): string {
    return socketHost(this.#localAddr.hostname);
  }

  /** Bytes taken for writing since the beginning. */
  get acceptedBytes(): number {
    return this.queue.acceptedBytes;
  }

  /** Bytes handed to the kernel since the beginning. */
  get writtenBytes(): number {
    return this.queue.writtenBytes;
  }

  /** Largest frame accepted from the next one on, in bytes. */
  set limitBytes(limitBytes: number) {
    this.reader.limitBytes = limitBytes;
  }

  /** Queues a frame. A queue that grows beyond its limit ends the connection. */
  write(payload: Uint8Array): void {
    this.writeBytes(encodeFrame(payload));
  }
}
