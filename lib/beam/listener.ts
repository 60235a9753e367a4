/**
 * The door: accepts connections of BEAM nodes and finds out who came. It stays open whatever comes
 * through it.
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import { AssertionError, unreachable } from "../core/base/assert.ts";
import { Guests } from "../sockets/pending_connections.ts";
import type { NodeName } from "../core/base/name.ts";
import type { StrangerReports } from "../sockets/rejections.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import type { HandshakeEffect, Party, Peer } from "./handshake/handshake.ts";
import { AcceptingHandshake } from "./handshake/handshake_acceptor.ts";
import type { Status } from "./handshake/handshake_message.ts";
import { type BeamLimits, handshakePacketMaxBytes } from "./limits.ts";
import { Acceptor, listenAt } from "../sockets/acceptor.ts";
import { type Socket, Wire } from "./packet_socket.ts";

/** What a handshake comes to. */
type HandshakeEnd = Extract<HandshakeEffect, { kind: "proven" | "failed" }>;

/** What the door needs from its surroundings. */
export interface DoorContext {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: BeamLimits;
  /** This node for one handshake, until that is over. */
  readonly party: () => Party & Disposable;
  readonly strangers: StrangerReports;
  /** Somebody says to be `name`: may it go on? `left` settles when it has not, or no longer, to. */
  readonly onNamed: (name: NodeName, left: Promise<void>) => Promise<Status>;
  /** Somebody has proven the cookie; resolves when that link is over. */
  readonly onProven: (peer: Peer, wire: Wire) => Promise<void>;
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
    const listeners = listenAt(listen, "BEAM nodes");
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

  /** Connections that have not proven the cookie yet. */
  get guestCount(): number {
    return this.#guests.size;
  }

  /** Closes it and those who wait behind it; resolves when nothing is left, links included. */
  async close(): Promise<void> {
    this.#acceptor.stop();
    for (const wire of this.#wires) wire.close("ours", "the node stops");
    await this.#acceptor.ended();
  }

  async #receive(socket: Socket): Promise<void> {
    const { clock, limits, strangers } = this.#context;
    const wire = new Wire(socket, 2, handshakePacketMaxBytes, limits.writeQueueMaxBytes);
    const { host } = wire.remote;
    this.#wires.add(wire);
    const guest = this.#guests.admit(host, () => wire.close("ours", "made room for a newcomer"));
    const cancel = clock.after(
      limits.handshakeTimeoutMs,
      () => wire.close("ours", `no handshake within ${limits.handshakeTimeoutMs} ms`),
    );
    const left = Promise.withResolvers<void>();
    const leave = (): void => {
      cancel();
      this.#guests.leave(guest);
    };
    try {
      const end = await this.#talk(wire, left.promise);
      leave();
      if (end?.kind === "proven" && !this.#acceptor.isStopped) {
        const over = this.#context.onProven(end.peer, wire);
        left.resolve();
        this.#wires.delete(wire);
        return await over;
      }
      left.resolve();
      if (end?.kind === "failed" && end.fault !== "yielded") strangers.add(host, end.detail);
      else if (wire.end?.kind === "garbage") strangers.add(host, `it sent ${wire.end.detail}`);
      await wire.flushed();
    } finally {
      leave();
      left.resolve();
      this.#wires.delete(wire);
      wire.close("ours", "turned away");
    }
  }

  /** Takes the handshake to its end; `undefined` if the connection ended before. */
  async #talk(
    wire: Wire,
    left: Promise<void>,
  ): Promise<HandshakeEnd | undefined> {
    const party = this.#context.party();
    try {
      return await this.#shakeHands(new AcceptingHandshake(party), wire, left);
    } finally {
      party[Symbol.dispose]();
    }
  }

  async #shakeHands(
    handshake: AcceptingHandshake,
    wire: Wire,
    left: Promise<void>,
  ): Promise<HandshakeEnd | undefined> {
    for (;;) {
      const packet = await wire.read();
      if (packet === undefined) return undefined;
      const effects = handshake.receive(packet);
      for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
        switch (effect.kind) {
          case "send":
            wire.write(effect.packet);
            break;
          case "admit":
            effects.push(...handshake.admit(await this.#context.onNamed(effect.name, left)));
            break;
          case "proven":
          case "failed":
            return effect;
          case "status":
            throw new AssertionError("who is dialled hears no status");
          default:
            return unreachable(effect);
        }
      }
    }
  }
}
