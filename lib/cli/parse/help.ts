/**
 * The text of `--help`, made from the tables.
 *
 * Help on the program fits a terminal of 80 columns and 24 rows: examples, commands, and where there
 * is more. Help on a command has what is its own and the options that most people need; what else it
 * takes it only names, and `help options` tells of all.
 *
 * @module
 */
import { optionEntries } from "../../options/option_table.ts";
import type { OptionKey } from "../../options/option_table.ts";
import { exitCodeTexts } from "../exit_codes.ts";
import { commandEntries, commandTable, optionCommand } from "./command_table.ts";
import type { CliCommand, CommandEntry } from "./command_table.ts";
import { flagsOf, helpFlag, optionFlag, versionFlag } from "./flags.ts";
import type { Flag } from "./flags.ts";

/** What there is help on beside the commands. */
export const helpTopics = ["options", "exit-codes"] as const;

/** What help is wanted on; `undefined` is the program. */
export type HelpSubject = CliCommand | typeof helpTopics[number] | undefined;

/** The options that most people need, by key. */
const commonOptions: readonly OptionKey[] = [
  ...["name", "cluster", "tags", "registry", "cookieFile", "listen"] as const,
  ...["interval", "profile", "logFile", "config"] as const,
];

/** What the program is tried with first. */
const firstExamples = [
  "clusternode local 5 --http 8080        # five nodes, here and in a page",
  "clusternode start --name n1@$(hostname -i) --registry /mnt/shared/cluster",
];

/** Most characters in the column of commands and flags. */
const termMaxWidth = 28;

/** Texts are not folded where there is less room than this. */
const textMinWidth = 40;

/**
 * The help on a command, a topic, or the whole program.
 *
 * @param columns width of the terminal in characters
 */
export function helpText(subject: HelpSubject, columns = 80): string {
  return sectionsOf(subject, columns).filter((text) => text !== "").join("\n\n") + "\n";
}

function sectionsOf(subject: HelpSubject, columns: number): readonly string[] {
  switch (subject) {
    case undefined:
      return programSections(columns);
    case "options":
      return optionsSections(columns);
    case "exit-codes":
      return [section("Exit codes", exitCodeTexts, columns)];
    default:
      return commandSections(subject, columns);
  }
}

function programSections(columns: number): readonly string[] {
  const main = commandEntries.filter(([name]) => optionCommand(name) !== undefined);
  const others = commandEntries.filter(([name]) => optionCommand(name) === undefined);
  return [
    "Usage: clusternode [command] [options]; without a command it starts a node",
    examplesSection(firstExamples),
    [
      section("Commands", main.map(commandRow), columns),
      `Also: ${others.map(([name]) => name).join(", ")}`,
      `More: clusternode help <command> | ${helpTopics.join(" | ")}`,
    ].join("\n"),
  ];
}

function commandSections(name: CliCommand, columns: number): readonly string[] {
  const { usage, summary, aliases = [], argument, examples }: CommandEntry = commandTable[name];
  const flags = flagsOf(name);
  const own = flags.filter(({ key }) => key === undefined);
  const shared = flags.filter(({ key }) => key !== undefined);
  const { common = [], others = [] } = Object.groupBy(
    shared,
    ({ key }) => commonOptions.some((one) => one === key) ? "common" : "others",
  );
  const rest = `Also: ${others.map(({ flag }) => flag).join(", ")}; see clusternode help options`;
  return [
    `Usage: clusternode ${name === "start" ? "[start]" : name} ${usage}`.trimEnd(),
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.` +
    (aliases.length > 0 ? ` Also called ${aliases.join(", ")}.` : ""),
    examplesSection(examples),
    argument ? section("Arguments", [[`<${argument.name}>`, argument.help]], columns) : "",
    section("Options", own.map(flagRow), columns),
    section("Common options", common.map(flagRow), columns),
    others.length > 0 ? folded(rest, columns).join("\n") : "",
  ];
}

function optionsSections(columns: number): readonly string[] {
  const flags = [...optionEntries.map(([key, entry]) => optionFlag(key, entry)), versionFlag];
  const groups = Map.groupBy([...flags, helpFlag], ({ group }) => group);
  return [
    ...[...groups].map(([group, some]) => section(group, some.map(fullRow), columns)),
    ...["A flag overrides the environment, the environment overrides the file of --config."]
      .map((text) => folded(text, columns).join("\n")),
  ];
}

function examplesSection(examples: readonly string[]): string {
  return examples.length === 0
    ? ""
    : ["Examples:", ...examples.map((line) => `  ${line}`)].join("\n");
}

/** What stands on the left, and the text beside it. */
type Row = readonly [term: string, text: string];

function commandRow([name, { argument, usage, summary }]: readonly [string, CommandEntry]): Row {
  return [argument ? `${name} ${usage.replace(" [options]", "")}` : name, summary];
}

function flagRow(flag: Flag): Row {
  const { help, standard } = flag;
  return [termOf(flag), standard === "" ? help : `${help} (default: ${standard})`];
}

/** With the variable that stands for it. */
function fullRow(flag: Flag): Row {
  const { help, standard, variable } = flag;
  const known = [standard === "" ? [] : `default: ${standard}`, variable ?? []].flat().join("; ");
  return [termOf(flag), known === "" ? help : `${help} (${known})`];
}

function termOf({ flag, short, type }: Flag): string {
  const value = type === undefined ? "" : ` <${type.placeholder}>`;
  return `${short === undefined ? "" : `${short}, `}${flag}${value}`;
}

/** A heading and rows below it; nothing where there are no rows. */
function section(heading: string, rows: readonly Row[], columns: number): string {
  if (rows.length === 0) return "";
  const widths = rows.map(([term]) => term.length).filter((width) => width <= termMaxWidth);
  const width = Math.max(...widths, 0);
  const indent = " ".repeat(width + 4);
  const lines = rows.flatMap(([term, text]) => {
    const beside = folded(text, columns - indent.length).map((line) => `${indent}${line}`);
    if (term.length > width) return [`  ${term}`, ...beside];
    const [first = "", ...more] = beside;
    return [`  ${term.padEnd(width)}  ${first.trimStart()}`, ...more];
  });
  return [`${heading}:`, ...lines].join("\n");
}

/** The lines of a text that may have so many characters each. */
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
