/**
 * The README tells the truth: its registries are those of the program, its files are there, its
 * examples run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { optionEntries } from "../lib/options/option_table.ts";
import { commandEntries } from "../lib/cli/parse/command_table.ts";
import { registryUrlFault } from "../lib/registry/url.ts";
import manifest from "../deno.json" with { type: "json" };
import { markedBlock, missingAnchors, missingFiles } from "./docs/markdown.ts";
import { readSource } from "./docs/source_files.ts";
import { needing, permitted } from "./permissions.ts";

const readme = permitted("read") ? readSource("README.md") : "";

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
