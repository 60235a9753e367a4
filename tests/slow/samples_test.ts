/** Documents show what the program prints. */
import assert from "node:assert/strict";
import { samples, simulateArgs, withSample } from "../../scripts/samples.ts";
import { filesBelow, readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";

for (const [name, { page }] of Object.entries(samples)) {
  Deno.test({
    ...needing(`${page} shows the sample "${name}" as the program makes it`, "read", "sys", "env"),
    async fn() {
      const text = readSource(page);
      assert.equal(text, await withSample(text, name));
    },
  });
}

Deno.test({
  ...needing("every sample in a document is made by the program", "read"),
  fn() {
    const pages = filesBelow("").filter((path) => path.endsWith(".md"));
    const shown = pages.flatMap((page) =>
      [...readSource(page).matchAll(/^<!-- sample (\w+):/gm)].map(([, name]) => `${page} ${name}`)
    );
    const made = Object.entries(samples).map(([name, { page }]) => `${page} ${name}`);
    assert.deepEqual(shown.sort(), made.sort());
  },
});

Deno.test({
  ...needing("the page about simulation shows the command whose output it shows", "read"),
  fn() {
    assert.ok(
      readSource("docs/simulation.md").includes(`\nclusternode simulate ${simulateArgs}\n`),
    );
  },
});
