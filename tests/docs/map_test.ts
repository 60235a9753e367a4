/**
 * The map of the code, `lib/README.md`, shows what is there.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { needing, permitted } from "../permissions.ts";
import { exists, missingAnchors, missingFiles } from "./markdown.ts";
import { filesBelow, readSource } from "./source_files.ts";

const map = permitted("read") ? readSource("lib/README.md") : "";

/** What is named in backquotes and looks like a path. */
function namedPaths(): string[] {
  const quoted = [...map.matchAll(/`([^`\s]+)`/g)].map(([, text = ""]) => text);
  return quoted.filter((text) => /^(lib|tests|scripts)\/|^[\w.]+\.(ts|yaml|json)$/.test(text));
}

Deno.test({
  ...needing("lib/README names only files and folders that exist", "read"),
  fn() {
    const named = namedPaths();
    assert.ok(named.length > 40, `only ${named.length} paths were found`);
    assert.deepEqual(named.filter((path) => !exists(path)), []);
    assert.deepEqual(missingFiles(map, "lib/"), []);
    assert.deepEqual(missingAnchors(map), []);
  },
});

Deno.test({
  ...needing("lib/README names every folder of the library", "read"),
  fn() {
    const folders = new Set(
      filesBelow("lib").filter((path) => path.split("/").length > 2)
        .map((path) => path.slice(0, path.lastIndexOf("/") + 1)),
    );
    const named = namedPaths();
    assert.deepEqual([...folders].filter((folder) => !named.includes(folder)), []);
  },
});

Deno.test({
  ...needing("lib/README is read within minutes: at most 150 lines", "read"),
  fn() {
    assert.ok(map.split("\n").length - 1 <= 150);
  },
});

Deno.test({
  ...needing("docs/dependencies.md gives a reason for every dependency", "read"),
  fn() {
    const table = readSource("docs/dependencies.md");
    const unnamed = Object.keys(manifest.imports).filter((name) => !table.includes(`\`${name}\``));
    assert.deepEqual(unnamed, []);
  },
});
