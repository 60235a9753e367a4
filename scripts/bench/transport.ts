/**
 * Real transports for the benchmarks, and the bare TCP connection that they are measured beside.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { encodeEnvelope } from "../../lib/protocol/envelope.ts";
import { tagBytes } from "../../lib/protocol/chacha20_poly1305.ts";
import { frameHeaderBytes } from "../../lib/protocol/frame.ts";
import { encodeMessage } from "../../lib/protocol/message.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { listenTcp } from "../../lib/transport/tcp.ts";
import type { Target, Transport } from "../../lib/transport/transport.ts";
import { Barrier } from "../../lib/barrier.ts";

/** The body of a ping. */
export const ping: Uint8Array = encodeMessage({ kind: "ping" });

/** Bytes of a ping on the wire; a pong has as many. */
export const pingWireBytes: number = frameHeaderBytes + tagBytes +
  encodeEnvelope("request", 0, ping).length;

/** Deadlines that a benchmark never meets, in milliseconds. */
export const patient = { connectTimeoutMs: 10_000, answerTimeoutMs: 10_000 } as const;

/** A transport on loopback; `name` is that of the node, at `bench`. */
export function openTransport(
  name: string,
  listens: boolean,
  onRequest: (answer: (body: Uint8Array) => void) => void = () => {},
): Promise<Transport> {
  const hello = {
    role: "member",
    name: fullName(name),
    instance: [...randomBytes(16)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    cluster: "bench",
    addresses: [],
    software: "bench",
  } as const;
  const ignore = (): void => {};
  return listenTcp({
    listen: listens ? { host: "127.0.0.1", port: 0 } : undefined,
    hello: () => hello,
    cookies: ["the cookie of the benchmark"],
    cluster: "bench",
    clock: systemClock,
    barrier: new Barrier(({ error }) => reportError(error)),
    randomBytes,
    handler: {
      onRequest: (_from, _body, answer) => onRequest(answer),
      onNotice: ignore,
      onLost: ignore,
      onLate: ignore,
      onRejected: ignore,
    },
  });
}

/** How to reach the transport `name` on `port`. */
export function targetOf(name: string, port: number): Target {
  return {
    name: fullName(name),
    instance: undefined,
    addresses: [{ host: "127.0.0.1", port }],
  };
}

/**
 * Pings once.
 *
 * @param fresh over a connection of its own
 * @throws {Error} if there is no answer
 */
export async function pingOnce(
  transport: Transport,
  target: Target,
  fresh = false,
): Promise<void> {
  const outcome = await transport.ask(target, ping, { ...patient, fresh });
  if (outcome.kind !== "answer") throw new Error(`No answer to a ping: ${outcome.detail}`);
}

/** A bare TCP connection to an echo, with as many bytes per round trip as a ping. */
export class EchoClient {
  readonly #connection: Deno.TcpConn;
  readonly #message = new Uint8Array(pingWireBytes).fill(7);
  readonly #buffer = new Uint8Array(8 * 1024);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    connection.setNoDelay(true);
  }

  static async connect(port: number): Promise<EchoClient> {
    return new EchoClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** One round trip. */
  async echo(): Promise<void> {
    await this.#connection.write(this.#message);
    for (let left = pingWireBytes; left > 0;) {
      const count = await this.#connection.read(this.#buffer);
      if (count === null) throw new Error("The echo has closed the connection");
      left -= count;
    }
  }

  close(): void {
    this.#connection.close();
  }
}

function fullName(name: string): NodeName {
  return `${name}@bench` as NodeName;
}

function randomBytes(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
