/**
 * What can be said about a command: the columns of the command table.
 *
 * @module
 */
import type { ValueType } from "../../options/option_values.ts";

/** A flag that belongs to one command. */
export interface CommandFlag<T> {
  readonly flag: `--${string}`;
  readonly short?: `-${string}`;
  /** Kind of its value; without it the flag is a switch. */
  readonly type?: ValueType<T>;
  /** Words for what happens without it. */
  readonly defaultText?: string;
  readonly help: string;
}

/** What a command must be given. */
export interface CommandArgument<T> {
  readonly name: string;
  readonly type: ValueType<T>;
  readonly help: string;
}

/** One command. */
export interface CommandEntry {
  readonly summary: string;
  /** What stands behind the command in its usage line. */
  readonly usage: string;
  readonly argument?: CommandArgument<unknown>;
  readonly flags: Readonly<Record<string, CommandFlag<unknown>>>;
  readonly examples: readonly string[];
}
