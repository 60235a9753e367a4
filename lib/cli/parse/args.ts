/**
 * From the words of a command line to flags and operands, with everything that is wrong with them.
 *
 * @module
 */
import { ipFamily } from "../../core/base/address.ts";
import { optionEntries } from "../../options/option_table.ts";
import type { OptionKey } from "../../options/option_table.ts";
import { quote } from "../../options/option_values.ts";
import { closestWord, suggestion } from "../../options/suggestion.ts";
import { buildProgram, flagsOf } from "./program.ts";
import type { Words } from "./program.ts";
import { commandEntries } from "./command_table.ts";
import type { CliCommand } from "./command_table.ts";
import type { CliContext } from "../context.ts";

/** A command line, taken apart. */
export interface CommandLine {
  readonly command: CliCommand;
  /** Values of flags that belong to the command alone, by flag; a switch has one, empty. */
  readonly ownFlags: ReadonlyMap<string, readonly string[]>;
  /** Values of options of nodes, by key. */
  readonly flags: Readonly<Partial<Record<OptionKey, readonly string[]>>>;
  readonly operands: readonly string[];
  readonly faults: readonly string[];
}

/** The command line was a question about the program itself, and has been answered. */
export type Answered = "answered";

/** Takes `args` apart; writes help or version if they ask for it. */
export function readWords(args: readonly string[], world: CliContext): CommandLine | Answered {
  const faults: string[] = [];
  const asked = helpArguments(args, faults);
  if (asked === undefined) return emptyLine(faults);
  const words = parse(asked, world, faults);
  if (words === "answered") return words;
  const { unknown, ...split } = splitRest(words);
  // A flag that was taken for a value has left its own value behind: that is no operand.
  const operands = hasSwallowedFlag(words) ? [] : split.operands;
  const implicit = asked[0] !== words.command;
  const stray = implicit ? operands[0] : undefined;
  const isStray = stray !== undefined && ipFamily(stray) === undefined;
  if (isStray) faults.push(strayFault(stray));
  else faults.push(...unknown.map((word) => unknownFault(word, words.command)));
  return {
    command: words.command,
    ownFlags: words.flags,
    flags: optionFlags(words),
    operands: isStray ? [] : operands,
    faults,
  };
}

function emptyLine(faults: readonly string[]): CommandLine {
  return { command: "start", ownFlags: new Map(), flags: {}, operands: [], faults };
}

/** `help` and `help members` as the flags that they stand for; `undefined` if there is a fault. */
function helpArguments(args: readonly string[], faults: string[]): readonly string[] | undefined {
  if (args[0] !== "help") return args;
  const command = args[1];
  if (command === undefined) return ["--help"];
  if (commandNames().includes(command)) return [command, "--help"];
  faults.push(`unknown command ${quote(command)}${suggestion(command, commandNames())}`);
  return undefined;
}

function commandNames(): readonly string[] {
  return commandEntries.map(([name]) => name);
}

/**
 * Hands the words to commander. A flag whose value is missing can only be the last word, so the
 * rest is taken apart without it.
 */
function parse(args: readonly string[], world: CliContext, faults: string[]): Words | Answered {
  let words: Words | undefined;
  try {
    const chosen = commandEntries.find(([name]) => name === args[0])?.[0] ?? "start";
    buildProgram(world, chosen, (found) => words = found).parse([...args], { from: "user" });
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "commander.helpDisplayed" || code === "commander.version") return "answered";
    if (code !== "commander.optionMissingArgument") throw error;
    faults.push(`${args.at(-1)}: its value is missing`);
    return parse(args.slice(0, -1), world, faults);
  }
  return words ?? { command: "start", flags: new Map(), rest: [] };
}

/** Tells operands from unknown options; a word behind an unknown option is taken for its value. */
function splitRest({ rest, command }: Words): { operands: string[]; unknown: string[] } {
  const operands: string[] = [];
  const unknown: string[] = [];
  const flags = flagsOf(command);
  const end = rest.indexOf("--");
  for (const [index, word] of rest.entries()) {
    const isOption = /^-[^\d.]/.test(word) && (end < 0 || index < end);
    const before = rest[index - 1];
    if (isOption) unknown.push(word);
    else if (index === end) continue;
    else if (before === undefined || !unknown.includes(before) || before.includes("=")) {
      operands.push(word);
    } else {
      const closest = closestWord(before, flags.map(({ flag }) => flag));
      const meant = flags.find(({ flag }) => flag === closest);
      if (meant && meant.placeholder === undefined) operands.push(word);
    }
  }
  return { operands, unknown };
}

/** With a default command a mistyped command looks like an operand of it. */
function strayFault(word: string): string {
  return commandNames().includes(word)
    ? `command ${quote(word)}: it must come first, in front of its options`
    : `unknown command ${quote(word)}${suggestion(word, commandNames())}`;
}

/** True if a flag stands where the value of another one is missing. */
function hasSwallowedFlag({ command, flags }: Words): boolean {
  const known: readonly string[] = flagsOf(command).map(({ flag }) => flag);
  return [...flags.values()].flat().some((text) => known.includes(text));
}

function unknownFault(word: string, command: CliCommand): string {
  const flag = word.split("=")[0] ?? word;
  const known = flagsOf(command).map((shape) => shape.flag);
  if (known.includes(flag as `--${string}`)) return `${flag}: it takes no value`;
  const users = commandNames().filter((name) =>
    flagsOf(name as CliCommand).some((shape) => shape.flag === flag || shape.short === flag)
  );
  if (users.length > 0) {
    return `${flag}: it is no option of ${command}, but of ${users.join(", ")}`;
  }
  return `unknown option ${quote(flag)}${suggestion(flag, known)}`;
}

function optionFlags({ flags }: Words): CommandLine["flags"] {
  return Object.fromEntries(
    optionEntries.flatMap(([key, { flag, type }]) => {
      const texts = flags.get(flag);
      return texts ? [[key, type.isSwitch ? ["on"] : texts]] : [];
    }),
  );
}
