/**
 * A world in memory for the command line, and commands that only note how they were called.
 *
 * @module
 */
import { escapeLines } from "../../lib/core/base/escape.ts";
import { linesOf } from "../../lib/recording/recording.ts";
import { programCommands } from "../../lib/cli/commands.ts";
import type { Commands } from "../../lib/cli/commands.ts";
import { main } from "../../lib/cli/main.ts";
import type { CliContext } from "../../lib/cli/context.ts";
import type { Call } from "../../lib/cli/parse/call.ts";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import type { CliCommand } from "../../lib/cli/parse/command_table.ts";

/** Everything that one run did. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of commands, in order. */
  readonly calls: readonly RunCall[];
}

/** The call of a command. */
export interface RunCall extends Call<CliCommand> {
  readonly name: CliCommand;
}

/** What may differ from run to run. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Files that others can write. */
  readonly openFiles?: readonly string[];
  readonly randomBytes?: (length: number) => Uint8Array;
  /** Thrown by every command. */
  readonly failure?: Error;
  /** Returned by every command. */
  readonly code?: number;
}

/** A world that holds nothing but `surroundings`. */
export function fakeWorld(
  { environment = {}, files = {}, openFiles = [], randomBytes }: Surroundings,
  writeStdout: (text: string) => void,
  writeStderr: (text: string) => void = () => {},
): CliContext {
  return {
    environment,
    writeStdout: (lines) => writeStdout(escapeLines(lines)),
    writeStderr: (lines) => writeStderr(escapeLines(lines)),
    drawStdout: writeStdout,
    drawStderr: writeStderr,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    terminalSize: () => undefined,
    readTextFile(path) {
      const text = files[path];
      return text === undefined ? Promise.reject(new Error("No such file")) : Promise.resolve(text);
    },
    secretFileFault: (path) =>
      Promise.resolve(openFiles.includes(path) ? `${path} can be written by all users` : undefined),
    readLines(path) {
      const text = files[path];
      if (text === undefined) throw new Error("No such file");
      return linesOf(text);
    },
    randomBytes: randomBytes ?? ((length) => new Uint8Array(length)),
    registryUrlFault: (url) => url.startsWith("file:") ? undefined : "it must begin with file:",
  };
}

/** Runs the program with `args` in a world that holds nothing but `surroundings`. */
export async function run(args: readonly string[], surroundings: Surroundings = {}): Promise<Run> {
  const { failure, code = 0 } = surroundings;
  let [stdout, stderr] = ["", ""];
  const calls: RunCall[] = [];
  const world = fakeWorld(surroundings, (text) => stdout += text, (text) => stderr += text);
  const note = (name: CliCommand) => (_: CliContext, call: Call<CliCommand>): Promise<number> => {
    calls.push({ name, ...call });
    return failure ? Promise.reject(failure) : Promise.resolve(code);
  };
  const noting = commandEntries.map(([name]) => [name, note(name)] as const);
  // What has to do with no cluster runs for real.
  const { keygen, completions, version } = programCommands;
  const commands = { ...Object.fromEntries(noting), keygen, completions, version } as Commands;
  return { code: await main(args, world, commands), stdout, stderr, calls };
}
