/**
 * All that can be given to a command behind two hyphens: its own flags, and options of nodes. One
 * shape for parsing, help and completions.
 *
 * @module
 */
import { optionsOf } from "../../options/option_table.ts";
import type { OptionEntry } from "../../options/option_entry.ts";
import type { ValueType } from "../../options/option_values.ts";
import { commandEntries, optionCommand } from "./command_table.ts";
import type { CliCommand, CommandFlag } from "./command_table.ts";

/** A flag of a command. */
export interface Flag {
  readonly flag: `--${string}`;
  readonly short?: `-${string}`;
  /** Kind of its value; without it the flag is a switch. */
  readonly type?: ValueType<unknown>;
  readonly help: string;
  /** Heading in the help text. */
  readonly group: string;
}

/** What every command takes. */
export const helpFlag: Flag = { flag: "--help", short: "-h", help: "show help", group: "Help" };

/** What `start`, the default command, takes as well. */
export const versionFlag: Flag = {
  flag: "--version",
  short: "-V",
  help: "print version, commit and Deno version",
  group: "Help",
};

/** All flags of a command, its own ones first, `--help` and `--version` last. */
export function allFlagsOf(command: CliCommand): readonly Flag[] {
  return [...flagsOf(command), helpFlag, ...command === "start" ? [versionFlag] : []];
}

/** All flags of a command but `--help` and `--version`. */
export function flagsOf(command: CliCommand): readonly Flag[] {
  const own = Object.values(commandEntries.find(([name]) => name === command)?.[1].flags ?? {});
  const taken = optionCommand(command);
  const shared = taken === undefined ? [] : optionsOf(taken);
  return [...own.map(ownFlag), ...shared.map(([, entry]) => optionFlag(entry))];
}

function ownFlag({ defaultText, help, ...rest }: CommandFlag<unknown>): Flag {
  const shown = defaultText === undefined ? help : `${help} (default: ${defaultText})`;
  return { ...rest, help: shown, group: "Options" };
}

function optionFlag(entry: OptionEntry): Flag {
  const standard = defaultText(entry);
  const known = standard === "" ? entry.variable : `default: ${standard}; ${entry.variable}`;
  return {
    flag: entry.flag,
    ...(entry.type.isSwitch ? {} : { type: entry.type }),
    help: `${entry.help} (${known})`,
    group: entry.group,
  };
}

/** The default of an option in words; empty if there is none. */
export function defaultText(entry: OptionEntry): string {
  return entry.defaultText ?? [entry.default ?? []].flat().join(", ");
}
