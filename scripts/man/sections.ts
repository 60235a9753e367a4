/**
 * The sections of the manual page that come from the tables.
 *
 * @module
 */
import { exitCodeTexts } from "../../lib/cli/exit_codes.ts";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import type { CliCommand } from "../../lib/cli/parse/command_table.ts";
import { defaultText, helpFlag, versionFlag } from "../../lib/cli/parse/flags.ts";
import type { Flag } from "../../lib/cli/parse/flags.ts";
import type { OptionEntry } from "../../lib/options/option_entry.ts";
import type { OptionKey } from "../../lib/options/option_table.ts";
import {
  entryOf,
  limitsOf,
  optionGroups,
  optionRules,
  ownFlagsOf,
  sharedText,
} from "../reference/entries.ts";
import { capital } from "../reference/markdown.ts";
import { files, variablesOfService, variablesRead } from "../reference/surroundings.ts";
import type { Variables } from "../reference/surroundings.ts";
import { bold, entry, escaped, example, indented, italic } from "./roff.ts";
import { paragraph, prose, section, subsection } from "./roff.ts";

/** Every command with what is its own. */
export function commandsSection(): string {
  return section("COMMANDS", ...commandEntries.map(([name]) => command(name)));
}

function command(name: CliCommand): string {
  const { summary, aliases = [], argument } = entryOf(name);
  const also = aliases.length === 0 ? "" : ` Also called ${aliases.join(", ")}.`;
  return entry(
    `${bold(name)}${usage(entryOf(name).usage)}`,
    prose(`${capital(summary)}.${also}`),
    indented(
      ...argument === undefined ? [] : [entry(italic(argument.name), prose(argument.help))],
      ...ownFlagsOf(name).map(flag),
    ),
    ...sharedText(name).map((text) => `.IP\n${prose(text)}`),
  );
}

/** `<name>… [options]`: what is typed as it stands in bold, the rest in italics. */
function usage(text: string): string {
  const parts = text.replaceAll("<", "").replaceAll(">", "").split(/([a-zA-Z]+)/);
  return text === ""
    ? ""
    : " " + parts.map((part, index) =>
      index % 2 === 0 ? escaped(part) : text.includes("bash") ? bold(part) : italic(part)
    ).join("");
}

function flag({ flag, short, type, help, standard }: Flag): string {
  const limits = limitsOf(type);
  const known = [
    help,
    ...limits === "" || help.includes(limits.split(" ").at(-1) ?? "") ? [] : [`from ${limits}`],
    ...standard === "" ? [] : [`default: ${standard}`],
  ];
  const names = [short ?? [], flag].flat().map(bold).join(", ");
  return entry(
    `${names}${type === undefined ? "" : ` ${italic(type.placeholder)}`}`,
    prose(`${capital(known.join("; "))}.`),
  );
}

/** All options of nodes, by group. */
export function optionsSection(): string {
  return section(
    "OPTIONS",
    prose(optionRules.join(" ")),
    ...[...optionGroups].map(([group, entries]) => subsection(group, ...entries.map(option))),
    subsection(helpFlag.group, flag(helpFlag), flag(versionFlag)),
  );
}

function option([key, row]: readonly [OptionKey, OptionEntry]): string {
  const { type, flag, variable, help, trade, inConfigFile } = row;
  const [limits, standard] = [limitsOf(type), defaultText(row)];
  const known = [
    ...limits === "" ? [] : [`From ${limits}.`],
    ...standard === "" ? [] : [`Default: ${standard}.`],
    `Variable: ${variable}.`,
    ...inConfigFile === false ? [] : [`Key in the file of --config: ${key}.`],
  ];
  return entry(
    `${bold(flag)}${type.isSwitch ? "" : ` ${italic(type.placeholder)}`}`,
    prose(`${capital(help)}. ${trade}`),
    ".br",
    prose(known.join(" ")),
  );
}

/** Variables that are no options. */
export function environmentSection(): string {
  return section(
    "ENVIRONMENT",
    prose("Each option has a variable of its own, named with it. These are read besides:"),
    ...variables(variablesRead),
    paragraph(
      "The command behind `--` finds the environment of its node, without cookies and URLs of " +
        "registries and without what systemd tells the node, and besides:",
    ),
    ...variables(variablesOfService),
  );
}

function variables(table: Variables): string[] {
  return table.map(([names, meaning]) => entry(names.map(bold).join(", "), prose(meaning)));
}

/** Files that are there unless options say otherwise. */
export function filesSection(): string {
  return section("FILES", ...files.map(([path, meaning]) => entry(italic(path), prose(meaning))));
}

/** How a run has ended. */
export function exitStatusSection(): string {
  return section(
    "EXIT STATUS",
    ...exitCodeTexts.map(([code, text]) => entry(bold(code), prose(`${capital(text)}.`))),
  );
}

/** What can be typed, command by command. */
export function examplesSection(): string {
  const shown = commandEntries.filter(([, { examples }]) => examples.length > 0);
  return section(
    "EXAMPLES",
    shown.map(([, { summary, examples }]) =>
      `${prose(`${capital(summary)}:`)}\n${example(examples)}`
    ).join("\n.PP\n"),
  );
}
