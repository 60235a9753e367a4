/**
 * The surroundings of the program as they really are.
 *
 * @module
 */
import { registryUrlFault } from "../registry/url.ts";
import { linesOfFile } from "./file_lines.ts";
import type { World } from "./world.ts";

const encoder = new TextEncoder();

/** Terminal, files, environment of this process. */
export function realWorld(): World {
  const stdoutIsTerminal = Deno.stdout.isTerminal();
  return {
    environment: Deno.env.toObject(),
    writeStdout: (text) => writeAll(Deno.stdout, text),
    writeStderr: (text) => writeAll(Deno.stderr, text),
    stdoutIsTerminal,
    stderrIsTerminal: Deno.stderr.isTerminal(),
    columns: stdoutIsTerminal ? Deno.consoleSize().columns : undefined,
    readTextFile: (path) => Deno.readTextFile(path),
    readLines: linesOfFile,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registryUrlFault,
  };
}

/** Commands write little and end soon, so waiting for the reader is right; a closed pipe ends it. */
function writeAll(output: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let written = 0; written < bytes.length;) {
      written += output.writeSync(bytes.subarray(written));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
