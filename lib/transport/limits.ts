/**
 * Every limit of the TCP transport in one place, each with what it trades.
 *
 * @module
 */
import { attemptDelayMs } from "../sockets/happy_eyeballs.ts";

/** Limits of a TCP transport; counts unless the name says otherwise. */
export interface TransportLimits {
  /** For the proof of the cookie, on both sides; a member needs a few milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** Inbound connections that have not proven anything yet; beyond it the oldest one is closed. */
  readonly pendingMax: number;
  /** The same for one IP address, so that one noisy host cannot use up {@linkcode pendingMax}. */
  readonly pendingPerHostMax: number;
  /** Identified connections, both directions; beyond it the one idle for longest is closed. */
  readonly connectionsMax: number;
  /** Bytes waiting to be written to one peer; a peer that reads so slowly is given up. */
  readonly writeQueueMaxBytes: number;
  /** Requests of one connection without an answer, in each direction. */
  readonly requestsMax: number;
  /** Requests in a row without an answer after which a connection is given up. */
  readonly silentMax: number;
  /** Pause before the next address of a target is tried as well. */
  readonly staggerMs: number;
  /** IP addresses tried in one dial, those behind the names of hosts included. */
  readonly attemptsMax: number;
  /** A connection nobody used for so long is closed by its dialler. */
  readonly idleTimeoutMs: number;
  /** How long a connection that is no longer wanted may wait for its last answers. */
  readonly drainTimeoutMs: number;
  /** How long closing waits until a goodbye is written. */
  readonly goodbyeTimeoutMs: number;
}

/** The limits of production. */
export const defaultLimits: TransportLimits = {
  handshakeTimeoutMs: 2_000,
  pendingMax: 256,
  pendingPerHostMax: 64,
  connectionsMax: 4_096,
  writeQueueMaxBytes: 1_048_576,
  requestsMax: 4_096,
  silentMax: 2,
  staggerMs: attemptDelayMs,
  attemptsMax: 16,
  idleTimeoutMs: 60_000,
  drainTimeoutMs: 5_000,
  goodbyeTimeoutMs: 200,
};
