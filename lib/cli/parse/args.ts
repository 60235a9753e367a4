/**
 * From the words of a command line to flags and operands, with everything that is wrong with them.
 *
 * `parseArgs` of `node:util` knows where a flag ends and its value begins. It is asked for tokens and
 * not for a verdict: its own would be one fault at a time.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { ipFamily } from "../../core/base/address.ts";
import { optionEntries } from "../../options/option_table.ts";
import type { OptionKey } from "../../options/option_table.ts";
import { quote } from "../../options/option_values.ts";
import { closestWord, suggestion } from "../../options/suggestion.ts";
import { commandEntries } from "./command_table.ts";
import type { CliCommand } from "./command_table.ts";
import { allFlagsOf, flagsOf, helpFlag, versionFlag } from "./flags.ts";
import type { Flag } from "./flags.ts";
import { helpTopics } from "./help.ts";
import type { HelpSubject } from "./help.ts";

/** A command line, taken apart. */
export interface CommandLine {
  readonly command: CliCommand;
  /** Values of each flag in the order given; a switch that was given has one, `on`. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  /** Of `start`, the words behind `--`: the command of a service. Elsewhere they are operands. */
  readonly carried: readonly string[];
  readonly faults: readonly string[];
}

/** The user asks for help. */
export interface HelpWanted {
  readonly helpOn: HelpSubject;
}

/** The words for commands, each with the command that it stands for. */
const commandWords: ReadonlyMap<string, CliCommand> = new Map(
  commandEntries.flatMap(([name, { aliases = [] }]) =>
    [name, ...aliases].map((word) => [word, name] as const)
  ),
);

/** Takes `args` apart. */
export function readArgs(args: readonly string[]): CommandLine | HelpWanted {
  const [first, second] = args;
  if (first === "help") {
    const helpOn = subjectOf(second);
    if (second === undefined || helpOn !== undefined) return { helpOn };
    return lineOf("start", { faults: [unknownSubject(second)] });
  }
  const named = commandOf(first);
  const command = named ?? "start";
  const given = named === undefined ? args : args.slice(1);
  const end = command === "start" ? given.indexOf("--") : -1;
  const [ours, carried] = end < 0 ? [given, []] : [given.slice(0, end), given.slice(end + 1)];
  const words = { ...sorted(ours, allFlagsOf(command)), carried };
  if (end >= 0 && carried.length === 0) words.missing.push("--: the command behind it is missing");
  // Also where the value of another flag should be.
  if ([...words.flags].flat(2).includes(helpFlag.flag)) {
    return { helpOn: named ?? words.operands.map(subjectOf).find((one) => one !== undefined) };
  }
  if (words.flags.has(versionFlag.flag)) return lineOf("version");
  // With a default command a mistyped command looks like an operand of it.
  const [stray] = named === undefined ? words.operands : [];
  if (stray !== undefined && ipFamily(stray) === undefined) {
    return lineOf(command, {
      ...words,
      operands: [],
      faults: [...words.missing, strayFault(stray)],
    });
  }
  const unknown = words.unknown.map((word) => unknownFault(word, command));
  return lineOf(command, { ...words, faults: [...words.missing, ...unknown] });
}

function lineOf(command: CliCommand, found: Partial<CommandLine> = {}): CommandLine {
  const { flags = new Map(), operands = [], carried = [], faults = [] } = found;
  return { command, flags, operands, carried, faults };
}

/** The options of nodes among the flags, by key. */
export function optionTexts(
  { flags }: Pick<CommandLine, "flags">,
): Partial<Record<OptionKey, readonly string[]>> {
  return Object.fromEntries(optionEntries.flatMap(([key, { flag }]) => {
    const texts = flags.get(flag);
    return texts === undefined ? [] : [[key, texts]];
  }));
}

/** Words of a command line, sorted into what they are. */
interface Words {
  readonly flags: Map<string, string[]>;
  readonly operands: string[];
  /** Faults of flags whose value is missing. */
  readonly missing: string[];
  /** Words that look like flags and are none, or have a value that they may not have. */
  readonly unknown: string[];
}

function sorted(args: readonly string[], known: readonly Flag[]): Words {
  const named = new Map(
    known.map((flag) => [flag.flag.slice(2), flag]),
  );
  const options = Object.fromEntries([...named].map(([name, { short, type }]) => [name, {
    type: type === undefined ? "boolean" as const : "string" as const,
    ...(short && { short: short.slice(1) }),
  }]));
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const words: Words = { flags: new Map(), operands: [], missing: [], unknown: [] };
  const { flags, operands, missing, unknown } = words;
  let hasSwallowedFlag = false;
  for (const [at, token] of tokens.entries()) {
    const [word = "", before] = [args[token.index], tokens[at - 1]];
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      const isBehindUnknown = before?.kind === "option" && !named.has(before.name);
      if (!isBehindUnknown || !isValueOf(args[before.index] ?? "", known)) operands.push(word);
      continue;
    }
    const { value, rawName, inlineValue } = token;
    const flag = named.get(token.name);
    if (flag === undefined) {
      // A word such as -xyz gives a token for each letter; -5 is a number.
      if (before?.index !== token.index) (/^-[\d.]/.test(word) ? operands : unknown).push(word);
    } else if (flag.type === undefined && value !== undefined) unknown.push(word);
    else if (flag.type !== undefined && value === undefined) {
      missing.push(`${rawName}: its value is missing`);
    } else {
      flags.set(flag.flag, [...flags.get(flag.flag) ?? [], value ?? "on"]);
      hasSwallowedFlag ||= inlineValue === false && named.has(value?.replace(/^--/, "") ?? "");
    }
  }
  // A flag that was taken for a value has left its own value behind: that is no operand.
  return hasSwallowedFlag ? { ...words, operands: [] } : words;
}

/** True if a word behind the flag `unknown` is probably its value. */
function isValueOf(unknown: string, known: readonly Flag[]): boolean {
  if (!/^-[^\d.]/.test(unknown) || unknown.includes("=")) return false;
  const closest = closestWord(unknown, known.map(({ flag }) => flag));
  const meant = known.find(({ flag }) => flag === closest);
  return meant === undefined || meant.type !== undefined;
}

function commandOf(word: string | undefined): CliCommand | undefined {
  return word === undefined ? undefined : commandWords.get(word);
}

/** What a word asks for help on; `undefined` if there is none on it. */
function subjectOf(word: string | undefined): HelpSubject {
  return commandOf(word) ?? helpTopics.find((topic) => topic === word);
}

function unknownSubject(word: string): string {
  const known = [...commandWords.keys(), ...helpTopics];
  return `no help on ${quote(word)}${suggestion(word, known)}`;
}

function unknownCommand(word: string): string {
  return `unknown command ${quote(word)}${suggestion(word, [...commandWords.keys()])}`;
}

function strayFault(word: string): string {
  return commandOf(word) !== undefined
    ? `command ${quote(word)}: it must come first, in front of its options`
    : unknownCommand(word);
}

function unknownFault(word: string, command: CliCommand): string {
  const flag = word.split("=")[0] ?? word;
  const known: readonly string[] = flagsOf(command).map((one) => one.flag);
  if (known.includes(flag)) return `${flag}: it takes no value`;
  const users = commandEntries.map(([name]) => name).filter((name) =>
    flagsOf(name).some((one) => one.flag === flag || one.short === flag)
  );
  return users.length > 0
    ? `${flag}: it is no option of ${command}, but of ${users.join(", ")}`
    : `unknown option ${quote(flag)}${suggestion(flag, known)}`;
}
