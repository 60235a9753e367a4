/**
 * Where programs are.
 *
 * @module
 */
import { output } from "./packages.ts";

/** The path of a program that is installed, behind all links to it. */
export async function which(name: string): Promise<string> {
  return await Deno.realPath((await output("sh", "-c", `command -v ${name}`)).trim());
}
