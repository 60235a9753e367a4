/**
 * Prints the table of options for the README, from the option table:
 * `deno run scripts/options_table.ts`.
 *
 * @module
 */
import { optionEntries } from "../lib/options/option_table.ts";
import type { OptionEntry } from "../lib/options/option_entry.ts";

/** The table of options as Markdown, with a line break at its end. */
export function optionsMarkdown(): string {
  const rows = optionEntries.map(([key, entry]) => [
    entry.type.isSwitch ? `\`${entry.flag}\`` : `\`${entry.flag} <${entry.type.placeholder}>\``,
    `\`${entry.variable}\``,
    entry.inConfigFile === false ? "" : `\`${key}\``,
    defaultCell(entry),
    `${capital(entry.help)}. ${entry.trade}`,
  ]);
  const head = ["option", "environment", "config key", "default", "meaning"];
  return [head, head.map(() => "---"), ...rows].map(line).join("\n") + "\n";
}

function defaultCell({ default: standard, defaultText }: OptionEntry): string {
  return defaultText ?? [standard ?? []].flat().map((text) => `\`${text}\``).join(", ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

if (import.meta.main) {
  await Deno.stdout.write(new TextEncoder().encode(optionsMarkdown()));
}
