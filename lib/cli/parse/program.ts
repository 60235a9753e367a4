/**
 * The command tree for commander, made from the tables.
 *
 * Commander takes the words apart and lays out the help. What the words mean, and what is wrong
 * with them, is decided elsewhere, so that all faults can be told at once: commander would stop at
 * the first.
 *
 * @module
 */
import { Command, Option } from "@commander-js/extra-typings";
import { optionsOf } from "../../options/option_table.ts";
import type { OptionEntry } from "../../options/option_entry.ts";
import { versionText } from "../../version.ts";
import { commandEntries, optionCommand } from "./command_table.ts";
import type { CommandFlag } from "./command_entry.ts";
import type { CliCommand } from "./command_table.ts";
import { formatHelp } from "./help.ts";
import type { CliContext } from "../context.ts";

/** The words of a command line, taken apart and not yet checked. */
export interface Words {
  readonly command: CliCommand;
  /** Values of each flag in the order given; a switch that was given has one, empty. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** Everything else in the order given, unknown options included. */
  readonly rest: readonly string[];
}

/** What a flag looks like to commander. */
export interface FlagShape {
  readonly flag: `--${string}`;
  readonly short?: `-${string}`;
  /** Without it the flag is a switch. */
  readonly placeholder?: string;
  readonly help: string;
  readonly group: string;
}

/** All flags of a command, its own ones first. */
export function flagsOf(command: CliCommand): readonly FlagShape[] {
  const own = Object.values(commandEntries.find(([name]) => name === command)?.[1].flags ?? {});
  const taken = optionCommand(command);
  const shared = taken === undefined ? [] : optionsOf(taken).map(([, entry]) => optionShape(entry));
  return [...own.map(ownShape), ...shared];
}

function ownShape({ flag, short, type, defaultText, help }: CommandFlag<unknown>): FlagShape {
  return {
    flag,
    help: defaultText === undefined ? help : `${help} (default: ${defaultText})`,
    group: "Options",
    ...(short && { short }),
    ...(type && { placeholder: type.placeholder }),
  };
}

function optionShape(entry: OptionEntry): FlagShape {
  const standard = defaultText(entry);
  const known = standard === "" ? entry.variable : `default: ${standard}; ${entry.variable}`;
  return {
    flag: entry.flag,
    ...(entry.type.isSwitch ? {} : { placeholder: entry.type.placeholder }),
    help: `${entry.help} (${known})`,
    group: entry.group,
  };
}

/** The default of an option in words; empty if there is none. */
export function defaultText(entry: OptionEntry): string {
  return entry.defaultText ?? [entry.default ?? []].flat().join(", ");
}

/**
 * The program for commander. Parsing calls `onWords` once, or throws a `CommanderError` for help,
 * version, and a last flag without its value.
 *
 * @param chosen the only command that gets its options: declaring all would be felt at start
 */
export function buildProgram(
  world: Pick<CliContext, "writeStdout" | "columns">,
  chosen: CliCommand,
  onWords: (words: Words) => void,
): Command {
  const program = new Command("clusternode")
    .exitOverride()
    .configureOutput({
      writeOut: world.writeStdout,
      // Commander's own sentences are replaced by ours.
      writeErr: () => {},
      getOutHelpWidth: () => world.columns ?? 100,
      getErrHelpWidth: () => world.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ formatHelp })
    .helpCommand(false)
    .helpOption("-h, --help", "show help")
    .version(versionText(), "-V, --version", "print version, commit and Deno version")
    .enablePositionalOptions();
  for (const [name] of commandEntries) {
    addCommand(program, name, name === chosen ? flagsOf(name) : [], onWords);
  }
  return program;
}

function addCommand(
  program: Command,
  name: CliCommand,
  flags: readonly FlagShape[],
  onWords: (words: Words) => void,
): void {
  const command = program.command(name, { isDefault: name === "start" })
    .allowUnknownOption()
    .allowExcessArguments();
  const given = new Map<string, string[]>();
  for (const shape of flags) {
    const names = shape.short ? `${shape.short}, ${shape.flag}` : shape.flag;
    const value = shape.placeholder === undefined ? "" : ` <${shape.placeholder}>`;
    const option = new Option(`${names}${value}`, shape.help).helpGroup(`${shape.group}:`);
    if (value !== "") {
      option.argParser((text: string) => {
        given.set(shape.flag, [...given.get(shape.flag) ?? [], text]);
      });
    }
    command.addOption(option);
  }
  command.action(() => {
    const switches = command.options.filter((option) =>
      option.isBoolean() && command.getOptionValueSource(option.attributeName()) === "cli"
    );
    for (const { long } of switches) given.set(long ?? "", [""]);
    onWords({ command: name, flags: given, rest: command.args });
  });
}
