/**
 * What a shell can complete, whichever shell it is.
 *
 * @module
 */
import { commandEntries } from "../parse/command_table.ts";
import { flagsOf, helpFlag } from "../parse/flags.ts";
import type { Flag } from "../parse/flags.ts";

/** One command, as a shell completes it. */
export interface CompletionCommand {
  readonly name: string;
  readonly summary: string;
  /** Their help is without defaults. */
  readonly flags: readonly Flag[];
  /** Legal arguments, if they are few. */
  readonly choices: readonly string[];
}

/** What can be typed: the commands, in the order of the help text. */
export type CompletionModel = readonly CompletionCommand[];

/** What can be typed, from the tables. */
export function completionModel(): CompletionModel {
  return commandEntries.map(([name, { summary, argument }]) => ({
    name,
    summary,
    flags: [...flagsOf(name), helpFlag].map((flag) => ({
      ...flag,
      help: flag.help.replace(/ \(.*$/, ""),
    })),
    choices: argument?.type.choices ?? [],
  }));
}
