/**
 * The command line as a function: words in, exit code out.
 *
 * It takes the words apart, checks all that the user gave, and only then calls the command.
 * Whatever is wrong is written to standard error, all faults at once. Process, signals and the real
 * world are the caller's.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import { UsageError } from "../core/base/errors.ts";
import { escapeControls } from "../core/base/escape.ts";
import { configFileOf, gatherOptions } from "../options/options.ts";
import type { NodeOptions } from "../options/options.ts";
import { optionEntries } from "../options/option_table.ts";
import { encodingFault } from "../options/option_values.ts";
import { misspeltVariables } from "../options/option_variables.ts";
import { versionText } from "../version.ts";
import { commandTable, optionCommand } from "./parse/command_table.ts";
import type { Commands } from "./commands.ts";
import { exitCode, exitCodeOf } from "./exit_codes.ts";
import { readBeamCookie, readConfigFile, readCookieFiles } from "./parse/files.ts";
import { CommandArgs } from "./parse/command_args.ts";
import { parentWatchVariable } from "./parent_watch.ts";
import { simulateRequest } from "./parse/simulate_request.ts";
import { readWords } from "./parse/args.ts";
import type { CommandLine } from "./parse/args.ts";
import type { CliContext } from "./context.ts";

/**
 * Runs the program with `args`, the words behind its name.
 *
 * @returns the exit code, see `exit_codes.ts`
 * @throws whatever a command throws, except for the errors that stand for an exit code
 */
export async function main(
  args: readonly string[],
  world: CliContext,
  commands: Commands,
): Promise<number> {
  let line: CommandLine | undefined;
  try {
    checkEncoding(args);
    const words = readWords(args, world);
    if (words === "answered") return exitCode.fine;
    line = words;
    const run = await prepare(words, world, commands);
    return await run();
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    if (code !== exitCode.outputClosed) world.writeStderr(errorText(error as Error, line));
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
function errorText(error: Error, line: CommandLine | undefined): string {
  const told = (message: string): string => `clusternode: ${escapeControls(message)}`;
  if (!(error instanceof UsageError)) return `${told(error.message)}\n`;
  const lines = error.faults.map(told);
  const command = line?.command ?? "start";
  const more = command === "start" ? "" : `, or for this command: clusternode ${command} --help`;
  return [...lines, `For help: clusternode --help${more}`, ""].join("\n");
}

/** Checks everything, then hands back what is to be done. */
async function prepare(
  line: CommandLine,
  world: CliContext,
  commands: Commands,
): Promise<() => Promise<number>> {
  const faults = [...line.faults];
  const options = await completeOptions(line, world, faults);
  const call = commandCall(line, options, world, commands, faults);
  if (faults.length > 0) throw new UsageError(faults);
  return call;
}

/** The options of the command, complete if no faults were added. */
async function completeOptions(
  line: CommandLine,
  world: CliContext,
  faults: string[],
): Promise<NodeOptions> {
  const command = optionCommand(line.command);
  if (command === undefined) return {} as NodeOptions;
  const { flags } = line;
  const { environment } = world;
  // The nodes of `local` have its environment, and need not repeat what it has said.
  const misspelt = environment[parentWatchVariable] === "1" ? [] : misspeltVariables(environment);
  for (const sentence of misspelt) world.writeStderr(`clusternode: ${sentence}\n`);
  const config = await readConfigFile(configFileOf({ flags, environment }), world);
  const operands = command === "start" ? line.operands : [];
  const gathered = gatherOptions({
    command,
    flags,
    operands,
    environment,
    config: config.value,
    registryUrlFault: world.registryUrlFault,
  });
  const source = gathered.sources.cookieFile ?? "";
  const cookies = await readCookieFiles(gathered.values.cookieFiles ?? [], source, world);
  const beam = await readBeamCookie(gathered.values, world);
  faults.push(...config.faults, ...gathered.faults, ...cookies.faults, ...beam.faults);
  const values = {
    ...gathered.values,
    beamCookie: beam.value,
    cookies: [...gathered.values.cookies ?? [], ...cookies.value],
  };
  // Fields are missing only if there are faults, and then the options are not used.
  return values as NodeOptions;
}

/** The call of the command with its arguments, which are checked here. */
function commandCall(
  line: CommandLine,
  options: NodeOptions,
  world: CliContext,
  commands: Commands,
  faults: string[],
): () => Promise<number> {
  const words = new CommandArgs(line, world, faults);
  const { command } = line;
  switch (command) {
    case "start":
      return () => commands.start(options);
    case "local": {
      const count = words.argument(commandTable.local.argument);
      const { killOne } = commandTable.local.flags;
      const killOneMs = words.value(killOne, killOne.type);
      const flags = { killOneMs, forwarded: forwardedWords(line) };
      return () => commands.local(count, flags);
    }
    case "members": {
      words.noArgument();
      const { json, watch } = commandTable.members.flags;
      const flags = { json: words.isOn(json), watch: words.isOn(watch) };
      return () => commands.members(options, flags);
    }
    case "ping": {
      const name = words.argument(commandTable.ping.argument);
      const { count, interval } = commandTable.ping.flags;
      const intervalMs = words.value(interval, interval.type) ?? 1000;
      const flags = { count: words.value(count, count.type), intervalMs };
      return () => commands.ping(name, options, flags);
    }
    case "matrix":
    case "doctor":
      words.noArgument();
      return () => commands[command](options, words.jsonFlags());
    case "explain": {
      const name = words.argument(commandTable.explain.argument);
      return () => commands.explain(name, options, words.jsonFlags());
    }
    case "events": {
      words.noArgument();
      const { json, follow } = commandTable.events.flags;
      const flags = { json: words.isOn(json), follow: words.isOn(follow) };
      return () => commands.events(options, flags);
    }
    case "forget": {
      const name = words.argument(commandTable.forget.argument);
      const flags = { dryRun: words.isOn(commandTable.forget.flags.dryRun) };
      return () => commands.forget(name, options, flags);
    }
    case "leave":
      words.noArgument();
      return () => commands.leave(options);
    case "health": {
      words.noArgument();
      const [name, cluster, registry] = [line.flags.name, line.flags.cluster, line.flags.registry]
        .map((texts) => texts !== undefined) as [boolean, boolean, boolean];
      return () => commands.health(options, { name, cluster, registry });
    }
    default:
      return standaloneCall(command, words, { options, world, commands });
  }
}

/** The call of a command that has to do with no node. */
function standaloneCall(
  command: "simulate" | "keygen" | "completions" | "version",
  words: CommandArgs,
  { options, world, commands }: {
    readonly options: NodeOptions;
    readonly world: CliContext;
    readonly commands: Commands;
  },
): () => Promise<number> {
  switch (command) {
    case "simulate": {
      words.noArgument();
      const request = simulateRequest(words, options);
      return () => commands.simulate(request);
    }
    case "keygen":
      words.noArgument();
      return async () => (await import("./commands/keygen.ts")).keygen(world);
    case "completions": {
      const shell = words.argument(commandTable.completions.argument);
      return async () => (await import("./completions/completions.ts")).completions(shell, world);
    }
    case "version":
      words.noArgument();
      return () => {
        world.writeStdout(`${versionText()}\n`);
        return Promise.resolve(exitCode.fine);
      };
    default:
      return unreachable(command);
  }
}

/** The options of nodes as they were given, as words for another command line. */
function forwardedWords({ flags }: CommandLine): readonly string[] {
  return optionEntries.flatMap(([key, { flag, type }]) =>
    (flags[key] ?? []).flatMap((text) => type.isSwitch ? [flag] : [flag, text])
  );
}
