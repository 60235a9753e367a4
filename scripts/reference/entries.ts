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

/** The options of nodes that a command takes. */
export function sharedFlagsOf(command: CliCommand): readonly Flag[] {
  return flagsOf(command).filter(({ key }) => key !== undefined);
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
