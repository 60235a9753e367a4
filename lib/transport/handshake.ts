/**
 * The first words over a new connection: both sides prove that they hold the cookie, then say who
 * they are.
 *
 *     initiator                                    responder
 *        | 1: empty                             ->    |  not for us: closed without a word
 *        | <-                     2: who I am         |
 *        | first frame: who I am                ->    |  opened: the initiator is identified
 *
 * A message 1 for another cluster does not open either, and looks like one with another cookie. So an
 * initiator that was rejected asks once more without naming a cluster (the bare prologue); a
 * responder with the same cookie answers that with the name of its own cluster, and closes.
 *
 * @module
 */
import { decodeEnvelope, encodeEnvelope } from "../protocol/envelope.ts";
import { decodeHello, encodeHello } from "../protocol/hello.ts";
import type { Hello } from "../protocol/hello.ts";
import {
  type EphemeralKey,
  ephemeralKeyBytes,
  handshakeOverheadBytes,
  type HandshakeResult,
  HandshakeStart,
  Initiator,
  presharedKey,
  Responder,
} from "../protocol/noise_handshake.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import { ephemeralKey } from "./ephemeral_key.ts";
import type { FramedSocket } from "./framed_socket.ts";

/** Largest message with a hello in it, in bytes. */
export const helloMaxBytes = 8 * 1024;

/**
 * Largest first message of an unauthenticated peer, in bytes: more is not read from anybody
 * unknown.
 */
export const initiationMaxBytes = handshakeOverheadBytes;

const nothing = new Uint8Array(0);
const version = "clusternode/1";

/** What a node needs for handshakes. */
export interface Keys {
  /** One for each cookie: the first is used to dial, all are accepted. */
  readonly starts: readonly HandshakeStart[];
  /** The same with the prologue that names no cluster. */
  readonly bareStarts: readonly HandshakeStart[];
  readonly cluster: string;
  readonly newKey: () => EphemeralKey;
}

/** What both sides must have in common beside the cookie; without a cluster the bare prologue. */
export function prologueOf(cluster?: string): Uint8Array {
  return encodeUtf8(cluster === undefined ? version : `${version}\0${cluster}`);
}

/** Prepares `cookies` (at least one) for handshakes in `cluster`. */
export function makeKeys(
  cookies: readonly string[],
  cluster: string,
  randomBytes: (count: number) => Uint8Array,
): Keys {
  const psks = cookies.map(presharedKey);
  const startsWith = (prologue: Uint8Array): HandshakeStart[] =>
    psks.map((psk) => new HandshakeStart(prologue, psk));
  return {
    starts: startsWith(prologueOf(cluster)),
    bareStarts: startsWith(prologueOf()),
    cluster,
    newKey: () => ephemeralKey(randomBytes(ephemeralKeyBytes)),
  };
}

/** What the initiator learned. */
export interface Introduction {
  /** The payload of message 2. */
  readonly payload: Uint8Array;
  readonly ciphers: HandshakeResult;
}

/**
 * The initiator's side up to message 2, with the first cookie of `starts`. `undefined` if the
 * connection ended: `closed` means that the responder rejected this node, `garbage` that it is no
 * responder.
 */
export async function initiate(
  framed: FramedSocket,
  { newKey }: Keys,
  starts: readonly HandshakeStart[],
): Promise<Introduction | undefined> {
  const [start] = starts as readonly [HandshakeStart];
  const initiator = new Initiator({ start, newKey });
  framed.limitBytes = helloMaxBytes;
  framed.write(initiator.writeMessage(nothing));
  const message = await framed.read();
  if (message === undefined) return undefined;
  const payload = initiator.readMessage(message);
  if (payload === undefined) {
    framed.close("garbage", "the answer to the handshake does not open");
    return undefined;
  }
  return { payload, ciphers: initiator.split() };
}

/** The initiator's last step: tells who it is. `visit` if it does not want to be asked. */
export function introduce(
  framed: FramedSocket,
  ciphers: HandshakeResult,
  hello: Hello,
  visit: boolean,
): void {
  framed.write(ciphers.send.seal(encodeEnvelope(visit ? "visit" : "hello", 0, encodeHello(hello))));
}

/** Closes a connection that is not needed after all, so that the other side sees no loss in it. */
export async function withdraw(
  { framed, ciphers }: { readonly framed: FramedSocket; readonly ciphers: HandshakeResult },
  reason: string,
): Promise<void> {
  framed.write(ciphers.send.seal(encodeEnvelope("goodbye", 0, nothing)));
  await framed.flushed();
  framed.close("ours", reason);
}

/** What the responder learned. */
export type Received =
  | {
    readonly kind: "identified";
    readonly hello: Hello;
    readonly visit: boolean;
    readonly ciphers: HandshakeResult;
  }
  /** The caller closes the connection; `isReported` is false for a member that left of its own accord. */
  | { readonly kind: "rejected"; readonly reason: string; readonly isReported: boolean };

/**
 * The responder's side.
 *
 * @param onProven called when message 1 has opened: the other side holds the cookie, or has recorded
 *   somebody who does
 */
export async function receive(
  framed: FramedSocket,
  keys: Keys,
  hello: () => Hello,
  onProven: () => void,
): Promise<Received> {
  const initiation = await framed.read();
  if (initiation === undefined) return rejected(framed, false, "closed before it said anything");
  const responder = opened(keys, keys.starts, initiation);
  if (responder === undefined) return await tellCluster(framed, keys, initiation);
  onProven();
  const own = hello();
  const message = responder.writeMessage(encodeHello(own));
  if (message === undefined) return rejected(framed, true, "its public key is of small order");
  const ciphers = responder.split();
  framed.limitBytes = helloMaxBytes;
  framed.write(message);
  const frame = await framed.read();
  if (frame === undefined) return rejected(framed, true, "closed before it said who it is");
  const plain = ciphers.receive.open(frame);
  const envelope = plain && decodeEnvelope(plain);
  if (envelope?.kind !== "hello" && envelope?.kind !== "visit") {
    return rejected(framed, true, "its hello does not open");
  }
  const theirs = decodeHello(envelope.body);
  if (theirs === undefined) return rejected(framed, true, "its hello is not legal");
  if (theirs.instance === own.instance) return rejected(framed, true, "it says it is this node");
  return { kind: "identified", hello: theirs, visit: envelope.kind === "visit", ciphers };
}

/** The responder whose cookie opens `message`, or `undefined` if none does. */
function opened(
  { newKey }: Keys,
  starts: readonly HandshakeStart[],
  message: Uint8Array,
): Responder | undefined {
  for (const start of starts) {
    const responder = new Responder({ start, newKey });
    if (responder.readMessage(message) !== undefined) return responder;
  }
  return undefined;
}

/**
 * Answers a holder of the cookie that belongs to another cluster; an unauthenticated peer gets
 * nothing.
 */
async function tellCluster(
  framed: FramedSocket,
  keys: Keys,
  message: Uint8Array,
): Promise<Received> {
  const responder = opened(keys, keys.bareStarts, message);
  if (responder === undefined) {
    return rejected(
      framed,
      false,
      "its first message was not made with the cookie of this cluster",
    );
  }
  const answer = responder.writeMessage(encodeUtf8(keys.cluster));
  if (answer !== undefined) framed.write(answer);
  await framed.flushed();
  return rejected(
    framed,
    false,
    "it holds the cookie, and asks which cluster this is: another one, or its handshake failed",
  );
}

function rejected(framed: FramedSocket, proven: boolean, reason: string): Received {
  const end = framed.end;
  const told = end === undefined || end.kind === "closed" ? reason : end.detail;
  // A member that finds another instance than it looked for closes after message 2.
  const left = end?.kind === "closed" || end?.kind === "reset";
  return { kind: "rejected", reason: told, isReported: !(proven && left) };
}
