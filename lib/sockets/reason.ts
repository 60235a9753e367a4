/**
 * What went wrong with a socket, in words.
 *
 * @module
 */

/** An error of the system, in a few words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
