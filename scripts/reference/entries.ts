/**
 * What the reference and the manual page both say of commands and options.
 *
 * @module
 */
import { flagsOf } from "../../lib/cli/parse/flags.ts";
import type { Flag } from "../../lib/cli/parse/flags.ts";
import { commandTable } from "../../lib/cli/parse/command_table.ts";
import type { CliCommand, CommandEntry } from "../../lib/cli/parse/command_table.ts";
import { optionEntries } from "../../lib/options/option_table.ts";
import type { OptionKey } from "../../lib/options/option_table.ts";
import type { OptionEntry, OptionGroup } from "../../lib/options/option_entry.ts";
import type { ValueType } from "../../lib/options/option_values.ts";

/** Options under the heading of their group, in the order of the help text. */
export const optionGroups: ReadonlyMap<
  OptionGroup,
  readonly (readonly [OptionKey, OptionEntry])[]
> = Map.groupBy(optionEntries, ([, { group }]) => group);

/** What the reference says in front of all options. */
export const optionRules: readonly string[] = [
  "A flag overrides the environment, and the environment overrides the file of --config.",
  "Durations need a unit (250ms, 1s, 1m30s), and so do sizes (10MB is 10^6 bytes, 1MiB is 2^20).",
  "Of an option that is given several times the last value counts, unless it is repeatable.",
];

/** `clusternode members [options]`. */
export function usageOf(command: CliCommand): string {
  return `clusternode ${command} ${commandTable[command].usage}`.trimEnd();
}

/** The flags that a command has for itself. */
export function ownFlagsOf(command: CliCommand): readonly Flag[] {
  return flagsOf(command).filter(({ key }) => key === undefined);
}

/** Which options of nodes a command takes, as one sentence with each in backquotes; or none. */
export function sharedText(command: CliCommand): readonly string[] {
  const taken = flagsOf(command).flatMap(({ key, flag }) => key === undefined ? [] : [flag]);
  const others = optionEntries.map(([, { flag }]) => flag).filter((flag) => !taken.includes(flag));
  const list = (flags: readonly string[]): string => flags.map((flag) => `\`${flag}\``).join(", ");
  if (taken.length === 0) return [];
  if (others.length === 0) return ["It takes all options of nodes."];
  return [
    taken.length > others.length
      ? `It takes all options of nodes but ${list(others)}.`
      : `Options of nodes that it takes: ${list(taken)}.`,
  ];
}

/** A command as the table has it. */
export function entryOf(command: CliCommand): CommandEntry {
  return commandTable[command];
}

/** From where to where a value may go, such as `100ms to 1m`; empty if it is no amount. */
export function limitsOf(type: ValueType<unknown> | undefined): string {
  const reading = type?.read("\0", { registryUrlFault: () => undefined });
  const fault = reading !== undefined && "fault" in reading ? reading.fault : "";
  const [, min = "", max = ""] =
    /^it must be (?:an? [a-z ]+)?from (\S+) to ([^\s,]+)/.exec(fault) ?? [];
  return min === "" ? "" : `${min} to ${max}`;
}
