/**
 * The threat model promises nothing that no test shows.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing, permitted } from "../permissions.ts";
import { missingAnchors, missingFiles } from "./markdown.ts";
import { readSource } from "./source_files.ts";

const page = permitted("read") ? readSource("docs/threat_model.md") : "";

Deno.test({
  ...needing("docs/threat_model.md names a test for whatever somebody cannot do", "read"),
  fn() {
    const claims = [...page.matchAll(/^\| \*\*Cannot\*\* (.*) \| (.*) \|$/gm)];
    assert.ok(claims.length >= 8, `only ${claims.length} claims were found`);
    const unshown = claims.filter(([, , shown = ""]) =>
      !/\]\(\.\.\/tests\/\S+_test\.ts\)/.test(shown)
    );
    assert.deepEqual(unshown.map(([, claim]) => claim), []);
    assert.deepEqual(missingFiles(page, "docs/"), []);
    assert.deepEqual(missingAnchors(page), []);
  },
});

Deno.test({
  ...needing("the README leads to the threat model and the protocol", "read"),
  fn() {
    const readme = readSource("README.md");
    for (const name of ["threat_model", "protocol"]) {
      assert.ok(readme.includes(`](docs/${name}.md)`), name);
    }
  },
});
