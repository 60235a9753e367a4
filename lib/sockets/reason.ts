/**
 * What went wrong with a socket, in words.
 *
 * @module
 */

import { systemErrorWords } from "../core/base/system_error.ts";

/** An error of the system, in a few words. */
export function reasonOf(error: unknown): string {
  return systemErrorWords(error) || (error instanceof Error ? error.name : "it tells no reason");
}
