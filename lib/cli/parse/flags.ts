/**
 * All that can be given to a command behind two hyphens: its own flags, and options of nodes. One
 * shape for parsing, help and completions.
 *
 * @module
 */
import { optionsOf } from "../../options/option_table.ts";
import type { OptionKey } from "../../options/option_table.ts";
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
  /** What happens without it, in words; empty if there is nothing to say. */
  readonly standard: string;
  /** Heading in the help text. */
  readonly group: string;
  /** Of an option of nodes: its key and the environment variable that stands for it. */
  readonly key?: OptionKey;
  readonly variable?: string;
}

const ofAll = { standard: "", group: "Help" } as const;

/** What every command takes. */
export const helpFlag: Flag = { flag: "--help", short: "-h", help: "show help", ...ofAll };

/** What `start`, the default command, takes as well. */
export const versionFlag: Flag = {
  flag: "--version",
  short: "-V",
  help: "print version, commit and Deno version",
  ...ofAll,
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
  return [...own.map(ownFlag), ...shared.map(([key, entry]) => optionFlag(key, entry))];
}

function ownFlag({ defaultText = "", ...rest }: CommandFlag<unknown>): Flag {
  return { ...rest, standard: defaultText, group: "Options" };
}

/** An option of nodes as a flag. */
export function optionFlag(key: OptionKey, entry: OptionEntry): Flag {
  const { flag, type, help, group, variable } = entry;
  const standard = defaultText(entry);
  return { flag, ...type.isSwitch ? {} : { type }, help, standard, group, key, variable };
}

/** The default of an option in words; empty if there is none. */
export function defaultText(entry: OptionEntry): string {
  return entry.defaultText ?? [entry.default ?? []].flat().join(", ");
}
