/**
 * What in the page may run. Made by `deno task page`: not to be edited.
 *
 * @module
 */

/** The hashes that the Content-Security-Policy of the page allows. */
export const pageHashes = {
  scriptHash: "sha256-1rJ2B/7cd04dD+wpdE20FZeMVRoP35ZlhtAu1/P0dLQ=",
  styleHash: "sha256-y5avpEQxljq9kg+Am15lPL+FRJJzSyt9t6pOPp0MTlQ=",
} as const;
