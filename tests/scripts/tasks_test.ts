/** Every test is run by a task, and every task of tests by the command that runs all. */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { exists } from "../docs/markdown.ts";
import { filesBelow, readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { foldersOfOtherTasks, shareCount } from "../unit/shares.ts";

/** Names and commands of the tasks that run a part of the tests. */
const testTasks = Object.entries(manifest.tasks).flatMap(([name, task]) =>
  name.startsWith("test:") && typeof task === "object" && "command" in task
    ? [[name, task.command] as const]
    : []
);

Deno.test({
  ...needing("tasks run every folder of tests that the unit tests leave out, once", "read"),
  fn() {
    for (const folder of foldersOfOtherTasks) {
      assert.ok(exists(`tests/${folder}`), folder);
      const runs = testTasks.filter(([, command]) =>
        command.split(" ").includes(`tests/${folder}`)
      );
      assert.equal(runs.length, 1, `${folder} is run by: ${runs.map(([name]) => name)}`);
    }
  },
});

Deno.test({
  ...needing("tasks run every share of the unit tests", "read"),
  fn() {
    const shares = filesBelow("tests/unit").filter((path) => /share_\d+\.ts$/.test(path));
    const expected = Array.from({ length: shareCount }, (_, index) => index + 1);
    assert.deepEqual(shares, expected.map((number) => `tests/unit/share_${number}.ts`));
    for (const number of expected) {
      assert.match(readSource(`tests/unit/share_${number}.ts`), new RegExp(`\\(${number}\\)`));
    }
  },
});

Deno.test({
  ...needing(".ci/run runs every task of tests, most of them by deno task test", "read"),
  fn() {
    const all = `${manifest.tasks.test.command} ${readSource(".ci/run")}`;
    const unrun = testTasks.map(([name]) => name).filter((name) =>
      // Live tests are run against the binary, if there is one.
      !new RegExp(`deno task ${name}\\b|deno test .*tests/${name.slice(5)}\\b`).test(all)
    );
    assert.deepEqual(unrun, []);
    assert.match(all, /deno task test\s/);
  },
});
