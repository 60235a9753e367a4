/**
 * The command line as a function: words in, exit code out.
 *
 * It takes the words apart, checks all that the user gave, and only then calls the command.
 * Whatever is wrong is written to standard error, all faults at once. Process, signals and the real
 * world are the caller's.
 *
 * @module
 */
import { UsageError } from "../core/base/errors.ts";
import { escapeControls } from "../core/base/escape.ts";
import { configFileOf, gatherOptions } from "../options/options.ts";
import type { NodeOptions } from "../options/options.ts";
import { encodingFault } from "../options/option_values.ts";
import { misspeltVariables } from "../options/option_variables.ts";
import type { Commands } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { exitCode, exitCodeOf } from "./exit_codes.ts";
import { optionTexts, readArgs } from "./parse/args.ts";
import type { CommandLine } from "./parse/args.ts";
import { addressesOf, explicitOptions, readCall, withoutService } from "./parse/call.ts";
import type { CallOptions } from "./parse/call.ts";
import { optionCommand } from "./parse/command_table.ts";
import type { CliCommand } from "./parse/command_table.ts";
import { readBeamCookie, readConfigFile, readCookieFiles, readTokenFile } from "./parse/files.ts";
import { helpText } from "./parse/help.ts";
import { parentWords } from "./parent_watch.ts";

/**
 * Runs the program with `args`, the words behind its name.
 *
 * @returns the exit code, see `exit_codes.ts`
 * @throws whatever a command throws, except for the errors that stand for an exit code
 */
export async function main(
  args: readonly string[],
  context: CliContext,
  commands: Commands,
): Promise<number> {
  let command: CliCommand = "start";
  try {
    checkEncoding(args);
    const line = readArgs(args);
    if ("helpOn" in line) {
      context.writeStdout(helpText(line.helpOn, context.terminalSize()?.columns));
      return exitCode.fine;
    }
    command = line.command;
    return await run(command, line, context, commands);
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    if (code !== exitCode.outputClosed) context.writeStderr(errorText(error as Error, command));
    return code;
  }
}

/** What is not text would only be misunderstood. It is not shown: it may be a cookie. */
function checkEncoding(args: readonly string[]): void {
  const faults = args.flatMap((word, index) => {
    const fault = encodingFault(word);
    return fault === undefined ? [] : [`word ${index + 1} of the command line: ${fault}`];
  });
  if (faults.length > 0) throw new UsageError(faults);
}

/** Sentences for standard error, one line each. */
function errorText(error: Error, command: CliCommand): string {
  const told = (message: string): string => `clusternode: ${escapeControls(message)}`;
  if (!(error instanceof UsageError)) return `${told(error.message)}\n`;
  const lines = error.faults.map(told);
  const more = command === "start" ? "" : `, or for this command: clusternode ${command} --help`;
  return [...lines, `For help: clusternode --help${more}`, ""].join("\n");
}

/** Checks everything that the user gave, and then calls the command. */
async function run<Command extends CliCommand>(
  command: Command,
  line: CommandLine,
  context: CliContext,
  commands: Commands,
): Promise<number> {
  const faults = [...line.faults];
  const known = await completeOptions(line, context, faults);
  const call = readCall(command, line, known, context, faults);
  if (faults.length > 0) throw new UsageError(faults);
  return await commands[command](context, call);
}

/** The options of the command, complete if no faults were added, and which the call itself gives. */
async function completeOptions(
  line: CommandLine,
  context: CliContext,
  faults: string[],
): Promise<CallOptions> {
  const command = optionCommand(line.command);
  if (command === undefined) return { options: {} as NodeOptions, explicit: new Set() };
  const flags = optionTexts(line);
  const { environment } = context;
  // The nodes of `local` have its environment, and need not repeat what it has said.
  const isRepeated = parentWords(environment) !== undefined;
  const misspelt = isRepeated ? [] : misspeltVariables(environment);
  for (const sentence of misspelt) context.writeStderr(`clusternode: ${sentence}\n`);
  const config = await readConfigFile(configFileOf({ flags, environment }), context);
  const gathered = gatherOptions({
    command,
    flags,
    operands: addressesOf(line),
    environment,
    config: config.value,
    registryUrlFault: context.registryUrlFault,
  });
  const source = gathered.sources.cookieFile ?? "";
  const cookies = await readCookieFiles(gathered.values.cookieFiles ?? [], source, context);
  const beam = await readBeamCookie(gathered.values, context);
  const { httpTokenFile } = gathered.values;
  const token = await readTokenFile(httpTokenFile, gathered.sources.httpTokenFile ?? "", context);
  for (const read of [config, gathered, cookies, beam, token]) faults.push(...read.faults);
  faults.push(...withoutService(line, gathered.sources));
  const values = {
    ...gathered.values,
    beamCookie: beam.value,
    httpToken: token.value,
    cookies: [...gathered.values.cookies ?? [], ...cookies.value],
  };
  // Fields are missing only if there are faults, and then the options are not used.
  return { options: values as NodeOptions, explicit: explicitOptions(line, gathered.sources) };
}
