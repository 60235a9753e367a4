/**
 * The README tells the truth: its tables are those of the program, its files are there, its examples
 * run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { optionEntries } from "../lib/options/option_table.ts";
import { commandEntries } from "../lib/cli/parse/command_table.ts";
import { exitCodeTexts } from "../lib/cli/exit_codes.ts";
import { registryUrlFault } from "../lib/registry/url.ts";
import { optionsMarkdown } from "../scripts/options_table.ts";
import manifest from "../deno.json" with { type: "json" };
import { markedBlock, missingAnchors, missingFiles } from "./docs/markdown.ts";
import { readSource } from "./docs/source_files.ts";
import { needing, permitted } from "./permissions.ts";

const readme = permitted("read") ? readSource("README.md") : "";

/** What the README must show; when it does not, the difference is the mending. */
function commandsMarkdown(): string {
  const rows = commandEntries.map(([name, { usage, summary }]) =>
    `| \`${`clusternode ${name} ${usage}`.trim().replaceAll("|", "\\|")}\` | ${summary} |`
  );
  return ["| command | what it does |", "| --- | --- |", ...rows, ""].join("\n");
}

function exitCodesMarkdown(): string {
  const rows = exitCodeTexts.map(([code, text]) => `| ${code} | ${text} |`);
  return ["| code | meaning |", "| --- | --- |", ...rows, ""].join("\n");
}

Deno.test({
  ...needing("README shows the table of options as the program has it", "read"),
  fn() {
    assert.equal(markedBlock(readme, "options"), optionsMarkdown());
    for (const [, { flag, type }] of optionEntries) {
      assert.ok(
        markedBlock(readme, "options").includes(`| \`${flag}${type.isSwitch ? "`" : " "}`),
        `${flag} has a row`,
      );
    }
  },
});

Deno.test({
  ...needing("README shows all commands", "read"),
  fn: () => assert.equal(markedBlock(readme, "commands"), commandsMarkdown()),
});

Deno.test({
  ...needing("README shows all exit codes", "read"),
  fn: () => assert.equal(markedBlock(readme, "exit codes"), exitCodesMarkdown()),
});

Deno.test({
  ...needing("README shows legal URLs of all registries", "read"),
  fn() {
    const table = markedBlock(readme, "registries");
    const urls = [...table.matchAll(/`([a-z0-9]+:[^`\s]+)`/g)].map(([, url = ""]) => url);
    for (const url of urls) assert.equal(registryUrlFault(url), undefined, url);
    const schemeOf = (url: string): string => url.slice(0, url.indexOf(":"));
    const shown = urls.map(schemeOf);
    const [, legal = ""] = registryUrlFault("gopher://h")?.split("legal are ") ?? [];
    assert.deepEqual(legal.split(", ").map(schemeOf).filter((name) => !shown.includes(name)), []);
  },
});

Deno.test({
  ...needing("README links to files and headings that exist", "read"),
  fn() {
    assert.deepEqual(missingFiles(readme, ""), []);
    assert.deepEqual(missingAnchors(readme), []);
  },
});

Deno.test({
  ...needing("README names only tasks that exist", "read"),
  fn() {
    const named = [...readme.matchAll(/(?:deno|deno@[\d.]+) task (\w+)/g)].map(([, task]) => task);
    assert.ok(named.length > 0);
    assert.deepEqual(named.filter((task) => !Object.hasOwn(manifest.tasks, task ?? "")), []);
  },
});

Deno.test({
  ...needing("README uses only flags and commands that exist", "read"),
  fn() {
    const lines = [...readme.matchAll(/^clusternode (.*)$/gm)].map(([, words = ""]) => words);
    assert.ok(lines.length > 5);
    const commands: readonly string[] = commandEntries.map(([name]) => name);
    const flags = new Set([
      ...optionEntries.map(([, { flag }]) => flag),
      ...commandEntries.flatMap(([, entry]) => Object.values(entry.flags).map(({ flag }) => flag)),
    ]);
    for (const line of lines) {
      const [command = ""] = line.split(" ");
      assert.ok(commands.includes(command), line);
      for (const [flag] of line.replace(/ -- .*|#.*/, "").matchAll(/(?<=\s)--[a-z-]+/g)) {
        assert.ok(flags.has(flag as `--${string}`), `${flag} in: ${line}`);
      }
    }
  },
});
