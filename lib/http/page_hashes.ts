/**
 * What in the page may run. Made by `deno task page`: not to be edited.
 *
 * @module
 */

/** The hashes that the Content-Security-Policy of the page allows. */
export const pageHashes = {
  scriptHash: "sha256-dlQom5M5+tD7VbEvx/eEUUDKxcf3moYwCdtaCOBX4JA=",
  styleHash: "sha256-y5avpEQxljq9kg+Am15lPL+FRJJzSyt9t6pOPp0MTlQ=",
} as const;
