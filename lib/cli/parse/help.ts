/**
 * The text of `--help`, made from the tables.
 *
 * The help of the program as a whole shows the options of its default command, because that is what
 * `clusternode --interval 2s` runs.
 *
 * @module
 */
import { exitCodeTexts } from "../exit_codes.ts";
import { commandEntries, commandTable } from "./command_table.ts";
import type { CliCommand, CommandEntry } from "./command_table.ts";
import { allFlagsOf } from "./flags.ts";
import type { Flag } from "./flags.ts";

const intuition = "Nodes that share a registry find each other, prove that they belong, watch " +
  "each other's pulse,\nand each writes down who is there.";

/** Width of the column of commands and flags, in characters. */
const termWidth = 28;

/** Texts are not folded where there is less room than this. */
const textMinWidth = 40;

/**
 * The help on a command, or on the whole program.
 *
 * @param columns width of the terminal in characters
 */
export function helpText(command: CliCommand | undefined, columns = 100): string {
  const name = command ?? "start";
  const isRoot = command === undefined;
  const entry: CommandEntry = commandTable[name];
  const list = (heading: string, rows: readonly Row[]): string => section(heading, rows, columns);
  const groups = Map.groupBy(allFlagsOf(name), ({ group }) => group);
  const examples = isRoot ? commandEntries.flatMap(([, one]) => one.examples) : entry.examples;
  const sections = [
    isRoot
      ? "Usage: clusternode [command] [options]"
      : `Usage: clusternode ${name === "start" ? "[start]" : name} ${entry.usage}`.trimEnd(),
    isRoot ? intuition : `${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.`,
    isRoot ? list("Commands", commandEntries.map(commandRow)) : "",
    entry.argument ? list("Arguments", [[`<${entry.argument.name}>`, entry.argument.help]]) : "",
    ...[...groups].map(([group, flags]) =>
      list(isRoot && group !== "Help" ? `${group} (start)` : group, flags.map(flagRow))
    ),
    name === "start" || name === "local"
      ? "A flag overrides the environment, the environment overrides the file of --config."
      : "",
    list("Exit codes", exitCodeTexts),
    examples.length > 0 ? ["Examples:", ...examples.map((line) => `  ${line}`)].join("\n") : "",
    isRoot ? "Help for one command: clusternode help <command>" : "",
  ];
  return sections.filter((text) => text !== "").join("\n\n") + "\n";
}

/** What stands on the left, and the text beside it. */
type Row = readonly [term: string, text: string];

function commandRow([name, { argument, usage, summary }]: readonly [string, CommandEntry]): Row {
  return [argument ? `${name} ${usage.replace(" [options]", "")}` : name, summary];
}

function flagRow({ flag, short, type, help }: Flag): Row {
  const value = type === undefined ? "" : ` <${type.placeholder}>`;
  return [`${short === undefined ? "" : `${short}, `}${flag}${value}`, help];
}

function section(heading: string, rows: readonly Row[], columns: number): string {
  const lines = rows.flatMap(([term, text]) => {
    const [first = "", ...more] = folded(text, columns - termWidth - 4);
    const beside = [first, ...more].map((line) => `${" ".repeat(termWidth + 4)}${line}`);
    return term.length > termWidth
      ? [`  ${term}`, ...beside]
      : [`  ${term.padEnd(termWidth)}  ${first}`, ...beside.slice(1)];
  });
  return [`${heading}:`, ...lines].join("\n");
}

/** The lines of a text that has so many characters beside the terms. */
function folded(text: string, width: number): string[] {
  if (width < textMinWidth) return [text];
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
