/**
 * Stands between a handle and its server, and misbehaves like what stands there in real life: a
 * network that swallows everything, a load balancer without anything behind it, another program.
 *
 * @module
 */
import { sleep, systemClock } from "../../lib/clock.ts";

/** What it does with connections. */
export type RelayManner =
  | "pass"
  /** Takes everything and passes on nothing, on old connections and new ones. */
  | "silent"
  /** Breaks the connections that it has, and each new one at once. */
  | "close";

/** A relay on a free port of loopback. */
export class Relay implements AsyncDisposable {
  readonly port: number;
  /** How many connections there have been. */
  connections = 0;
  /** All that clients have sent. */
  received = "";
  /** How long all that is sent is on its way, in each direction, in milliseconds. */
  delayMs = 0;
  /** What it says itself to what a client sends, instead of passing that on. */
  answer: (sent: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined = () => undefined;
  #manner: RelayManner = "pass";
  /** Connections up to this number carry nothing any more. */
  #deadUpTo = 0;
  /** The port of the server to which new connections lead; `undefined`: there is none. */
  target: number | undefined;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #ends = new Set<Deno.TcpConn>();
  readonly #work = new Set<Promise<void>>();

  /**
   * @param target the port of the server; `undefined`: there is none, and clients wait
   * @param banner what is said to everyone who comes
   */
  constructor(target: number | undefined, banner = "") {
    this.port = this.#listener.addr.port;
    this.target = target;
    this.#work.add(this.#accept(new TextEncoder().encode(banner)));
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  set manner(manner: RelayManner) {
    this.#manner = manner;
    if (manner === "close") this.#closeAll();
  }

  /** From now on the connections that exist carry nothing, but stay open; new ones are well. */
  deaden(): void {
    this.#deadUpTo = this.connections;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#closeAll();
    await Promise.all(this.#work);
  }

  async #accept(banner: Uint8Array<ArrayBuffer>): Promise<void> {
    for await (const client of this.#listener) {
      const number = ++this.connections;
      const { target } = this;
      const server = target === undefined ? undefined : await connect(target);
      if (this.#manner === "close" || server === null) {
        close(client);
        if (server) close(server);
        continue;
      }
      this.#ends.add(client);
      if (banner.length > 0) await writeAll(client, banner).catch(() => {});
      if (server) {
        this.#ends.add(server);
        this.#work.add(this.#pump(server, client, number, false));
      }
      this.#work.add(this.#pump(client, server, number, true));
    }
  }

  async #pump(
    from: Deno.TcpConn,
    to: Deno.TcpConn | undefined,
    number: number,
    isClient: boolean,
  ): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    const isDead = (): boolean => this.#manner === "silent" || number <= this.#deadUpTo;
    try {
      for (let length = await from.read(buffer); length; length = await from.read(buffer)) {
        const bytes = buffer.slice(0, length);
        if (isClient) this.received += new TextDecoder().decode(bytes);
        if (isDead()) continue;
        if (this.delayMs > 0) await sleep(systemClock, this.delayMs);
        const answer = isClient ? this.answer(bytes) : undefined;
        if (answer) await writeAll(from, answer);
        else if (to) await writeAll(to, bytes);
      }
      if (isDead()) return;
    } catch {
      // One of both has gone.
    }
    close(from);
    if (to) close(to);
  }

  #closeAll(): void {
    for (const end of this.#ends) close(end);
    this.#ends.clear();
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

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
