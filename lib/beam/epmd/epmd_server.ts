/**
 * An EPMD of our own, for machines on which nobody else runs one: without it no BEAM node finds
 * another.
 *
 * It registers who comes from this machine, and tells everybody. A registration lasts as long as its
 * connection. Nobody can end it from outside.
 *
 * @module
 */
import { type Address, isLoopback, socketHost } from "../../core/base/address.ts";
import { unreachable } from "../../core/base/assert.ts";
import { PendingConnections } from "../../sockets/pending_connections.ts";
import type { Barrier } from "../../barrier.ts";
import type { Clock } from "../../clock.ts";
import {
  decodeRequest,
  encodeAliveAnswer,
  encodeNames,
  encodePortIs,
  type Registration,
} from "./epmd_message.ts";
import { type BeamLimits, epmdRequestMaxBytes } from "../limits.ts";
import { Acceptor, listenersAt } from "../../sockets/acceptor.ts";
import { PacketSocket } from "../packet_socket.ts";

/** What an EPMD needs from its surroundings. */
export interface EpmdContext {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: BeamLimits;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** A listening EPMD. */
export class EpmdServer implements AsyncDisposable {
  readonly #context: EpmdContext;
  readonly #pendingConnections: PendingConnections;
  readonly #registered = new Map<string, Registration>();
  readonly #wires = new Set<PacketSocket>();
  readonly #acceptor: Acceptor;

  /** @throws what `Deno.listen` throws, above all `AddrInUse` where somebody serves already */
  constructor(address: Address, context: EpmdContext) {
    this.#context = context;
    const { epmdClientsMax, epmdClientsPerHostMax } = context.limits;
    this.#pendingConnections = new PendingConnections(epmdClientsMax, epmdClientsPerHostMax);
    const listeners = listenersAt(address);
    this.#acceptor = new Acceptor(
      listeners,
      { ...context, pendingMax: epmdClientsMax },
      (socket) => this.#serve(socket),
    );
  }

  /** The port on which it listens. */
  get port(): number {
    return this.#acceptor.port;
  }

  /** Names that are registered. */
  get nameCount(): number {
    return this.#registered.size;
  }

  /** Connections of those who have registered nothing. */
  get clientCount(): number {
    return this.#pendingConnections.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#acceptor.stop();
    for (const packets of this.#wires) packets.close("ours", "EPMD stops");
    await this.#acceptor.ended();
  }

  async #serve(socket: Deno.TcpConn): Promise<void> {
    const { clock, limits } = this.#context;
    const packets = new PacketSocket(socket, 2, epmdRequestMaxBytes, limits.writeQueueMaxBytes);
    this.#wires.add(packets);
    const { host } = packets.remote;
    const isLocal = comesFromHere(host, socket.localAddr.hostname);
    const pending = this.#pendingConnections.admit(
      host,
      () => packets.close("ours", "made room for a newcomer"),
    );
    const cancel = clock.after(
      limits.epmdIdleTimeoutMs,
      () => packets.close("ours", `nothing was asked in ${limits.epmdIdleTimeoutMs} ms`),
    );
    let registration: Registration | undefined;
    try {
      const packet = await packets.read();
      registration = packet && this.#answer(packet, packets, isLocal);
      if (registration !== undefined) {
        cancel();
        this.#pendingConnections.leave(pending);
        // It lasts until the connection ends; there is nothing more to say.
        if (await packets.read() !== undefined) packets.close("garbage", "it asked for more");
      }
      await packets.flushed();
    } finally {
      if (registration !== undefined) this.#registered.delete(registration.alive);
      cancel();
      this.#pendingConnections.leave(pending);
      packets.close("ours", "answered");
      this.#wires.delete(packets);
    }
  }

  /** Answers; returns what was registered by it. */
  #answer(packet: Uint8Array, packets: PacketSocket, isLocal: boolean): Registration | undefined {
    const request = decodeRequest(packet);
    if (request === undefined) return undefined;
    switch (request.kind) {
      case "alive":
        return isLocal ? this.#register(request.registration, packets) : undefined;
      case "port":
        packets.writeBytes(encodePortIs(this.#registered.get(request.alive)));
        return undefined;
      case "names":
        packets.writeBytes(encodeNames(this.port, this.#registered.values()));
        return undefined;
      default:
        return unreachable(request);
    }
  }

  #register(registration: Registration, packets: PacketSocket): Registration | undefined {
    const { alive, versionHigh } = registration;
    const isRefused = this.#registered.has(alive) ||
      this.#registered.size >= this.#context.limits.epmdNamesMax;
    const [creation = 0] = new Uint32Array(this.#context.randomBytes(4).slice().buffer);
    packets.writeBytes(encodeAliveAnswer(isRefused, Math.max(4, creation), versionHigh));
    if (isRefused) return undefined;
    this.#registered.set(alive, registration);
    return registration;
  }
}

/**
 * True if who connects from `remote` to `local` runs on this machine. Besides loopback that is its
 * own address, which nobody else can answer from.
 */
export function comesFromHere(remote: string, local: string): boolean {
  const host = socketHost(remote);
  return isLoopback(host) || host === socketHost(local);
}
