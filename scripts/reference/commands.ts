/**
 * The commands as Markdown, from their table.
 *
 * @module
 */
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import type { CliCommand } from "../../lib/cli/parse/command_table.ts";
import type { Flag } from "../../lib/cli/parse/flags.ts";
import { entryOf, limitsOf, ownFlagsOf, sharedText, usageOf } from "./entries.ts";
import { anchor, capital, code, table } from "./markdown.ts";

/** All commands in a table, and each in a chapter of its own. */
export function commandsMarkdown(): string {
  const rows = commandEntries.map(([name, { summary }]) => [
    `[\`${name}\`](#${anchor(`clusternode ${name}`)})`,
    capital(summary),
  ]);
  return [
    table(["command", "what it does"], rows),
    ...commandEntries.map(([name]) => chapter(name)),
  ]
    .join("\n");
}

function chapter(command: CliCommand): string {
  const { summary, aliases = [], argument, examples } = entryOf(command);
  const also = aliases.length === 0 ? "" : ` Also called ${aliases.map(code).join(", ")}.`;
  const own = ownFlagsOf(command);
  const rows = [
    ...argument === undefined ? [] : [[code(`<${argument.name}>`), "", argument.help]],
    ...own.map(flagRow),
  ];
  return [
    `### clusternode ${command}`,
    `${capital(summary)}.${also}`,
    `\`\`\`text\n${usageOf(command)}\n\`\`\``,
    rows.length === 0 ? [] : table(["argument", "default", "meaning"], rows).trimEnd(),
    sharedText(command).map((text) => text.replace(/options of nodes/i, "[$&](#options)")),
    examples.length === 0 ? [] : `\`\`\`sh\n${examples.join("\n")}\n\`\`\``,
  ].flat().join("\n\n") + "\n";
}

function flagRow({ flag, short, type, help, standard }: Flag): readonly string[] {
  const limits = limitsOf(type);
  const isSaid = limits === "" || help.includes(limits.split(" ").at(-1) ?? "");
  const value = type === undefined ? "" : ` <${type.placeholder}>`;
  return [
    code(`${short === undefined ? "" : `${short}, `}${flag}${value}`),
    standard,
    `${capital(help)}${isSaid ? "" : `; from ${limits}`}`,
  ];
}
