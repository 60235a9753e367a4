/**
 * Where a node listens that was not told where to.
 *
 * On all addresses, as others have to reach it; but a node called after a loopback address can be
 * reached from its own machine alone, and nobody else has to find an open port there.
 *
 * @module
 */
import { isLoopback } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { hostName } from "../core/base/name.ts";
import type { GivenName } from "./option_identity.ts";

/** The options that say where to listen: for peers, for BEAM nodes, and for those who ask EPMD. */
export const listenKeys = ["listen", "beamListen", "beamEpmd"] as const;

/** What decides whether others have to reach a node, as given; what is wrong is missing. */
export interface GivenPlace {
  readonly name?: GivenName | undefined;
  readonly addresses?: readonly string[];
  readonly advertise?: readonly Address[];
}

/**
 * The loopback address at which alone a node listens unless it is told, or `undefined` if other
 * machines may have to reach it: by a further address, or through a forwarded port.
 */
export function loopbackOnly(
  { name, addresses = [], advertise = [] }: GivenPlace,
): string | undefined {
  if (typeof name !== "string" || advertise.length > 0) return undefined;
  const host = hostName(name);
  if (![host, ...addresses].every(isLoopback)) return undefined;
  // The first address of the name may be ::1, at which no BEAM node calls.
  return host === "localhost" ? "127.0.0.1" : host;
}
