/** Which version is the one before, as histories of any kind tell it. */
import assert from "node:assert/strict";
import { versionBefore } from "./other_version.ts";
import type { Git } from "./other_version.ts";

/** A repository in which `deno.json` names these versions, by names of commits. */
function history(
  options: {
    readonly versions: Readonly<Record<string, string>>;
    readonly tags?: readonly string[];
    /** The commit that raised the version to the present one. */
    readonly raised?: string;
    readonly isShallow?: boolean;
  },
): Git {
  const { versions, tags = [], raised = "", isShallow = false } = options;
  return (command = "", ...args) => {
    switch (command) {
      case "rev-parse":
        return { ok: true, text: args[0]?.startsWith("--") ? `${isShallow}` : `id of ${args[0]}` };
      case "tag":
        return { ok: true, text: tags.join("\n") };
      case "log":
        return { ok: true, text: raised };
      default: {
        const version = versions[args[0]?.split(":")[0] ?? ""];
        return { ok: version !== undefined, text: `{ "version": "${version}" }` };
      }
    }
  };
}

Deno.test("versionBefore() takes the highest tag of another version", () => {
  const versions = { "v0.3.0": "0.3.0", "v0.2.1": "0.2.1", "v0.2.0": "0.2.0" };
  const git = history({ versions, tags: Object.keys(versions), raised: "c" });
  assert.deepEqual(versionBefore("0.3.0", git, true), {
    version: "0.2.1",
    commit: "id of v0.2.1^{commit}",
  });
});

Deno.test("versionBefore() takes the commit that stands for a version without a tag", () => {
  const commit = "b69486ef7663c1ac3010010c088e4b50a3688809";
  const git = history({ versions: { [commit]: "0.1.0", "c1^": "0.1.9" }, raised: "c1" });
  assert.deepEqual(versionBefore("0.2.0", git, true), {
    version: "0.1.0",
    commit: `id of ${commit}^{commit}`,
  });
});

Deno.test("versionBefore() takes the commit before the version was raised when there is no tag", () => {
  const git = history({ versions: { "c1^": "0.1.0", HEAD: "0.2.0" }, raised: "c2\nc1" });
  assert.deepEqual(versionBefore("0.2.0", git, true), {
    version: "0.1.0",
    commit: "id of c1^^{commit}",
  });
});

Deno.test("versionBefore() takes HEAD when the version is raised in no commit yet", () => {
  const git = history({ versions: { HEAD: "0.1.0" } });
  assert.deepEqual(versionBefore("0.2.0", git, true), {
    version: "0.1.0",
    commit: "id of HEAD^{commit}",
  });
});

Deno.test("versionBefore() is skipped in a shallow clone, and fails there with CI=true", () => {
  const git = history({ versions: { HEAD: "0.2.0" }, raised: "c", isShallow: true });
  assert.deepEqual(versionBefore("0.2.0", git, false), {
    missing: "the clone is shallow: fetch the whole history",
  });
  assert.throws(() => versionBefore("0.2.0", git, true), /the clone is shallow.*CI=true/);
});

Deno.test("versionBefore() is skipped by name where no other version ever was, or no git is", () => {
  const git = history({ versions: { HEAD: "0.1.0" }, raised: "c" });
  assert.deepEqual(versionBefore("0.1.0", git, true), {
    missing: "the history has no version but 0.1.0",
  });
  assert.deepEqual(versionBefore("0.1.0", () => ({ ok: false, text: "" }), true), {
    missing: "there is no git history here",
  });
});
