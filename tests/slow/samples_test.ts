/** The README shows what the program prints. */
import assert from "node:assert/strict";
import { samples, simulateArgs, withSamples } from "../../scripts/samples.ts";
import { readSource } from "../docs/source_files.ts";
import { needing, permitted } from "../permissions.ts";

const readme = permitted("read") ? readSource("README.md") : "";

for (const name of Object.keys(samples)) {
  Deno.test({
    ...needing(`README shows the sample "${name}" as the program makes it`, "read", "sys", "env"),
    fn: async () => assert.equal(readme, await withSamples(readme, [name])),
  });
}

Deno.test({
  ...needing("README shows the command of the simulation that it shows", "read"),
  fn: () => assert.ok(readme.includes(`\nclusternode simulate ${simulateArgs}\n`)),
});
