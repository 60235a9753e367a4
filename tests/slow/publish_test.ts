/**
 * The library can be published: no slow types, nothing left out, nothing that its users do not need.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { layOut, packageContent } from "../../scripts/publish.ts";
import { deno } from "../docs/deno.ts";
import { projectRoot } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

Deno.test({
  ...needing("deno task publish --dry-run finds no fault", "read", "write", "run"),
  async fn() {
    const { success, stdout, stderr } = await deno(["task", "publish", "--dry-run"], projectRoot);
    assert.ok(success, stdout + stderr);
    assert.doesNotMatch(stderr, /^(warning|error)\b/m);
    assert.match(stderr, new RegExp(`${manifest.name}@${manifest.version}`));
    const listed = [
      ...(stdout + stderr).matchAll(/^ +file:\/\/.*?\/clusternode-publish-\w+\/(\S+)/mg),
    ]
      .map(([, path = ""]) => path);
    const { modules } = await packageContent();
    const documents = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json"];
    assert.deepEqual(listed.sort(), [...documents, ...modules].sort());
  },
});

Deno.test({
  ...needing("the package has what its exports need, and no command", "read", "run"),
  async fn() {
    const { modules, imports } = await packageContent();
    for (const path of Object.values(manifest.exports)) {
      assert.ok(modules.includes(path.replace("./", "")), path);
    }
    const strangers = modules.filter((path) => /^lib\/(cli|doctor|http\/page)\//.test(path));
    assert.deepEqual(strangers, []);
    assert.ok(modules.every((path) => /^lib\/.*\.ts$/.test(path)));
    for (const tool of ["fast-check", "yaml", "playwright-core", "preact"]) {
      assert.ok(!(tool in imports), tool);
    }
  },
});

Deno.test({
  ...needing("a program runs with nothing but the package", "read", "write", "run", "net", "env"),
  async fn() {
    await using folder = new TemporaryFolder();
    await layOut(folder.path);
    const program = `import { startNode } from "@clusternode/clusternode";
const options = { registry: "memory:package", logFile: "none" };
const one = await startNode({ ...options, name: "n1@127.0.0.1" });
const other = await startNode({ ...options, name: "n2@127.0.0.1" });
await other.waitFor({ members: 2 });
await Promise.all([one.leave(), other.leave()]);
console.log("met");
`;
    await Deno.writeTextFile(`${folder.path}/program.ts`, program);
    const { success, stdout, stderr } = await deno(["run", "-A", "program.ts"], folder.path);
    assert.ok(success, stderr);
    assert.match(stdout, /^met$/m);
  },
});
