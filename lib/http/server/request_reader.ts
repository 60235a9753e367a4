/**
 * Cuts what comes over a connection into requests. One is read at a time: what comes after it waits
 * in the buffer, which never grows, and beyond that with the sender.
 *
 * @module
 */
import type { HttpLimits } from "./limits.ts";
import { parseHead, Refusal, type RequestHead, scanHead } from "./request_head.ts";

/** Requests of one connection. */
export class RequestReader {
  readonly #read: (into: Uint8Array) => Promise<number | null>;
  readonly #limits: HttpLimits;
  readonly #buffer: Uint8Array;
  #length = 0;
  #filling: Promise<boolean> | undefined;

  /** @param read as `Deno.TcpConn.read`; its rejection is taken for an end, too */
  constructor(read: (into: Uint8Array) => Promise<number | null>, limits: HttpLimits) {
    this.#read = read;
    this.#limits = limits;
    this.#buffer = new Uint8Array(limits.headMaxBytes);
  }

  /** True if something has come that was not asked for yet. */
  get hasBegun(): boolean {
    return this.#length > 0;
  }

  /** Waits until anything has come; false if the connection ended instead. */
  async begun(): Promise<boolean> {
    return this.hasBegun || await this.fill();
  }

  /** The next head, or why it is none; `undefined` if the connection ended before it was complete. */
  async head(): Promise<RequestHead | Refusal | undefined> {
    for (let scanned = 0;;) {
      const head = this.#buffer.subarray(0, this.#length);
      const scan = scanHead(head, scanned);
      if (scan.kind === "refused") return scan.refusal;
      if (scan.kind === "complete") {
        const parsed = parseHead(head.subarray(0, scan.length), this.#limits);
        this.#drop(scan.length);
        return parsed;
      }
      if (head.length === this.#buffer.length) {
        return new Refusal(431, `The head of the request is larger than ${head.length} bytes`);
      }
      scanned = head.length;
      if (!await this.fill()) return undefined;
    }
  }

  /** A body of that many bytes, or why it is none; `undefined` if the connection ended within it. */
  async body(length: number): Promise<string | Refusal | undefined> {
    while (this.#length < length) {
      if (!await this.fill()) return undefined;
    }
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(this.#buffer.subarray(0, length));
    } catch {
      return new Refusal(400, "The body is not UTF-8");
    } finally {
      this.#drop(length);
    }
  }

  /** Waits for more; false if the connection has ended. Called again meanwhile it waits for the same. */
  fill(): Promise<boolean> {
    this.#filling ??= this.#fill().finally(() => this.#filling = undefined);
    return this.#filling;
  }

  /** Reads at most so many bytes, or to the end, and throws them away. */
  async discard(maxBytes: number): Promise<void> {
    for (let count = 0; count <= maxBytes; this.#length = 0) {
      if (!await this.fill()) return;
      count += this.#length;
    }
  }

  async #fill(): Promise<boolean> {
    try {
      const count = await this.#read(this.#buffer.subarray(this.#length));
      this.#length += count ?? 0;
      return count !== null;
    } catch {
      return false;
    }
  }

  /** Makes room for what comes after the first `length` bytes. */
  #drop(length: number): void {
    this.#buffer.copyWithin(0, length, this.#length);
    this.#length -= length;
  }
}
