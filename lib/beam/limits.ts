/**
 * Every limit of the pulse with BEAM nodes in one place, each with what it trades.
 *
 * @module
 */

/** Largest packet of a handshake, in bytes: the longest legal one is a name of 255 bytes. */
export const handshakePacketMaxBytes = 1_024;

/** Largest frame of a link, in bytes: a ping has about 150, and nothing else is of use here. */
export const frameMaxBytes = 65_536;

/** Nesting of a term: what OTP sends to a hidden node is four levels deep. */
export const termDepthMax = 32;

/** Parts of a term: a frame full of empty lists must not become a hundred times its size. */
export const termPartsMax = 4_096;

/** Longest atom, in bytes: 255 characters of four bytes. */
export const atomMaxBytes = 1_020;

/** Largest request to EPMD, in bytes: a name and what may stand behind it. */
export const epmdRequestMaxBytes = 1_024;

/** Largest answer of an EPMD to a look-up, in bytes: name and extra data have two-byte lengths. */
export const epmdAnswerMaxBytes = 4_096;

/** Limits of a pulse with BEAM nodes; counts unless the name says otherwise. */
export interface BeamLimits {
  /** For the handshake of a connection that came in; the BEAM itself waits for 7 s. */
  readonly handshakeTimeoutMs: number;
  /** Connections that came in and have not proven the cookie; beyond it the oldest is closed. */
  readonly pendingMax: number;
  /** The same for one IP address, so that one noisy host cannot use up `pendingMax`. */
  readonly pendingPerHostMax: number;
  /** Links, both directions; beyond it nobody new is taken in or dialled. */
  readonly linksMax: number;
  /** Bytes waiting to be written to one node; a node that reads so slowly is given up. */
  readonly writeQueueMaxBytes: number;
  /** Pings of one link without an answer, in each direction. */
  readonly pingsMax: number;
  /**
   * How long a ping waits at most for a node that is just dialling this one, before it dials
   * itself.
   */
  readonly comingMaxMs: number;
  /** Pause before EPMD is tried again. */
  readonly epmdRetryMs: number;
  /** For the answer of the EPMD of this machine to a registration. */
  readonly epmdAnswerTimeoutMs: number;
  /** Connections to the EPMD served here; beyond it the oldest that registered nothing is closed. */
  readonly epmdClientsMax: number;
  /** The same for one IP address. */
  readonly epmdClientsPerHostMax: number;
  /** Names registered with the EPMD served here. */
  readonly epmdNamesMax: number;
  /** A connection to the EPMD served here that asks nothing for so long is closed. */
  readonly epmdIdleTimeoutMs: number;
}

/** The limits of production. */
export const defaultLimits: BeamLimits = {
  handshakeTimeoutMs: 5_000,
  pendingMax: 256,
  pendingPerHostMax: 64,
  linksMax: 2_048,
  writeQueueMaxBytes: 1_048_576,
  pingsMax: 256,
  comingMaxMs: 200,
  epmdRetryMs: 1_000,
  epmdAnswerTimeoutMs: 2_000,
  epmdClientsMax: 256,
  epmdClientsPerHostMax: 64,
  epmdNamesMax: 1_024,
  epmdIdleTimeoutMs: 5_000,
};
