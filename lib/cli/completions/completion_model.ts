/**
 * What a shell can complete, whichever shell it is.
 *
 * @module
 */

/** What can be typed: the commands, in the order of the help text. */
export type CompletionModel = readonly CompletionCommand[];

/** One command, as a shell completes it. */
export interface CompletionCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletionFlag[];
  /** Legal arguments, if they are few. */
  readonly choices: readonly string[];
}

/** One flag, as a shell completes it. */
export interface CompletionFlag {
  readonly flag: string;
  readonly short: string | undefined;
  readonly help: string;
  /** Kind of the value: `undefined` for a switch. */
  readonly value: CompletionValue | undefined;
}

/** What a value is completed with. */
export interface CompletionValue {
  readonly placeholder: string;
  readonly choices: readonly string[];
  readonly isFile: boolean;
}
