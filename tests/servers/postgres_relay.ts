/**
 * Stands between a handle and the server, and misbehaves like what stands there in real life: a
 * network that swallows everything, a load balancer without anything behind it, a pooler.
 *
 * @module
 */

/** What it does with what comes from the client. */
export type RelayManner =
  | "pass"
  /** Takes everything, answers nothing, on old connections and new ones. */
  | "silent"
  /** Breaks the connections that it has, and each new one at once. */
  | "close"
  /** Refuses settings at the beginning of a connection. */
  | "pooler"
  /** Says that it does not encrypt. */
  | "plain";

const refusal = "SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0";

/** A relay on a port of its own. */
export class PostgresRelay implements AsyncDisposable {
  #manner: RelayManner = "pass";
  /** How many connections were taken. */
  count = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #work: Promise<unknown>[] = [];
  readonly #serverPort: number;

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#work.push(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  set manner(manner: RelayManner) {
    this.#manner = manner;
    if (manner === "close") this.#breakAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#breakAll();
    for (let work = this.#work.pop(); work; work = this.#work.pop()) await work;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      this.count++;
      if (this.#manner === "close") client.close();
      else this.#work.push(this.#serve(client));
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#serverPort });
    this.#connections.add(client).add(server);
    await Promise.all([this.#pump(client, server, true), this.#pump(server, client, false)]);
    for (const one of [client, server]) {
      if (this.#connections.delete(one)) one.close();
    }
  }

  #breakAll(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
  }

  async #pump(from: Deno.Conn, to: Deno.Conn, isClient: boolean): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let length = await from.read(buffer); length; length = await from.read(buffer)) {
        const bytes = buffer.slice(0, length);
        if (this.#manner === "silent") continue;
        const answer = isClient ? this.#answer(bytes) : undefined;
        await writeAll(answer ? from : to, answer ?? bytes);
      }
      await to.closeWrite();
    } catch {
      // One of the two has gone.
    }
  }

  /** What the relay says itself instead of passing it on. */
  #answer(bytes: Uint8Array): Uint8Array | undefined {
    const text = new TextDecoder().decode(bytes);
    if (this.#manner === "plain" && bytes.length === 8) return new TextEncoder().encode("N");
    if (this.#manner !== "pooler" || !text.includes("statement_timeout")) return undefined;
    const body = new TextEncoder().encode(refusal);
    return new Uint8Array([69, 0, 0, 0, body.length + 4, ...body]);
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}
