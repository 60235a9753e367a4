/**
 * Lets BEAM nodes in that hold the cookie.
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import { AssertionError, unreachable } from "../core/base/assert.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import { type Admission, Listener } from "../sockets/listener.ts";
import type { RejectionReports } from "../sockets/rejections.ts";
import type { HandshakeEffect, Party, Peer } from "./handshake/handshake.ts";
import { AcceptingHandshake } from "./handshake/handshake_acceptor.ts";
import type { Status } from "./handshake/handshake_message.ts";
import { type BeamLimits, handshakePacketMaxBytes } from "./limits.ts";
import { PacketSocket } from "./packet_socket.ts";

/** What a handshake comes to. */
type HandshakeEnd = Extract<HandshakeEffect, { kind: "proven" | "failed" }>;

/** What listening needs from its surroundings. */
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

/**
 * Listens for BEAM nodes.
 *
 * @throws {ListenError} if it cannot listen there; the message names the address and the reason
 */
export function listenForBeams(listen: Address, context: ListenerContext): Listener<PacketSocket> {
  const { writeQueueMaxBytes } = context.limits;
  return new Listener(
    listen,
    { ...context, whom: "BEAM nodes" },
    (socket) => new PacketSocket(socket, 2, handshakePacketMaxBytes, writeQueueMaxBytes),
    (admission) => meet(admission, context),
  );
}

async function meet(
  { connection: packets, remote, leave, isTooLate }: Admission<PacketSocket>,
  { party, rejections, onNamed, onProven }: ListenerContext,
): Promise<void> {
  const left = Promise.withResolvers<void>();
  try {
    const end = await talk();
    if (end?.kind === "proven" && !isTooLate()) {
      leave();
      const over = onProven(end.peer, packets);
      left.resolve();
      return await over;
    }
    left.resolve();
    if (end?.kind === "failed" && end.fault !== "yielded") rejections.add(remote.host, end.detail);
    else if (packets.end?.kind === "garbage") {
      rejections.add(remote.host, `it sent ${packets.end.detail}`);
    }
    await packets.flushed();
  } finally {
    left.resolve();
    packets.close("ours", "rejected");
  }

  async function talk(): Promise<HandshakeEnd | undefined> {
    using own = party();
    const named = (name: NodeName): Promise<Status> => onNamed(name, left.promise);
    return await shakeHands(new AcceptingHandshake(own), packets, named);
  }
}

/** Takes the handshake to its end; `undefined` if the connection ended before. */
async function shakeHands(
  handshake: AcceptingHandshake,
  packets: PacketSocket,
  onNamed: (name: NodeName) => Promise<Status>,
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
          effects.push(...handshake.admit(await onNamed(effect.name)));
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
