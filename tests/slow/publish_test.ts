/**
 * The library can be published: no slow types, nothing left out, nothing that is found here alone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { deno } from "../docs/deno.ts";
import { projectRoot } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";

Deno.test({
  ...needing("scripts/publish.ts --dry-run finds no fault", "read", "write", "run"),
  async fn() {
    const args = ["run", "-A", "scripts/publish.ts", "--dry-run", "--allow-dirty"];
    const { success, stdout, stderr } = await deno(args, projectRoot);
    assert.ok(success, stdout + stderr);
    assert.doesNotMatch(stderr, /^(warning|error)\[/m);
    for (const file of ["lib/core/mod.ts", "lib/registry/mod.ts", "lib/protocol/message.ts"]) {
      assert.ok(stderr.includes(file) || stdout.includes(file), `${file} is in the package`);
    }
  },
});
