/**
 * The surroundings of the program as they really are.
 *
 * @module
 */
import { registryUrlFault } from "../registry/url.ts";
import { linesOfFile } from "./file_lines.ts";
import { writeText, writeTextOrNothing } from "./output.ts";
import type { World } from "./world.ts";

/** Terminal, files, environment of this process. */
export function realWorld(): World {
  const stdoutIsTerminal = Deno.stdout.isTerminal();
  return {
    environment: Deno.env.toObject(),
    writeStdout: (text) => writeText(Deno.stdout, text),
    writeStderr: (text) => writeTextOrNothing(Deno.stderr, text),
    stdoutIsTerminal,
    stderrIsTerminal: Deno.stderr.isTerminal(),
    columns: stdoutIsTerminal ? Deno.consoleSize().columns : undefined,
    readTextFile: (path) => Deno.readTextFile(path),
    readLines: linesOfFile,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registryUrlFault,
  };
}
