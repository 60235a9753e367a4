/**
 * The handshake of the Erlang distribution, as a value: packets go in, what to do comes out.
 *
 *     dialler                                    dialled
 *        | name                               ->    |  who may come in: "admit"
 *        | <-                             status    |
 *        |   (alive: true or false            ->)   |  the old connection goes, or stays
 *        | <-          name and challenge           |  the dialler checks whom it reached
 *        |   (complement, after version 5     ->)   |
 *        | proof and challenge                ->    |  a wrong one: closed without a word
 *        | <-                              proof    |
 *
 * A proof is the MD5 of the cookie and the other one's challenge. That is weak, and what the BEAM
 * speaks. The dialler proves first, to whoever it has reached; what that must not be used for is told
 * in `open_challenges.ts`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type NodeName, parseNodeName } from "../../core/base/name.ts";
import {
  type Introduction,
  ownFlags,
  type Status,
  understandsUs,
  type Version,
} from "./handshake_message.ts";

/** Who takes part, and with which secrets. */
export interface Party {
  readonly name: NodeName;
  readonly cookie: string;
  /** Tells two runs of one name apart; 4 or more. */
  readonly creation: number;
  /** 32 random bits, new for each handshake. */
  readonly challenge: number;
  /** True if that is a challenge for which this node waits for a proof itself. */
  readonly isOwn: (challenge: number) => boolean;
}

/** Who has proven to hold the cookie. */
export interface Peer {
  readonly name: NodeName;
  /** 0 if it spoke version 5 and did not tell. */
  readonly creation: number;
}

/** Why a handshake has failed. */
export type HandshakeFault =
  | "other-instance"
  | "wrong-cookie"
  | "garbage"
  /** Not a fault: the other side goes on over another connection. */
  | "yielded";

/** What a handshake wants to be done. */
export type HandshakeEffect =
  | { readonly kind: "send"; readonly packet: Uint8Array }
  /** The dialled one has heard a name: call `admit`. */
  | { readonly kind: "admit"; readonly name: NodeName }
  /** The dialler has heard this; after `alive`, call `answerAlive`. */
  | { readonly kind: "status"; readonly status: Status }
  | { readonly kind: "proven"; readonly peer: Peer }
  | { readonly kind: "failed"; readonly fault: HandshakeFault; readonly detail: string };

/** The proof that `cookie` is held, for one challenge. */
export function digestOf(cookie: string, challenge: number): Uint8Array {
  const digest = createHash("md5").update(cookie).update(String(challenge)).digest();
  return Uint8Array.from(digest);
}

/** The effect of a failure. */
export function failed(fault: HandshakeFault, detail: string): HandshakeEffect[] {
  return [{ kind: "failed", fault, detail }];
}

/** How `party` introduces itself. */
export function introductionOf({ name, creation }: Party, version: Version): Introduction {
  return { version, name, creation, flags: ownFlags };
}

/** Whom an introduction names, or why nobody with it can be spoken to. */
export function nameIn(
  { name, flags }: Introduction,
): { readonly name: NodeName } | { readonly why: string } {
  const known = parseNodeName(name);
  if (known === undefined) {
    return { why: "its name is not legal here, or it wants to be given one" };
  }
  if (!understandsUs(flags)) return { why: `${known} is older than OTP 19` };
  return { name: known };
}
