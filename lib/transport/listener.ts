/**
 * Finds out who came, and rejects who holds no cookie.
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import type { Hello } from "../protocol/hello.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import { type Admission, Listener } from "../sockets/listener.ts";
import type { RejectionReports } from "../sockets/rejections.ts";
import type { ConnectionParts } from "./connection.ts";
import { FramedSocket } from "./framed_socket.ts";
import { initiationMaxBytes, type Keys, receive } from "./handshake.ts";
import type { TransportLimits } from "./limits.ts";

/** What listening needs from its surroundings. */
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

/**
 * Listens for peers and clients.
 *
 * @throws {ListenError} if it cannot listen there; the message names the address and the reason
 */
export function listenForPeers(listen: Address, context: ListenerContext): Listener<FramedSocket> {
  const { writeQueueMaxBytes } = context.limits;
  return new Listener(
    listen,
    context,
    (socket) => new FramedSocket(socket, initiationMaxBytes, writeQueueMaxBytes),
    (admission) => identify(admission, context),
  );
}

async function identify(
  { connection: framed, remote, prove, leave, isTooLate }: Admission<FramedSocket>,
  { keys, hello, rejections, onIdentified }: ListenerContext,
): Promise<void> {
  const received = await receive(framed, keys, hello, prove);
  leave();
  if (isTooLate()) return framed.close("ours", "the node stops");
  if (received.kind === "rejected") {
    framed.close("ours", received.reason);
    if (received.isReported) rejections.add(remote.host, received.reason);
    return;
  }
  const { hello: peer, visit, ciphers } = received;
  // Behind address translation it comes from where nobody can call it back.
  const told = peer.addresses.find((one) => one.host === remote.host) ?? peer.addresses[0];
  const address = told ?? remote;
  await onIdentified({ framed, ciphers, peer, address, dialled: false, reusable: !visit });
}
