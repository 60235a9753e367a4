/**
 * The options of nodes as Markdown, from the option table.
 *
 * @module
 */
import type { OptionEntry } from "../../lib/options/option_entry.ts";
import type { OptionKey } from "../../lib/options/option_table.ts";
import { limitsOf, optionGroups } from "./entries.ts";
import { capital, code, table } from "./markdown.ts";

/** A heading and a table for each group. */
export function optionsMarkdown(): string {
  return [...optionGroups].map(([group, entries]) =>
    `### ${group}\n\n${table(["option", "default", "meaning", "elsewhere"], entries.map(row))}`
  ).join("\n");
}

function row([key, entry]: readonly [OptionKey, OptionEntry]): readonly string[] {
  const { type, flag, variable, help, trade, inConfigFile } = entry;
  const limits = limitsOf(type);
  return [
    code(type.isSwitch ? flag : `${flag} <${type.placeholder}>`),
    defaultCell(entry),
    `${capital(help)}. ${trade}${limits === "" ? "" : ` From ${limits}.`}`,
    [variable, ...inConfigFile === false ? [] : [key]].map(code).join(", "),
  ];
}

function defaultCell({ default: standard, defaultText }: OptionEntry): string {
  return defaultText ?? [standard ?? []].flat().map(code).join(", ");
}
