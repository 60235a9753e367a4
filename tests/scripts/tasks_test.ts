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
  ...needing("deno task test and .ci/run leave out no task of tests", "read"),
  fn() {
    const names = testTasks.map(([name]) => name);
    const all = manifest.tasks.test.command;
    const left = names.filter((name) => !all.includes(`deno task ${name} `));
    // They need an engine for containers, packages, and much of the machine.
    assert.deepEqual(left, ["test:containers", "test:packages", "test:live"]);
    const script = readSource(".ci/run");
    assert.match(script, /^step .* deno task test \|\| true$/m);
    // Live tests are run with options of their own, against the binary.
    const unrun = left.filter((name) => {
      const folder = `tests/${name.slice("test:".length)}`;
      return !new RegExp(`" deno task ${name}\\b|deno test .*${folder}\\b`).test(script);
    });
    assert.deepEqual(unrun, []);
  },
});
