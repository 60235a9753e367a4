/**
 * The door: accepts connections of BEAM nodes and finds out who came. It stays open whatever comes
 * through it.
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import { AssertionError, unreachable } from "../core/base/assert.ts";
import { PendingConnections } from "../sockets/pending_connections.ts";
import type { NodeName } from "../core/base/name.ts";
import type { RejectionReports } from "../sockets/rejections.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import type { HandshakeEffect, Party, Peer } from "./handshake/handshake.ts";
import { AcceptingHandshake } from "./handshake/handshake_acceptor.ts";
import type { Status } from "./handshake/handshake_message.ts";
import { type BeamLimits, handshakePacketMaxBytes } from "./limits.ts";
import { Acceptor, listenAt } from "../sockets/acceptor.ts";
import { PacketSocket, type Socket } from "./packet_socket.ts";

/** What a handshake comes to. */
type HandshakeEnd = Extract<HandshakeEffect, { kind: "proven" | "failed" }>;

/** What the door needs from its surroundings. */
export interface ListenerContext {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: BeamLimits;
  /** This node for one handshake, until that is over. */
  readonly party: () => Party & Disposable;
  readonly rejections: RejectionReports;
  /** Somebody says to be `name`: may it go on? `left` settles when it has not, or no longer, to. */
  readonly onNamed: (name: NodeName, left: Promise<void>) => Promise<Status>;
  /** Somebody has proven the cookie; resolves when that link is over. */
  readonly onProven: (peer: Peer, packets: PacketSocket) => Promise<void>;
}

/** A listening socket and those who wait behind it. */
export class Listener {
  readonly #context: ListenerContext;
  readonly #pendingConnections: PendingConnections;
  readonly #wires = new Set<PacketSocket>();
  readonly #acceptor: Acceptor;

  /** @throws {Error} if it cannot listen there; the message names the address and the reason */
  constructor(listen: Address, context: ListenerContext) {
    this.#context = context;
    const { limits } = context;
    this.#pendingConnections = new PendingConnections(limits.pendingMax, limits.pendingPerHostMax);
    const listeners = listenAt(listen, "BEAM nodes");
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

  /** Connections that have not proven the cookie yet. */
  get pendingCount(): number {
    return this.#pendingConnections.size;
  }

  /** Closes it and those who wait behind it; resolves when nothing is left, links included. */
  async close(): Promise<void> {
    this.#acceptor.stop();
    for (const packets of this.#wires) packets.close("ours", "the node stops");
    await this.#acceptor.ended();
  }

  async #receive(socket: Socket): Promise<void> {
    const { clock, limits, rejections } = this.#context;
    const packets = new PacketSocket(socket, 2, handshakePacketMaxBytes, limits.writeQueueMaxBytes);
    const { host } = packets.remote;
    this.#wires.add(packets);
    const pending = this.#pendingConnections.admit(
      host,
      () => packets.close("ours", "made room for a newcomer"),
    );
    const cancel = clock.after(
      limits.handshakeTimeoutMs,
      () => packets.close("ours", `no handshake within ${limits.handshakeTimeoutMs} ms`),
    );
    const left = Promise.withResolvers<void>();
    const leave = (): void => {
      cancel();
      this.#pendingConnections.leave(pending);
    };
    try {
      const end = await this.#talk(packets, left.promise);
      leave();
      if (end?.kind === "proven" && !this.#acceptor.isStopped) {
        const over = this.#context.onProven(end.peer, packets);
        left.resolve();
        this.#wires.delete(packets);
        return await over;
      }
      left.resolve();
      if (end?.kind === "failed" && end.fault !== "yielded") rejections.add(host, end.detail);
      else if (packets.end?.kind === "garbage") {
        rejections.add(host, `it sent ${packets.end.detail}`);
      }
      await packets.flushed();
    } finally {
      leave();
      left.resolve();
      this.#wires.delete(packets);
      packets.close("ours", "rejected");
    }
  }

  /** Takes the handshake to its end; `undefined` if the connection ended before. */
  async #talk(
    packets: PacketSocket,
    left: Promise<void>,
  ): Promise<HandshakeEnd | undefined> {
    const party = this.#context.party();
    try {
      return await this.#shakeHands(new AcceptingHandshake(party), packets, left);
    } finally {
      party[Symbol.dispose]();
    }
  }

  async #shakeHands(
    handshake: AcceptingHandshake,
    packets: PacketSocket,
    left: Promise<void>,
  ): Promise<HandshakeEnd | undefined> {
    for (;;) {
      const packet = await packets.read();
      if (packet === undefined) return undefined;
      const effects = handshake.receive(packet);
      for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
        switch (effect.kind) {
          case "send":
            packets.write(effect.packet);
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
