/**
 * Runs the examples of documents, as a reader would who copies them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { deno } from "../docs/deno.ts";
import { exampleFiles } from "../docs/example_files.ts";
import { codeBlocks } from "../docs/markdown.ts";
import { projectRoot, readSource } from "../docs/source_files.ts";

/** What the documentation says that a node needs. */
const permissions = ["--no-prompt", "--allow-net", "--allow-sys=hostname,networkInterfaces"];

Deno.test({
  ...needing("the examples in the documents and of the library run", "read", "write", "run"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const files: string[] = [];
      for (const path of exampleFiles) {
        const blocks = codeBlocks(readSource(path), "ts");
        assert.ok(blocks.length > 0, `${path} has examples`);
        for (const block of blocks) {
          const file = `${folder}/example_${files.length}.ts`;
          await Deno.writeTextFile(file, block);
          files.push(file);
        }
      }
      await succeeds("check", ...files);
      await Promise.all(files.map((file) => succeeds("run", "--no-check", ...permissions, file)));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function succeeds(command: string, ...args: readonly string[]): Promise<void> {
  const all = [command, `--config=${projectRoot}deno.json`, ...args];
  const { success, stderr } = await deno(all, projectRoot);
  assert.ok(success, stderr);
}
