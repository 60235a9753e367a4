/**
 * Addresses that accept connections and close them, all of them behind one port of this machine, and
 * the count of who came.
 *
 * @module
 */

/** A listener behind 127.0.0.1 … 127.255.255.254. */
export class Trap implements AsyncDisposable {
  readonly port: number;
  /** When each connection came, in milliseconds. */
  readonly came: number[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #closed: Promise<void>;
  #given = 0;

  constructor() {
    this.#listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
    this.port = this.#listener.addr.port;
    this.#closed = this.#closeAll();
  }

  /** So many addresses that nobody else has been given. */
  addresses(count: number): { host: string; port: number }[] {
    return Array.from({ length: count }, () => {
      const number = ++this.#given;
      const parts = [1 + (number >> 16) % 250, (number >> 8) % 256, 1 + number % 250];
      return { host: `127.${parts.join(".")}`, port: this.port };
    });
  }

  /** Most connections within one second of `span`, both ends in milliseconds. */
  mostPerSecond([from, to]: readonly [number, number]): number {
    const came = this.came.filter((at) => at >= from && at <= to);
    let most = 0;
    let first = 0;
    for (const [index, at] of came.entries()) {
      while ((came[first] ?? at) < at - 1000) first++;
      most = Math.max(most, index - first + 1);
    }
    return most;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#closed;
  }

  async #closeAll(): Promise<void> {
    for await (const conn of this.#listener) {
      this.came.push(performance.now());
      conn.close();
    }
  }
}
