/**
 * Versions that several files name.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { decodeUtf8 } from "../../lib/core/base/text.ts";
import { rowVersion } from "../../lib/core/members/row.ts";
import { prologueOf } from "../../lib/transport/handshake.ts";
import { softwareVersion } from "../../lib/version.ts";
import { needing } from "../permissions.ts";
import { filesBelow, readSource } from "./source_files.ts";

/** How each file names the version of Deno. */
const denoVersions: ReadonlyMap<string, RegExp> = new Map([
  ["Dockerfile", /^ARG DENO_VERSION=(.*)$/mg],
  [".ci/run", /^deno_version=(.*)$/mg],
  [".github/workflows/ci.yaml", /\bdeno-version: (.*)$/mg],
  [".github/workflows/jsr.yaml", /\bdeno-version: (.*)$/mg],
  [".github/workflows/release.yaml", /\bdeno-version: (.*)$/mg],
  ["README.md", /\bdeno@([\d.]+)/g],
  ["docs/getting_started.md", /\bdeno@([\d.]+)/g],
  [".github/CONTRIBUTING.md", /\bdeno@([\d.]+)/g],
  ["tests/containers/s3_stand_in.yaml", /\bdenoland\/deno:(.*)$/mg],
]);

Deno.test({
  ...needing("all files name the same version of Deno", "read"),
  fn() {
    const named = new Map<string, string[]>();
    for (const [file, pattern] of denoVersions) {
      const text = readSource(file);
      const versions = Array.from(text.matchAll(pattern), ([, version = ""]) => version);
      assert.ok(versions.length > 0, `${file} names none`);
      for (const version of versions) named.set(version, [...named.get(version) ?? [], file]);
    }
    assert.equal(named.size, 1, Deno.inspect(named));
  },
});

Deno.test({
  ...needing("all places that tell the version agree", "read"),
  fn() {
    assert.equal(softwareVersion, manifest.version);
    const label = /org\.opencontainers\.image\.version="(.*)"/.exec(readSource("Dockerfile"));
    assert.equal(label?.[1], manifest.version);
  },
});

Deno.test({
  ...needing("images and packages in documents are those of this version", "read"),
  fn() {
    const pages = filesBelow("docs").filter((path) => /\.(md|yaml)$/.test(path));
    const named = pages.flatMap((path) =>
      [...readSource(path).matchAll(/\/clusternode[:@](\d+\.\d+\.\d+)/g)]
        .map(([, version = ""]) => `${path} ${version}`)
    );
    assert.ok(named.length >= 5, `only ${named.length} were found`);
    assert.deepEqual(named.filter((one) => !one.endsWith(` ${manifest.version}`)), []);
  },
});

Deno.test({
  ...needing("docs/versions.md names the wire, the rows and the schemas as they are", "read"),
  fn() {
    const text = readSource("docs/versions.md");
    const wire = decodeUtf8(prologueOf());
    assert.ok(text.includes(`| \`${wire}\`, in the first message |`), wire);
    assert.ok(text.includes(`| \`"version": ${rowVersion}\`, in each row |`));
    const [, schema = ""] = /`schema`, such as `([\w.-]+)`/.exec(text) ?? [];
    assert.ok(readSource("docs/json.md").includes(`### ${schema}\n`), schema);
    assert.ok(schema !== "");
  },
});
