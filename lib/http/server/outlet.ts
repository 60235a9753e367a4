/**
 * The way out to one client. Nobody waits for it: what the client does not take piles up here, up to
 * a limit for all clients together, and for so long and no longer.
 *
 * @module
 */
import { WriteQueue } from "../../sockets/write_queue.ts";

/** What waits for all clients of a server. */
export class Backlog {
  readonly #maxBytes: number;
  readonly #outlets = new Set<Outlet>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that wait now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** An outlet whose bytes count from now on. */
  open(outlet: Outlet): void {
    this.#outlets.add(outlet);
  }

  /** So many more wait; those who have the most lose it until all have room again. */
  add(count: number): void {
    this.#bytes += count;
    while (this.#bytes > this.#maxBytes) {
      const [largest] = [...this.#outlets].sort((one, other) =>
        other.waitingBytes - one.waitingBytes
      );
      if (largest === undefined) return;
      largest.overflow();
    }
  }

  /** So many have gone. */
  remove(count: number): void {
    this.#bytes -= count;
  }

  /** An outlet whose bytes do not count any more. */
  close(outlet: Outlet): void {
    if (this.#outlets.delete(outlet)) this.#bytes -= outlet.waitingBytes;
  }
}

/** Bytes on their way to one client. */
export class Outlet {
  readonly #queue: WriteQueue;
  readonly #backlog: Backlog;
  readonly #writeTimeoutMs: number;
  readonly #overflow: () => void;
  #sentBytes = 0;
  #takenBytes = 0;
  #isOver = false;
  /** What had been sent when it was looked at, and by when it must have been taken. */
  #mark: { readonly bytes: number; readonly dueMs: number } | undefined;

  /**
   * @param writeTimeoutMs what is sent must be taken within that time, or twice that at most
   * @param overflow called when too much waits for all clients, and most of it here; calls
   * {@linkcode stop}
   */
  constructor(
    socket: Pick<Deno.TcpConn, "write">,
    backlog: Backlog,
    writeTimeoutMs: number,
    overflow: () => void,
  ) {
    this.#backlog = backlog;
    this.#writeTimeoutMs = writeTimeoutMs;
    this.#overflow = overflow;
    const write = async (bytes: Uint8Array): Promise<number> => {
      const count = await socket.write(bytes);
      this.#takenBytes += count;
      // What waited was taken off as a whole when it was stopped.
      if (!this.#isOver) backlog.remove(count);
      return count;
    };
    this.#queue = new WriteQueue({ write }, Infinity);
    backlog.open(this);
  }

  /** Bytes that the client has not taken, nor the system for it. */
  get waitingBytes(): number {
    return this.#sentBytes - this.#takenBytes;
  }

  /** Takes bytes, which must not change any more. */
  send(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#sentBytes += bytes.length;
    this.#queue.add(bytes);
    this.#backlog.add(bytes.length);
  }

  /** Resolves when nothing waits, or it was stopped. */
  flushed(): Promise<void> {
    return this.#queue.flushed();
  }

  /** True if the client takes too long; to be asked often. */
  isLate(now: number): boolean {
    if (this.#mark !== undefined && this.#takenBytes < this.#mark.bytes) {
      return now >= this.#mark.dueMs;
    }
    this.#mark = this.waitingBytes === 0
      ? undefined
      : { bytes: this.#sentBytes, dueMs: now + this.#writeTimeoutMs };
    return false;
  }

  /** This client has to go. */
  overflow(): void {
    this.#overflow();
  }

  /** Throws away what waits, and takes nothing more. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#backlog.close(this);
    this.#queue.stop();
  }
}
