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
  /** The words that stand for it, its name first. */
  readonly words: readonly string[];
  readonly summary: string;
  /** Their help is without defaults. */
  readonly flags: readonly Flag[];
  /** Legal arguments, if they are few. */
  readonly choices: readonly string[];
  /** True if its arguments are names of nodes. */
  readonly takesNodes: boolean;
}

/** What can be typed: the commands, in the order of the help text. */
export type CompletionModel = readonly CompletionCommand[];

/** Options that say which cluster is meant: names of nodes are asked for with those that were typed. */
export const clusterFlags: readonly string[] = [
  ...["--registry", "--cluster", "--cookie-file", "--config"],
];

/** What can be typed, from the tables. */
export function completionModel(): CompletionModel {
  return commandEntries.map(([name, { aliases = [], summary, argument }]) => ({
    name,
    words: [name, ...aliases],
    summary,
    flags: [...flagsOf(name), helpFlag].map((flag) => ({
      ...flag,
      help: flag.help.replace(/ \(.*$/, ""),
    })),
    choices: argument?.type.choices ?? [],
    takesNodes: argument?.type.completion === "node",
  }));
}
