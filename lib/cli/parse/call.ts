/**
 * The call of a command: its argument, its flags and the options of nodes, all checked. Its types
 * come from the command table.
 *
 * @module
 */
import type { OptionKey } from "../../options/option_table.ts";
import { serviceOptionTable } from "../../options/option_table_service.ts";
import type { NodeOptions } from "../../options/options.ts";
import { quote } from "../../options/option_values.ts";
import type { OptionChecks, ValueType } from "../../options/option_values.ts";
import { commandTable } from "./command_table.ts";
import type { CliCommand, CommandArgument, CommandEntry } from "./command_table.ts";
import { optionTexts } from "./args.ts";
import type { CommandLine } from "./args.ts";

/** A value of each flag of a command, or all of them; a switch is on or off. */
type FlagValues<Flags> = {
  readonly [Key in keyof Flags]: Flags[Key] extends
    { readonly isList: true; readonly type: ValueType<infer T> } ? readonly T[]
    : Flags[Key] extends { readonly type: ValueType<infer T> } ? T | undefined
    : boolean;
};

/** The argument, or of one that may be given more than once all of them. */
type ArgumentOf<Entry> = Entry extends
  { readonly argument: CommandArgument<infer T> & { readonly isList: true } } ? readonly T[]
  : Entry extends { readonly argument: CommandArgument<infer T> } ? T
  : undefined;

/** The options of nodes in a call. */
export interface CallOptions {
  /** From all sources; those that the command does not take are missing. */
  readonly options: NodeOptions;
  /** Those of this very call, and not of its surroundings: of flags, and of a file that a flag names. */
  readonly explicit: ReadonlySet<OptionKey>;
}

/** What a command is called with. */
export interface Call<Command extends CliCommand> extends CallOptions {
  readonly argument: ArgumentOf<typeof commandTable[Command]>;
  readonly flags: FlagValues<typeof commandTable[Command]["flags"]>;
  /** The options among the flags as they were given, by key. */
  readonly given: Readonly<Partial<Record<OptionKey, readonly string[]>>>;
  /** Program and arguments of the service that the node carries; none: it carries none. */
  readonly carried: readonly string[];
}

/**
 * What is wrong with options of a service where there is none. The configuration file may be that of
 * many nodes: what it says of services is ignored then.
 *
 * @param sources under which name each option was given
 */
export function withoutService(
  { command, carried }: CommandLine,
  sources: Readonly<Partial<Record<OptionKey, string>>>,
): string[] {
  if (command !== "start" || carried.length > 0) return [];
  return Object.keys(serviceOptionTable).flatMap((key) => {
    const source = sources[key as keyof typeof serviceOptionTable];
    return source === undefined || source.startsWith("config")
      ? []
      : [`${source}: it needs a service, whose command stands behind --`];
  });
}

/**
 * The options of this very call, and not of its surroundings.
 *
 * @param sources under which name each option was given
 */
export function explicitOptions(
  line: CommandLine,
  sources: Readonly<Partial<Record<OptionKey, string>>>,
): ReadonlySet<OptionKey> {
  const flagged = Object.keys(optionTexts(line));
  const isNamed = flagged.includes("config" satisfies OptionKey);
  const configured = Object.entries(sources).filter(([, source]) => source.startsWith("config"));
  return new Set([...flagged, ...isNamed ? configured.map(([key]) => key) : []] as OptionKey[]);
}

/** The bare words of a command that takes further addresses of a node: `--name n1@$(hostname -i)`. */
export function addressesOf({ command, operands }: CommandLine): readonly string[] {
  return command === "start" || command === "doctor" ? operands : [];
}

/** The call that `line` makes; what is wrong with it is added to `faults`. */
export function readCall<Command extends CliCommand>(
  command: Command,
  line: CommandLine,
  { options, explicit }: CallOptions,
  checks: OptionChecks,
  faults: string[],
): Call<Command> {
  const { argument, flags }: CommandEntry = commandTable[command];
  const read = (source: string, text: string, type: ValueType<unknown>): unknown => {
    const reading = type.read(text, checks);
    if ("value" in reading) return reading.value;
    faults.push(`${source} ${quote(text)}: ${reading.fault}`);
    return undefined;
  };
  const operands = addressesOf(line).length > 0 ? [] : line.operands;
  const taken = argument === undefined ? 0 : argument.isList ? operands.length : 1;
  for (const word of operands.slice(taken)) {
    faults.push(`operand ${quote(word)}: ${command} takes no such word`);
  }
  if (argument && operands.length === 0 && !argument.isOptional) {
    faults.push(`${command}: its argument <${argument.name}> is missing: ${argument.help}`);
  }
  const given = argument === undefined
    ? []
    : operands.slice(0, taken).map((word) => read(`<${argument.name}>`, word, argument.type));
  const values = Object.entries(flags).map(([key, { flag, type, isList }]) => {
    const texts = line.flags.get(flag) ?? [];
    if (type === undefined) return [key, texts.length > 0];
    if (isList) return [key, texts.map((text) => read(flag, text, type))];
    const text = texts.at(-1);
    return [key, text === undefined ? undefined : read(flag, text, type)];
  });
  return {
    argument: argument?.isList ? given : given[0],
    flags: Object.fromEntries(values),
    options,
    explicit,
    given: optionTexts(line),
    carried: line.carried,
    // Values are those of the types in the table; after a fault the call is not made.
  } as Call<Command>;
}
