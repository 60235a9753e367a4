/**
 * `clusternode keygen`: a cookie that nobody can guess.
 *
 * @module
 */
import { getOrCreateCookie } from "../../cookie.ts";
import { exitCode } from "../exit_codes.ts";
import type { CliContext } from "../context.ts";

/** Prints a cookie. */
export function keygen(world: CliContext): number {
  world.writeStdout(`${getOrCreateCookie(world.randomBytes)}\n`);
  return exitCode.fine;
}
