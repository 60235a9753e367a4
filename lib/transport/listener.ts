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
import { Guests } from "../sockets/pending_connections.ts";
import { type Keys, knockMaxBytes, receive } from "./handshake.ts";
import type { TransportLimits } from "./limits.ts";
import type { StrangerReports } from "../sockets/rejections.ts";
import { Acceptor, listenAt } from "../sockets/acceptor.ts";
import { type Socket, Wire } from "./framed_socket.ts";

/** What the door needs from its surroundings. */
export interface DoorContext {
  readonly keys: Keys;
  readonly hello: () => Hello;
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: TransportLimits;
  readonly strangers: StrangerReports;
  /** Somebody is identified; resolves when that connection is over. */
  readonly onIdentified: (parts: ConnectionParts) => Promise<void>;
}

/** A listening socket and those who wait behind it. */
export class Door {
  readonly #context: DoorContext;
  readonly #guests: Guests;
  readonly #wires = new Set<Wire>();
  readonly #acceptor: Acceptor;

  /** @throws {Error} if it cannot listen there; the message names the address and the reason */
  constructor(listen: Address, context: DoorContext) {
    this.#context = context;
    const { limits } = context;
    this.#guests = new Guests(limits.guestsMax, limits.guestsPerHostMax);
    const listeners = listenAt(listen);
    this.#acceptor = new Acceptor(
      listeners,
      { ...context, guestsMax: limits.guestsMax },
      (socket) => this.#receive(socket),
    );
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#acceptor.port;
  }

  /** Connections that have not proven who they are yet. */
  get guestCount(): number {
    return this.#guests.size;
  }

  /** Closes it and those who wait behind it; resolves when nothing is left, connections included. */
  async close(): Promise<void> {
    this.#acceptor.stop();
    for (const wire of this.#wires) wire.close("ours", "the node stops");
    await this.#acceptor.ended();
  }

  async #receive(socket: Socket): Promise<void> {
    const { keys, hello, clock, limits, strangers } = this.#context;
    const { hostname, port } = socket.remoteAddr;
    const host = socketHost(hostname);
    const wire = new Wire(socket, knockMaxBytes, limits.writeQueueMaxBytes);
    this.#wires.add(wire);
    const guest = this.#guests.admit(host, () => wire.close("ours", "made room for a newcomer"));
    const cancel = clock.after(
      limits.handshakeTimeoutMs,
      () => wire.close("ours", `no handshake within ${limits.handshakeTimeoutMs} ms`),
    );
    const reception = await receive(wire, keys, hello, () => this.#guests.prove(guest))
      .finally(() => {
        cancel();
        this.#guests.leave(guest);
        this.#wires.delete(wire);
      });
    if (this.#acceptor.isStopped) return wire.close("ours", "the node stops");
    if (reception.kind === "turned-away") {
      wire.close("ours", reception.reason);
      if (reception.stranger) strangers.add(host, reception.reason);
      return;
    }
    const { hello: peer, visit, ciphers } = reception;
    // Behind address translation it comes from where nobody can call it back.
    const told = peer.addresses.find((one) => one.host === host) ?? peer.addresses[0];
    const address = told ?? { host, port };
    await this.#context.onIdentified({
      wire,
      ciphers,
      peer,
      address,
      dialled: false,
      reusable: !visit,
    });
  }
}
