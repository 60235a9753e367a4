/**
 * How many connections a process may hold, by how many files the system lets it open.
 *
 * Each connection is an open file, and so are storage, log and the runtime's own. A process that has
 * used them up can take nobody in and reach nobody: unauthenticated peers who came to sit would
 * keep members out. So limits that are made for a usual machine become smaller on one that allows
 * little, and members keep the larger part.
 *
 * @module
 */

/** Files that are left to the runtime (about 20), storage, log, and connections that just end. */
export const reservedFiles = 40;

/** Of what is left, the part that connections of one kind may take that have proven nothing yet. */
const pendingShare = 1 / 8;

/** The part that members may take, in both directions. */
const memberShare = 1 / 2;

/** Fewest of each: a limit that is smaller lets nobody in. */
const connectionsMin = 4;

/** A limit, or a smaller one: that share of the files that are not reserved. */
export function limitWithin(limit: number, share: number, openFilesMax: number): number {
  const files = Math.max(0, openFilesMax - reservedFiles);
  return Math.min(limit, Math.max(connectionsMin, Math.floor(files * share)));
}

/** Limits of connections, by name. */
interface ConnectionLimits {
  readonly pendingMax: number;
  readonly pendingPerHostMax: number;
  readonly connectionsMax: number;
}

/**
 * `limits`, or smaller ones where only few files may be open.
 *
 * @param openFilesMax how many; `undefined` if that is not known
 * @param isShared true if BEAM nodes have connections of their own, which get half of the files
 *
 * Pending connections are of two kinds, those whose first message was made with the cookie and all
 * others; both together take a quarter. With members that is three quarters, and what is left is
 * for dialling.
 */
export function limitsWithin(
  limits: ConnectionLimits,
  openFilesMax: number | undefined,
  isShared: boolean,
): ConnectionLimits {
  if (openFilesMax === undefined) return limits;
  const within = (limit: number, share: number): number =>
    limitWithin(limit, share / (isShared ? 2 : 1), openFilesMax);
  return {
    pendingMax: within(limits.pendingMax, pendingShare),
    pendingPerHostMax: within(limits.pendingPerHostMax, pendingShare / 2),
    connectionsMax: within(limits.connectionsMax, memberShare),
  };
}
