/**
 * The door: accepts TCP connections and finds out who came. It stays open whatever comes through it.
 *
 * @module
 */
import { type Address, socketHost } from "../core/base/address.ts";
import type { Hello } from "../protocol/hello.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionParts } from "./connection.ts";
import { PendingConnections } from "../sockets/pending_connections.ts";
import { initiationMaxBytes, type Keys, receive } from "./handshake.ts";
import type { TransportLimits } from "./limits.ts";
import type { RejectionReports } from "../sockets/rejections.ts";
import { Acceptor, listenAt } from "../sockets/acceptor.ts";
import { FramedSocket, type Socket } from "./framed_socket.ts";

/** What the door needs from its surroundings. */
export interface ListenerContext {
  readonly keys: Keys;
  readonly hello: () => Hello;
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: TransportLimits;
  readonly rejections: RejectionReports;
  /** Somebody is identified; resolves when that connection is over. */
  readonly onIdentified: (parts: ConnectionParts) => Promise<void>;
}

/** A listening socket and those who wait behind it. */
export class Listener {
  readonly #context: ListenerContext;
  readonly #pendingConnections: PendingConnections;
  readonly #wires = new Set<FramedSocket>();
  readonly #acceptor: Acceptor;

  /** @throws {Error} if it cannot listen there; the message names the address and the reason */
  constructor(listen: Address, context: ListenerContext) {
    this.#context = context;
    const { limits } = context;
    this.#pendingConnections = new PendingConnections(limits.pendingMax, limits.pendingPerHostMax);
    const listeners = listenAt(listen);
    this.#acceptor = new Acceptor(
      listeners,
      { ...context, pendingMax: limits.pendingMax },
      (socket) => this.#receive(socket),
    );
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#acceptor.port;
  }

  /** Connections that have not proven who they are yet. */
  get pendingCount(): number {
    return this.#pendingConnections.size;
  }

  /** Closes it and those who wait behind it; resolves when nothing is left, connections included. */
  async close(): Promise<void> {
    this.#acceptor.stop();
    for (const framed of this.#wires) framed.close("ours", "the node stops");
    await this.#acceptor.ended();
  }

  async #receive(socket: Socket): Promise<void> {
    const { keys, hello, clock, limits, rejections } = this.#context;
    const { hostname, port } = socket.remoteAddr;
    const host = socketHost(hostname);
    const framed = new FramedSocket(socket, initiationMaxBytes, limits.writeQueueMaxBytes);
    this.#wires.add(framed);
    const pending = this.#pendingConnections.admit(
      host,
      () => framed.close("ours", "made room for a newcomer"),
    );
    const cancel = clock.after(
      limits.handshakeTimeoutMs,
      () => framed.close("ours", `no handshake within ${limits.handshakeTimeoutMs} ms`),
    );
    const received = await receive(
      framed,
      keys,
      hello,
      () => this.#pendingConnections.prove(pending),
    )
      .finally(() => {
        cancel();
        this.#pendingConnections.leave(pending);
        this.#wires.delete(framed);
      });
    if (this.#acceptor.isStopped) return framed.close("ours", "the node stops");
    if (received.kind === "rejected") {
      framed.close("ours", received.reason);
      if (received.isReported) rejections.add(host, received.reason);
      return;
    }
    const { hello: peer, visit, ciphers } = received;
    // Behind address translation it comes from where nobody can call it back.
    const told = peer.addresses.find((one) => one.host === host) ?? peer.addresses[0];
    const address = told ?? { host, port };
    await this.#context.onIdentified({
      framed,
      ciphers,
      peer,
      address,
      dialled: false,
      reusable: !visit,
    });
  }
}
