/**
 * What in the page may run. Made by `deno task page`: not to be edited.
 *
 * @module
 */

/** The hashes that the Content-Security-Policy of the page allows. */
export const pageHashes = {
  scriptHash: "sha256-i7jhLDiSRm/ZonJeFe/Ouowb9xCWDAJ0GNsR6tH6/W0=",
  styleHash: "sha256-y5avpEQxljq9kg+Am15lPL+FRJJzSyt9t6pOPp0MTlQ=",
} as const;
