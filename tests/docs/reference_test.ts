/**
 * The documents that are made from tables say what the program has; `deno task reference` mends them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { exitCodeTexts } from "../../lib/cli/exit_codes.ts";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { flagsOf } from "../../lib/cli/parse/flags.ts";
import { optionEntries } from "../../lib/options/option_table.ts";
import { documents } from "../../scripts/reference.ts";
import { limitsOf, ownFlagsOf, sharedText } from "../../scripts/reference/entries.ts";
import { variablesOfService, variablesRead } from "../../scripts/reference/surroundings.ts";
import { needing, permitted } from "../permissions.ts";
import { chapter, codeBlocks, missingAnchors, missingFiles } from "./markdown.ts";
import { filesBelow, readSource } from "./source_files.ts";

for (const [path, make] of Object.entries(documents)) {
  Deno.test({
    ...needing(`${path} is what deno task reference writes`, "read"),
    fn() {
      const page = readSource(path);
      assert.equal(page, make(page));
    },
  });
}

const page = permitted("read") ? readSource("docs/reference.md") : "";

Deno.test({
  ...needing("docs/reference.md links to files and headings that exist", "read"),
  fn() {
    assert.deepEqual(missingFiles(page, "docs/"), []);
    assert.deepEqual(missingAnchors(page), []);
  },
});

Deno.test({
  ...needing("docs/reference.md has each option with its variable, and each exit code", "read"),
  fn() {
    const options = chapter(page, "Options");
    for (const [, { flag, variable, trade }] of optionEntries) {
      const row = options.split("\n").find((line) => new RegExp(`^\\| \`${flag}[ \`]`).test(line));
      assert.ok(row?.includes(`\`${variable}\``) && row.includes(trade), `${flag} has a row`);
    }
    const codes = chapter(page, "Exit codes");
    for (const [code] of exitCodeTexts) assert.ok(codes.includes(`\n| ${code} | `), code);
  },
});

Deno.test({
  ...needing("docs/reference.md has a chapter for each command, with all that it takes", "read"),
  fn() {
    for (const [name, { examples }] of commandEntries) {
      const text = chapter(page, `clusternode ${name}`);
      for (const { flag } of ownFlagsOf(name)) assert.match(text, new RegExp(`${flag}[ \`]`), name);
      const shown = codeBlocks(text, "sh").flatMap((block) => block.trim().split("\n"));
      assert.deepEqual(shown, examples);
    }
  },
});

Deno.test("sharedText() leaves no doubt about any option of nodes", () => {
  const all = optionEntries.map(([, { flag }]) => flag);
  for (const [name] of commandEntries) {
    const [text = ""] = sharedText(name);
    const named = [...text.matchAll(/`(--[a-z-]+)`/g)].map(([, flag = ""]) => flag);
    const told = text.includes(" all ") ? all.filter((flag) => !named.includes(flag)) : named;
    const taken = flagsOf(name).filter(({ key }) => key !== undefined).map(({ flag }) => flag);
    assert.deepEqual(told, taken, text);
  }
  assert.equal(sharedText("start")[0], "It takes all options of nodes.");
  assert.deepEqual(sharedText("keygen"), []);
});

Deno.test({
  ...needing("docs/reference.md has each variable that the program reads, and no other", "read"),
  fn() {
    const sources = filesBelow("lib").filter((path) => path.endsWith(".ts")).map(readSource).join();
    const reading = /environment(?:\??\.?\["|\("|, ")([A-Z][A-Z0-9_]+)"/g;
    const read = new Set([...sources.matchAll(reading)].map(([, name = ""]) => name));
    assert.ok(read.size > 20, `only ${read.size} were found`);
    const shown = variablesRead.flatMap(([names]) => names);
    assert.deepEqual([...read].filter((name) => !shown.includes(name)), []);
    const told = variablesOfService.flatMap(([names]) => names);
    const words = sources.toLowerCase();
    const unknown = (name: string): boolean => !words.includes(name.toLowerCase());
    assert.deepEqual([...shown, ...told].filter(unknown), []);
    for (const name of [...shown, ...told]) assert.ok(page.includes(`\`${name}\``), name);
  },
});

Deno.test("limitsOf() finds the limits of amounts, and none of other values", () => {
  const shown = Object.fromEntries(
    optionEntries.map(([key, { type }]) => [key, limitsOf(type)]),
  );
  assert.equal(shown["interval"], "100ms to 1m");
  assert.equal(shown["logMaxSize"], "1KB to 10GB");
  assert.equal(shown["successCodes"], "0 to 255");
  assert.equal(shown["history"], "1m to 744h");
  for (const key of ["name", "cookie", "listen", "after"]) assert.equal(shown[key], "", key);
});
