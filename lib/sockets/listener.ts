/**
 * The listener: accepts TCP connections and gives each its time to prove who it is. It goes on listening
 * whatever comes.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import { afterPatiently } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { type Address, socketHost } from "../core/base/address.ts";
import { Acceptor, listenAt } from "./acceptor.ts";
import { PendingConnections } from "./pending_connections.ts";

/** What a listener needs from its surroundings. */
export interface ListenerParts {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: {
    /** Most pending connections, in all and from one host. */
    readonly pendingMax: number;
    readonly pendingPerHostMax: number;
    /** A handshake that takes longer ends with its connection. */
    readonly handshakeTimeoutMs: number;
  };
  /** Who is to come, as in "Cannot listen for BEAM nodes on …"; left out if that is clear. */
  readonly whom?: string;
}

/** A connection that came in and has proven nothing yet. */
export interface Admission<Connection> {
  readonly connection: Connection;
  /** Where it comes from. */
  readonly remote: Address;
  /** Its first message was made with the cookie: it is counted apart from the others. */
  prove(): void;
  /** The handshake is over, and the connection no longer this listener's; twice does nothing. */
  leave(): void;
  /** True if the listener has closed meanwhile. */
  isTooLate(): boolean;
}

/** A connection as a listener knows it. */
interface Closable {
  close(kind: "ours", reason: string): void;
}

/** Listening sockets and those who wait behind them. */
export class Listener<Connection extends Closable> {
  readonly #parts: ListenerParts;
  readonly #wrap: (socket: Deno.TcpConn) => Connection;
  readonly #admit: (admission: Admission<Connection>) => Promise<void>;
  readonly #places: PendingConnections;
  readonly #pending = new Set<Connection>();
  readonly #acceptor: Acceptor;

  /**
   * @param admit shakes hands; resolves when the connection is over
   * @throws {Error} if it cannot listen there; the message names the address and the reason
   */
  constructor(
    listen: Address,
    parts: ListenerParts,
    wrap: (socket: Deno.TcpConn) => Connection,
    admit: (admission: Admission<Connection>) => Promise<void>,
  ) {
    this.#parts = parts;
    this.#wrap = wrap;
    this.#admit = admit;
    const { pendingMax, pendingPerHostMax } = parts.limits;
    this.#places = new PendingConnections(pendingMax, pendingPerHostMax);
    const listeners = listenAt(listen, parts.whom);
    this.#acceptor = new Acceptor(
      listeners,
      { ...parts, pendingMax },
      (socket) => this.#receive(socket),
    );
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#acceptor.port;
  }

  /** Connections that have not proven who they are yet. */
  get pendingCount(): number {
    return this.#places.size;
  }

  /** Closes it and those who wait behind it; resolves when nothing is left, connections included. */
  async close(): Promise<void> {
    this.#acceptor.stop();
    for (const connection of this.#pending) connection.close("ours", "the node stops");
    await this.#acceptor.ended();
  }

  async #receive(socket: Deno.TcpConn): Promise<void> {
    const { clock, limits: { handshakeTimeoutMs } } = this.#parts;
    const connection = this.#wrap(socket);
    const { hostname, port } = socket.remoteAddr;
    const remote = { host: socketHost(hostname), port };
    this.#pending.add(connection);
    const place = this.#places.admit(
      remote.host,
      () => connection.close("ours", "made room for a newcomer"),
    );
    const cancel = afterPatiently(
      clock,
      handshakeTimeoutMs,
      () => connection.close("ours", `no handshake within ${handshakeTimeoutMs} ms`),
    );
    const leave = (): void => {
      cancel();
      this.#places.leave(place);
      this.#pending.delete(connection);
    };
    try {
      await this.#admit({
        connection,
        remote,
        prove: () => this.#places.prove(place),
        leave,
        isTooLate: () => this.#acceptor.isStopped,
      });
    } finally {
      leave();
    }
  }
}
