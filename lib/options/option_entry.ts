/**
 * What can be said about an option: the columns of the option table.
 *
 * @module
 */
import type { Reading, ValueType } from "./option_values.ts";

/** Commands that options of nodes apply to. */
export type CommandName =
  | "start"
  | "local"
  | "members"
  | "wait"
  | "ping"
  | "matrix"
  | "explain"
  | "events"
  | "leave"
  | "forget"
  | "health"
  | "open"
  | "simulate"
  | "doctor";

/** Heading in the help text. */
export type OptionGroup =
  | "Identity"
  | "Meeting place"
  | "Network"
  | "Elixir and Erlang"
  | "Pulse"
  | "Page and API"
  | "Service"
  | "Log"
  | "Configuration";

interface Columns<Field extends string> {
  /** Name of the value in the resolved options; a unit comes last. */
  readonly field: Field;
  readonly flag: `--${string}`;
  readonly variable: `CLUSTERNODE_${string}`;
  readonly group: OptionGroup;
  /** Commands that take it. */
  readonly commands: readonly CommandName[];
  /** What it is, in one line. */
  readonly help: string;
  /** What is gained and lost by changing it. */
  readonly trade: string;
  /** Words for a default that is not a plain value. */
  readonly defaultText?: string;
  /** `false` if it cannot stand in the configuration file. */
  readonly inConfigFile?: false;
  /**
   * Options of the same group are taken from the same source: a cookie file given as a flag is not
   * mixed with a cookie from the environment.
   */
  readonly together?: string;
}

/** An option with one value; when given several times, the last one counts. */
export interface SingleOption<Field extends string, T, Default extends string | undefined>
  extends Columns<Field> {
  readonly kind: "single";
  readonly type: ValueType<T>;
  readonly default: Default;
}

interface ListColumns<Field extends string, T, Collected> extends Columns<Field> {
  readonly type: ValueType<T>;
  readonly default: readonly string[];
  /** Most values. */
  readonly most?: number;
  /** Separates values in one flag; without it a flag holds one value. */
  readonly splitFlag?: RegExp;
  /** Separates values in the environment variable; without it that holds one value. */
  readonly splitVariable?: RegExp;
  /** The configuration file may give it as an object, read as `key=value`. */
  readonly fromObject?: true;
  /** Makes one value of the list. */
  readonly collect?: (values: readonly T[]) => Reading<Collected>;
}

/** An option that can be given more than once. */
export interface ListOption<Field extends string, T, Collected>
  extends ListColumns<Field, T, Collected> {
  readonly kind: "list";
}

// `any` because a table row may hold any value; each reader gets the exact type by ValueOf.
/** Any row of the option table. */
export type OptionEntry =
  // deno-lint-ignore no-explicit-any
  | SingleOption<string, any, string | undefined>
  // deno-lint-ignore no-explicit-any
  | ListOption<string, any, any>;

/** Type of the value of an option: `T`, `T | undefined` if it has no default, or a list. */
export type ValueOf<Entry> = Entry extends ListOption<string, infer _T, infer Collected> ? Collected
  : Entry extends SingleOption<string, infer T, infer Default>
    ? (Default extends string ? T : T | undefined)
  : never;

/** Declares an option with one value. */
export function option<const Field extends string, T, const Default extends string | undefined>(
  columns: Omit<SingleOption<Field, T, Default>, "kind">,
): SingleOption<Field, T, Default> {
  return { kind: "single", ...columns };
}

/** Declares an option that can be given more than once. */
export function listOption<const Field extends string, T, Collected = readonly T[]>(
  columns: Omit<ListOption<Field, T, Collected>, "kind">,
): ListOption<Field, T, Collected> {
  return { kind: "list", ...columns };
}
