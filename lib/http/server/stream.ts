/**
 * A stream that is open: pieces go out as they come, and a client that falls behind is dropped
 * before it costs more than it may.
 *
 * @module
 */
import { encodeUtf8 } from "../../core/base/text.ts";
import type { StreamClient } from "./http.ts";
import type { Outlet } from "./outlet.ts";

/** An open stream, as those see it who feed it. */
export class OpenStream implements StreamClient {
  readonly #outlet: Outlet;
  readonly #waitingMaxBytes: number;
  readonly #drop: () => void;
  readonly #over = new AbortController();
  readonly #ended = Promise.withResolvers<void>();

  /**
   * @param waitingMaxBytes if more wait already, the client gets no more and is dropped
   * @param drop ends the connection
   */
  constructor(outlet: Outlet, waitingMaxBytes: number, drop: () => void) {
    this.#outlet = outlet;
    this.#waitingMaxBytes = waitingMaxBytes;
    this.#drop = drop;
  }

  /** Resolves when the stream is over, whoever has ended it. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  send(piece: string | Uint8Array): boolean {
    if (this.signal.aborted) return false;
    if (this.#outlet.waitingBytes > this.#waitingMaxBytes) this.#drop();
    else this.#outlet.send(typeof piece === "string" ? encodeUtf8(piece) : piece);
    return !this.signal.aborted;
  }

  end(): void {
    this.#over.abort();
    this.#ended.resolve();
  }
}
