/**
 * `clusternode keygen`: a cookie that nobody can guess.
 *
 * @module
 */
import { mintCookie } from "../../cookie.ts";
import { exitCode } from "../exit_codes.ts";
import type { World } from "../context.ts";

/** Prints a cookie. */
export function keygen(world: Pick<World, "randomBytes" | "writeStdout">): number {
  world.writeStdout(`${mintCookie(world.randomBytes)}\n`);
  return exitCode.fine;
}
