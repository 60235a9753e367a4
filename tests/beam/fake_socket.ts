/**
 * A TCP connection in memory, for what is tested in virtual time.
 *
 * @module
 */
import type { Socket } from "../../lib/beam/packet_socket.ts";

/** One end of it. */
export class FakeSocket {
  readonly remoteAddr: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  readonly #incoming: Uint8Array[] = [];
  #other: FakeSocket = this;
  #wake: (() => void) | undefined;
  #isClosed = false;
  #isStuck = false;

  /** Both ends of a connection. */
  static pair(): [FakeSocket, FakeSocket] {
    const [one, other] = [new FakeSocket(), new FakeSocket()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** As the program sees it. */
  get asSocket(): Socket {
    return this as unknown as Socket;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** From now on nothing that is written here goes away. */
  stick(): void {
    this.#isStuck = true;
  }

  /** What has come and was not read, without waiting. */
  take(): Uint8Array {
    return Uint8Array.from(this.#incoming.splice(0).flatMap((chunk) => [...chunk]));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#incoming.length === 0) {
      if (this.#isClosed) throw new Deno.errors.Interrupted("closed");
      if (this.#other.#isClosed) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const chunk = this.#incoming.shift() as Uint8Array;
    const taken = chunk.subarray(0, buffer.length);
    buffer.set(taken);
    if (chunk.length > taken.length) this.#incoming.unshift(chunk.subarray(taken.length));
    return taken.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#isStuck) return new Promise(() => {});
    this.#other.#incoming.push(bytes.slice());
    this.#other.#wake?.();
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
    this.#other.#wake?.();
  }

  setNoDelay(): void {}
}
