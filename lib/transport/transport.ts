/**
 * A transport carries the pulse: requests with an answer, and notices without one, between nodes
 * that have proven to hold the same cookie.
 *
 * It owns connections, addresses and deadlines. It does not know what a ping is: bodies are bytes,
 * and who lives is decided elsewhere from the outcomes.
 *
 * - T1 an answer comes from the very instance that was asked, or the outcome says otherwise
 * - T2 every request ends with one outcome within its deadlines; a late answer is told afterwards
 * - T3 requests run side by side; a silent peer delays nobody else's
 * - T4 unauthenticated peers (another cookie, another cluster, other protocols, silence, floods)
 *   never reach the handler's `onRequest` or `onNotice`, cannot make it throw, and use bounded
 *   memory
 * - T5 a lost connection to an identified peer is told at once
 * - T6 closing it ends every request and leaves nothing open
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import type { NodeName } from "../core/base/name.ts";
import type { InstanceId } from "../core/members/row.ts";
import type { Hello } from "../protocol/hello.ts";

/** Whom to ask. */
export interface Target {
  readonly name: NodeName;
  /** The instance that must answer; `undefined` if any instance of that name will do. */
  readonly instance: InstanceId | undefined;
  /** Tried in order, the one that worked last time first. */
  readonly addresses: readonly Address[];
}

/** Deadlines of one request. */
export interface Deadlines {
  /** For a new connection including the proof of the cookie, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** For the answer, once connected, in milliseconds. */
  readonly answerTimeoutMs: number;
  /** Ask over a new connection and close it afterwards, even if one is open. */
  readonly fresh?: boolean;
}

/** How a request ended. Only `answer` is a proof of life. */
export type Outcome =
  | {
    readonly kind: "answer";
    readonly body: Uint8Array;
    /** From sending the request on the open connection to its answer, in microseconds. */
    readonly roundTripUs: number;
    readonly from: Hello;
    /** Where it answered. */
    readonly address: Address;
  }
  /** Nobody listens at the address: every candidate, or the one that worked last, refused. */
  | { readonly kind: "refused"; readonly detail: string }
  /** No answer to the attempt to connect: host gone, address wrong, packets dropped. */
  | { readonly kind: "no-answer"; readonly detail: string }
  /** Connected, but nothing came back in time: frozen, hung, or a proxy that accepts for nobody. */
  | { readonly kind: "silent"; readonly detail: string }
  /** The connection broke while waiting. */
  | { readonly kind: "reset"; readonly detail: string }
  /** Somebody else answered: another name, or another instance of the name. */
  | { readonly kind: "other-instance"; readonly detail: string; readonly from: Hello }
  | { readonly kind: "wrong-cluster"; readonly detail: string }
  | { readonly kind: "wrong-cookie"; readonly detail: string }
  /** What came back is not the protocol. */
  | { readonly kind: "garbage"; readonly detail: string }
  /** The transport was closed while waiting. */
  | { readonly kind: "closed"; readonly detail: string };

/**
 * The receiving side; implemented by the node. What throws ends the connection that it is called
 * for.
 */
export interface TransportHandler {
  /** A request of an identified peer; call `answer` at most once, now or later. */
  onRequest(from: Hello, body: Uint8Array, answer: (body: Uint8Array) => void): void;
  /** A notice of an identified peer. */
  onNotice(from: Hello, body: Uint8Array): void;
  /** The last connection to an identified peer ended without a goodbye. */
  onLost(from: Hello): void;
  /** An answer came after its deadline. */
  onLate(from: Hello, roundTripUs: number): void;
  /** Somebody at `address` was rejected; called less and less often per address. */
  onRejected(address: string, reason: string): void;
}

/** Connections to peers. */
export interface Transport extends AsyncDisposable {
  /** The port on which it answers. */
  readonly port: number;
  /** Asks `target`; never rejects. A body that fits no frame is not sent, and gets `no-answer`. */
  ask(target: Target, body: Uint8Array, deadlines: Deadlines): Promise<Outcome>;
  /** Sends a notice; false if no connection to that instance is open, or it fits no frame. */
  tell(instance: InstanceId, body: Uint8Array): boolean;
  /** This machine has no longer these addresses: closes the connections that hang on them. */
  drop(hosts: readonly string[]): void;
}
