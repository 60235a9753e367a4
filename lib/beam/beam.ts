/**
 * The pulse that Elixir and Erlang nodes know: `Node.ping` over the Erlang distribution protocol.
 *
 * Seen from the BEAM, this process is a hidden node: it answers pings and nothing else, takes no part
 * in `global` or `pg`, and may come and go without anybody being told. Who lives is decided
 * elsewhere from the outcomes; connections, EPMD, ticks and the proof of the cookie are hidden here.
 *
 * - B1 a pong comes from the node of that very name, which has proven to hold the cookie, and whose
 *   `net_kernel` has answered on this connection
 * - B2 every ping ends with one outcome within its deadlines; pings run side by side
 * - B3 an answer to a BEAM node's ping is sent when the handler calls `answer`, not before
 * - B4 whatever a BEAM node or an unauthenticated peer sends is refused, answered or ignored: it
 *   cannot make this throw, is bounded in memory, and leaves no caller on the other side waiting
 * - B5 a lost connection is told at once
 * - B6 both sides may dial each other at the same time; no ping fails because of it
 * - B7 closing ends every ping and leaves nothing open
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import type { NodeName } from "../core/base/name.ts";

/** Deadlines of one ping. */
export interface BeamDeadlines {
  /** For the look-up of the port, the connection and the proof of the cookie, in milliseconds. */
  readonly connectTimeoutMs: number;
  /**
   * For the answer, once connected, in milliseconds; the connection is given up when it has passed.
   */
  readonly answerTimeoutMs: number;
}

/** How a ping ended. Only `pong` is a proof of life. */
export type BeamOutcome =
  | {
    readonly kind: "pong";
    /** From the question on the open connection to its answer, in microseconds. */
    readonly roundTripUs: number;
    /** Where it answered. */
    readonly address: Address;
    /** Tells two runs of one name apart. */
    readonly creation: number;
  }
  /** Nobody is there: its EPMD does not know the name, nobody listens at its port, or no EPMD runs. */
  | { readonly kind: "refused"; readonly detail: string }
  /** No answer to the attempt to connect, or its host name cannot be resolved. */
  | { readonly kind: "no-answer"; readonly detail: string }
  /** Connected, but nothing came back in time: frozen, or hung. */
  | { readonly kind: "silent"; readonly detail: string }
  /** The connection broke while waiting. */
  | { readonly kind: "reset"; readonly detail: string }
  /** Somebody else answered at its address: a node of another name. */
  | { readonly kind: "other-instance"; readonly detail: string }
  | { readonly kind: "wrong-cookie"; readonly detail: string }
  /** It does not take us in, or what came back is not the protocol. */
  | { readonly kind: "garbage"; readonly detail: string }
  /** This end was closed while waiting. */
  | { readonly kind: "closed"; readonly detail: string };

/** Who is told what happens. Must not throw. */
export interface BeamHandler {
  /**
   * `from` asks whether this node lives; call `answer` now or later, or `drop` if there will be no
   * answer. Only the first call counts.
   */
  onPing(from: NodeName, answer: () => void, drop: () => void): void;
  /** The connection to `name` ended, by whomever. */
  onLost(name: NodeName): void;
  /**
   * A connection was refused for `reason`, the end of a sentence; at most once a second per
   * address.
   */
  onRejected(address: string, reason: string): void;
  /** Something about EPMD that its user should know, as a whole sentence; only when it changes. */
  onNote(level: "info" | "warning", message: string): void;
}

/** How to take part. */
export interface BeamOptions {
  /** Under which name BEAM nodes ping this one. */
  readonly name: NodeName;
  /** The Erlang cookie. */
  readonly cookie: string;
  /** Where BEAM nodes connect to; `undefined` to listen nowhere and to be registered nowhere. */
  readonly listen: Address | undefined;
  /**
   * Where to serve EPMD if nobody does at that port on this machine, taking over when it becomes
   * free; `undefined` to leave that to others.
   */
  readonly epmd: Address | undefined;
  /** The port at which the EPMD of every host is asked; 4369 everywhere but in tests. */
  readonly epmdPort: number;
  /** Interval of ticks in milliseconds, a quarter of what the BEAM calls `net_ticktime`: 15,000. */
  readonly tickMs: number;
  readonly handler: BeamHandler;
}

/** This process as a node among BEAM nodes. */
export interface Beam extends AsyncDisposable {
  /** The port on which BEAM nodes connect; 0 if it listens nowhere. */
  readonly port: number;
  /** Pings `name` over the connection that is open, or a new one; never rejects. */
  ping(name: NodeName, deadlines: BeamDeadlines): Promise<BeamOutcome>;
}
