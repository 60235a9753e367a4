/**
 * How much of a node its HTTP server may take: whoever can reach the port can ask for all of it.
 *
 * @module
 */
import { limitWithin } from "../../core/base/open_files.ts";

/** Limits of the server. */
export interface HttpLimits {
  /** Most connections, in all and from one host; those of streams are counted apart. */
  readonly connectionsMax: number;
  readonly connectionsPerHostMax: number;
  /** Most connections beyond those, on which the health of the node is told, and else why not. */
  readonly extraConnectionsMax: number;
  /** Most streams, in all and of one host. */
  readonly streamsMax: number;
  readonly streamsPerHostMax: number;
  /** Most bytes of a request line and its headers, with the empty line at their end. */
  readonly headMaxBytes: number;
  readonly headerLinesMax: number;
  /** Not more than of a head. */
  readonly bodyMaxBytes: number;
  /** Time for a request, from its first byte to its last. */
  readonly requestTimeoutMs: number;
  /** A connection on which no request begins for so long is closed. */
  readonly idleTimeoutMs: number;
  /** What is sent must be taken within that time, or twice that at most. */
  readonly writeTimeoutMs: number;
  /** How long what still comes from a client that was refused is read, so that it sees why. */
  readonly lingerTimeoutMs: number;
  /** A stream for which more bytes wait already gets no more, and ends. */
  readonly streamWaitingMaxBytes: number;
  /** Bytes that may wait for all clients together; beyond, those with the most are dropped. */
  readonly waitingMaxBytes: number;
}

/** The limits of a usual machine. */
export const httpLimits: HttpLimits = {
  connectionsMax: 256,
  connectionsPerHostMax: 64,
  extraConnectionsMax: 32,
  streamsMax: 128,
  streamsPerHostMax: 32,
  headMaxBytes: 8 * 1024,
  headerLinesMax: 64,
  bodyMaxBytes: 4 * 1024,
  requestTimeoutMs: 5_000,
  idleTimeoutMs: 15_000,
  writeTimeoutMs: 15_000,
  lingerTimeoutMs: 1_000,
  streamWaitingMaxBytes: 1024 * 1024,
  waitingMaxBytes: 32 * 1024 * 1024,
};

/** The parts of all open files that connections and streams may take: members keep the others. */
const fileShares = { connections: 1 / 16, streams: 1 / 16 };

/**
 * `limits`, or smaller ones where only few files may be open.
 *
 * @param openFilesMax how many; `undefined` if that is not known
 */
export function httpLimitsWithin(
  limits: HttpLimits,
  openFilesMax: number | undefined,
): HttpLimits {
  if (openFilesMax === undefined) return limits;
  const { connectionsMax, streamsMax } = limits;
  return {
    ...limits,
    connectionsMax: limitWithin(connectionsMax, fileShares.connections, openFilesMax),
    streamsMax: limitWithin(streamsMax, fileShares.streams, openFilesMax),
  };
}
