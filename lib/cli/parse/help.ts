/**
 * The layout of `--help`.
 *
 * All of it is read from the tables. The help of the program as a whole shows the options of its
 * default command, because that is what `clusternode --interval 2s` runs.
 *
 * @module
 */
import type { CommandUnknownOpts, Help } from "@commander-js/extra-typings";
import { commandTable } from "./command_table.ts";
import type { CommandEntry } from "./command_entry.ts";
import type { CliCommand } from "./command_table.ts";
import { exitCodeTexts } from "../exit_codes.ts";

const intuition = "Nodes that share a registry find each other, prove that they belong, watch " +
  "each other's pulse,\nand each writes down who is there.";

/** The whole help text of a command, for commander. */
export function formatHelp(command: CommandUnknownOpts, helper: Help): string {
  const isRoot = command.parent === null;
  const name = (isRoot ? "start" : command.name()) as CliCommand;
  const entry: CommandEntry = commandTable[name];
  const shown = isRoot ? command.commands.find((one) => one.name() === "start") : command;
  const options = groupOptions(shown ?? command, helper);
  const commands = Object.entries(commandTable) as [string, CommandEntry][];
  const rows = commands.map(([key, one]) => [`${key} ${argumentsOf(one)}`.trim(), one.summary]);
  const examples = isRoot
    ? Object.values<CommandEntry>(commandTable).flatMap((one) => one.examples)
    : entry.examples;
  const sections = [
    isRoot
      ? "Usage: clusternode [command] [options]"
      : `Usage: clusternode ${name === "start" ? "[start]" : name} ${entry.usage}`.trimEnd(),
    isRoot ? intuition : sentence(entry.summary),
    isRoot ? section("Commands", rows, helper) : "",
    entry.argument
      ? section("Arguments", [[`<${entry.argument.name}>`, entry.argument.help]], helper)
      : "",
    ...[...options].map(([group, items]) =>
      section(isRoot && group !== "Help" ? `${group} (start)` : group, items, helper)
    ),
    options.size > 1 && (isRoot || name === "start" || name === "local")
      ? "A flag overrides the environment, the environment overrides the file of --config."
      : "",
    section("Exit codes", exitCodeTexts, helper),
    examples.length > 0 ? ["Examples:", ...examples.map((line) => `  ${line}`)].join("\n") : "",
    isRoot ? "Help for one command: clusternode help <command>" : "",
  ];
  return sections.filter((text) => text !== "").join("\n\n") + "\n";
}

function argumentsOf(entry: CommandEntry): string {
  return entry.argument ? entry.usage.replace(" [options]", "") : "";
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Flags and their help by heading; that of commander's own flags comes last. */
function groupOptions(command: CommandUnknownOpts, helper: Help): Map<string, [string, string][]> {
  const groups = new Map<string, [string, string][]>();
  for (const option of helper.visibleOptions(command)) {
    const group = option.helpGroupHeading?.replace(/:$/, "") ?? "Help";
    const row: [string, string] = [helper.optionTerm(option), option.description];
    groups.set(group, [...groups.get(group) ?? [], row]);
  }
  if (command.name() === "start") {
    const version = command.parent?.options.find((option) => option.long === "--version");
    if (version) groups.get("Help")?.push([version.flags, version.description]);
  }
  return groups;
}

function section(
  heading: string,
  rows: readonly (readonly (string | undefined)[])[],
  helper: Help,
): string {
  const width = 28;
  const lines = rows.flatMap(([term = "", text = ""]) =>
    term.length <= width
      ? [helper.formatItem(term, width, text, helper)]
      : [`  ${term}`, helper.formatItem("", width, text, helper)]
  );
  return [`${heading}:`, ...lines].join("\n");
}
