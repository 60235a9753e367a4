/**
 * Stands between a client and a server and can let connections go dead, as networks do.
 *
 * @module
 */

/** Listens on a free port of loopback. */
export class RedisRelay implements AsyncDisposable {
  readonly port: number;
  /** How many connections there have been. */
  connections = 0;
  /** All that clients have sent. */
  received = "";
  readonly #listener: Deno.TcpListener;
  readonly #ends = new Set<Deno.TcpConn>();
  readonly #work = new Set<Promise<void>>();
  #deadUpTo = 0;

  /** @param target the port of the server; `undefined`: there is none, and clients wait */
  constructor(target: number | undefined) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#work.add(this.#accept(target));
  }

  /** From now on the connections that exist carry nothing, but stay open. */
  deaden(): void {
    this.#deadUpTo = this.connections;
  }

  /** Closes all. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const end of this.#ends) close(end);
    await Promise.all(this.#work);
  }

  async #accept(target: number | undefined): Promise<void> {
    for await (const client of this.#listener) {
      const number = ++this.connections;
      this.#ends.add(client);
      const server = target === undefined ? undefined : await connect(target);
      if (server === null) {
        close(client);
        continue;
      }
      if (server) {
        this.#ends.add(server);
        this.#work.add(this.#pump(server, client, number));
      }
      this.#work.add(this.#pump(client, server, number));
    }
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn | undefined, number: number): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const length = await from.read(buffer);
        if (length === null) break;
        const bytes = buffer.subarray(0, length);
        this.received += new TextDecoder().decode(bytes);
        for (let sent = 0; to && number > this.#deadUpTo && sent < length;) {
          sent += await to.write(bytes.subarray(sent));
        }
      }
    } catch {
      // One of both has gone.
    }
    close(from);
    if (to) close(to);
  }
}

/** A connection to `port`, or `null` if it is refused. */
async function connect(port: number): Promise<Deno.TcpConn | null> {
  try {
    return await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    return null;
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
