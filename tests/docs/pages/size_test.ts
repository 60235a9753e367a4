/**
 * Documents are short enough to be read.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../../../deno.json" with { type: "json" };
import { needing } from "../../permissions.ts";
import { filesBelow, readSource } from "../source_files.ts";

/** Pages that are looked up rather than read, and may be longer. */
const lookedUp: ReadonlyMap<string, string> = new Map([
  ["docs/reference.md", "made from the tables of the program"],
  ["docs/json.md", "made from the shapes of JSON"],
  ["docs/protocol.md", "a specification"],
]);

function linesOf(path: string): number {
  return readSource(path).split("\n").length - 1;
}

Deno.test({
  ...needing("README has at most 200 lines, a page of docs at most 250", "read"),
  fn() {
    assert.ok(linesOf("README.md") <= 200, `README.md has ${linesOf("README.md")}`);
    const pages = filesBelow("docs").filter((path) => path.endsWith(".md"));
    const long = pages.filter((path) => linesOf(path) > 250);
    assert.deepEqual(long.sort(), [...lookedUp.keys()].sort());
  },
});

Deno.test({
  ...needing("documents name only tasks that exist", "read"),
  fn() {
    const pages = filesBelow("").filter((path) => path.endsWith(".md"));
    const named = pages.flatMap((path) =>
      [...readSource(path).matchAll(/(?:deno|deno@[\d.]+) task ([\w:]+)/g)]
        .map(([, task = ""]) => `${path}: ${task}`)
    );
    assert.ok(named.length > 20, `only ${named.length} were found`);
    const isUnknown = (one: string): boolean =>
      !Object.hasOwn(manifest.tasks, one.slice(one.indexOf(": ") + 2));
    assert.deepEqual(named.filter(isUnknown), []);
  },
});
