/**
 * `docs/reference.md`: commands, options, exit codes, environment and files.
 *
 * @module
 */
import { exitCodeTexts } from "../../lib/cli/exit_codes.ts";
import { commandsMarkdown } from "./commands.ts";
import { optionRules } from "./entries.ts";
import { capital, code, table } from "./markdown.ts";
import { optionsMarkdown } from "./options.ts";
import { files, variablesOfService, variablesRead } from "./surroundings.ts";
import type { Variables } from "./surroundings.ts";

/** The whole page. */
export function referenceMarkdown(): string {
  return [
    intro,
    `## Commands\n\n${commandsIntro}`,
    commandsMarkdown(),
    `## Options\n\n${optionsIntro}`,
    optionsMarkdown(),
    "## Exit codes\n",
    table(["code", "meaning"], exitCodeTexts.map(([number, text]) => [number, capital(text)])),
    `## Environment\n\n${environmentIntro}`,
    variablesTable(variablesRead),
    "The command behind `--` of `start` finds the environment of its node, without cookies and URLs of\n" +
    "registries and without what systemd tells the node, and besides:\n",
    variablesTable(variablesOfService),
    `## Files\n\n${filesIntro}`,
    table(["path", "what it is"], files.map(([path, meaning]) => [pathsCell(path), meaning])),
  ].join("\n");
}

const intro = `# Reference

Every command, option, exit code, variable and file of clusternode. \`deno task reference\` writes this
page from the tables of the program, and a test compares them. Its neighbours are
[the JSON of commands and the log](json.md), [the metrics](metrics.md),
[the page and its API](http.md) and [the registries](registries.md).

- [Commands](#commands)
- [Options](#options)
- [Exit codes](#exit-codes)
- [Environment](#environment)
- [Files](#files)
`;

const commandsIntro =
  `In a terminal, \`clusternode help members\` shows the same of one command, and
\`clusternode help options\` all options. Results go to standard output, everything else to standard
error. Commands that ask about a cluster find a node by the registry, so they take the same
\`--registry\`, \`--cluster\` and cookie as the nodes. Errors are sentences on standard error.
`;

const optionsIntro = `${optionRules.map((rule) => `- ${rule}`).join("\n")}
- A switch is given as a flag alone; in the environment and in the file it is \`on\` or \`off\`.
- The last column has the variable and, behind it, the key in the file of \`--config\`, which is a JSON
  object: \`{ "registry": "/mnt/shared/cluster", "interval": "500ms" }\`.
- Words behind the options of \`start\` are further IP addresses of the node.
`;

const environmentIntro =
  `Each option has a variable of its own, see [options](#options). These are read besides:
`;

const filesIntro = "What is there unless options say otherwise.\n";

function variablesTable(variables: Variables): string {
  const rows = variables.map(([names, meaning]) => [names.map(code).join(", "), meaning]);
  return table(["variable", "meaning"], rows);
}

function pathsCell(paths: string): string {
  return paths.split(", ").map(code).join(", ");
}
