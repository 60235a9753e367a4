/**
 * The surroundings of the program as they really are.
 *
 * @module
 */
import { escapeLines } from "../core/base/escape.ts";
import { optionEntries } from "../options/option_table.ts";
import { exposureOf } from "../files/secret_file.ts";
import { sharedRegistryUrlFault } from "../registry/url.ts";
import { linesOfFile } from "./parse/file_lines.ts";
import { writeText, writeTextOrNothing } from "./terminal/output.ts";
import type { CliContext, TerminalSize } from "./context.ts";

/** Terminal, files, environment of this process. */
export function realWorld(): CliContext {
  const stdoutIsTerminal = Deno.stdout.isTerminal();
  return {
    environment: environmentOfProcess(),
    writeStdout: (lines) => writeText(Deno.stdout, escapeLines(lines)),
    writeStderr: (lines) => writeTextOrNothing(Deno.stderr, escapeLines(lines)),
    drawStdout: (text) => writeText(Deno.stdout, text),
    drawStderr: (text) => writeTextOrNothing(Deno.stderr, text),
    stdoutIsTerminal,
    stderrIsTerminal: Deno.stderr.isTerminal(),
    terminalSize: () => stdoutIsTerminal ? sizeOfTerminal() : undefined,
    readTextFile: (path) => Deno.readTextFile(path),
    async secretFileFault(path) {
      const exposure = await exposureOf(path);
      return exposure?.kind === "changed" ? `${exposure.path} ${exposure.reason}` : undefined;
    },
    readLines: linesOfFile,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registryUrlFault: sharedRegistryUrlFault,
  };
}

/** Undefined of a terminal that does not say, or that is gone by now. */
function sizeOfTerminal(): TerminalSize | undefined {
  try {
    const size = Deno.consoleSize();
    return size.columns > 0 && size.rows > 0 ? size : undefined;
  } catch {
    return undefined;
  }
}

/** All variables; an option whose bytes are no text is there all the same, so that it can be told. */
function environmentOfProcess(): Record<string, string> {
  const environment = Deno.env.toObject();
  for (const [, { variable }] of optionEntries) {
    if (!Object.hasOwn(environment, variable) && isUnreadable(variable)) {
      environment[variable] = "\uFFFD";
    }
  }
  return environment;
}

function isUnreadable(variable: string): boolean {
  try {
    Deno.env.get(variable);
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return true;
    throw error;
  }
}
