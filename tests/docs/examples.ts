/**
 * Runs the examples of documents, as a reader would who copies them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { codeBlocks } from "./markdown.ts";
import { projectRoot, readSource } from "./source_files.ts";

/** What the documentation says that a node needs. */
const permissions = ["--no-prompt", "--allow-net", "--allow-sys=hostname,networkInterfaces"];

/** Adds a test that checks the types of every `ts` block in these files, and runs it. */
export function exampleTest(paths: readonly string[]): void {
  Deno.test({
    ...needing(`the examples in ${paths.join(" and ")} run`, "read", "write", "run"),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const files: string[] = [];
        for (const path of paths) {
          const blocks = codeBlocks(readSource(path), "ts");
          assert.ok(blocks.length > 0, `${path} has examples`);
          for (const block of blocks) {
            const file = `${folder}/example_${files.length}.ts`;
            await Deno.writeTextFile(file, block);
            files.push(file);
          }
        }
        await deno("check", ...files);
        await Promise.all(files.map((file) => deno("run", "--no-check", ...permissions, file)));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function deno(command: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, `--config=${projectRoot}deno.json`, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
