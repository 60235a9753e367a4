/**
 * An EPMD with registrations as a test wants them, and nodes behind them that misbehave.
 *
 * @module
 */
import { type EpmdContext, EpmdServer } from "../../lib/beam/epmd/epmd_server.ts";
import { encodeAlive } from "../../lib/beam/epmd/epmd_message.ts";
import { DiallingHandshake } from "../../lib/beam/handshake/handshake_dialler.ts";
import { defaultLimits, frameMaxBytes } from "../../lib/beam/limits.ts";
import { encodePacket } from "../../lib/beam/packets.ts";
import { PacketSocket } from "../../lib/beam/packet_socket.ts";
import { systemClock } from "../../lib/clock.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { closeQuietly, FakeListener, randomBytes } from "../transport/fixtures.ts";
import { cookie } from "./fixtures.ts";
import { loudBarrier } from "../loud_barrier.ts";

/** What an EPMD of the tests needs. */
export const epmdContext: EpmdContext = {
  clock: systemClock,
  barrier: loudBarrier,
  limits: defaultLimits,
  randomBytes,
};

/** An EPMD, and who is registered with it. */
export class EpmdScene implements AsyncDisposable {
  readonly epmd: EpmdServer = new EpmdServer({ host: "127.0.0.1", port: 0 }, epmdContext);
  readonly #sockets: Deno.TcpConn[] = [];
  readonly #listeners: FakeListener[] = [];

  get port(): number {
    return this.epmd.port;
  }

  /** Registers `alive` at a port, whoever listens there. */
  async register(alive: string, port: number): Promise<void> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: this.epmd.port });
    this.#sockets.push(socket);
    await socket.write(encodePacket(encodeAlive(alive, port), 2));
    await socket.read(new Uint8Array(16));
  }

  /** A node that treats everybody who connects as `behave` says. */
  async node(
    alive: string,
    behave: (socket: Deno.TcpConn) => Promise<void>,
  ): Promise<FakeListener> {
    const listener = new FakeListener(behave);
    this.#listeners.push(listener);
    await this.register(alive, listener.target.addresses[0]?.port ?? 0);
    return listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) closeQuietly(socket);
    for (const listener of this.#listeners) await listener[Symbol.asyncDispose]();
    await this.epmd[Symbol.asyncDispose]();
  }
}

/** A wire of a handshake. */
export function wireOf(socket: Deno.TcpConn): PacketSocket {
  return new PacketSocket(socket, 2, frameMaxBytes, 200_000_000);
}

/** Dials `port` as `name` and proves the cookie; the wire then carries frames. */
export async function connectAs(
  name: NodeName,
  target: NodeName,
  port: number,
): Promise<PacketSocket> {
  const packets = wireOf(await Deno.connect({ hostname: "127.0.0.1", port }));
  const party = { name, cookie, creation: 5, challenge: 6, isOwn: () => false };
  const handshake = new DiallingHandshake(party, target, 6);
  packets.write(handshake.greeting());
  for (;;) {
    const packet = await packets.read();
    if (packet === undefined) throw new Error(`rejected: ${JSON.stringify(packets.end)}`);
    const effects = handshake.receive(packet);
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
      if (effect.kind === "send") packets.write(effect.packet);
      else if (effect.kind === "failed") throw new Error(effect.detail);
      else if (effect.kind === "status" && effect.status === "alive") {
        effects.push(...handshake.answerAlive(true));
      } else if (effect.kind === "proven") {
        packets.setLength(4, frameMaxBytes);
        return packets;
      }
    }
  }
}
