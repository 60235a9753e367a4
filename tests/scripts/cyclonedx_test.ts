/** The bill of materials, made of a small lock file. */
import assert from "node:assert/strict";
import { billOfMaterials, lockedPackages } from "../../scripts/release/cyclonedx.ts";
import type { Materials } from "../../scripts/release/cyclonedx.ts";

const integrity = `sha512-${btoa("\0".repeat(63) + "\xff")}`;

const packages = lockedPackages({
  npm: {
    "@scope/one@1.2.3_two@2.0.0": { integrity, dependencies: ["two", "three@3.0.0"] },
    "two@2.0.0": { integrity },
    "three@3.0.0": { integrity, dependencies: ["two"] },
    "three@4.0.0": { integrity },
  },
});

const licences = new Map([["two@2.0.0", "ISC"], ["three@3.0.0", "(MIT OR Apache-2.0)"]]);

const materials: Materials = {
  ...{ version: "0.2.0", sourceTimeMs: Date.UTC(2026, 2, 1), denoVersion: "2.9.6" },
  direct: ["@scope/one@1.2.3_two@2.0.0", "three@4.0.0"],
  packages: packages.map((one) => ({
    ...one,
    licence: licences.get(one.key),
    isInProgram: one.key !== "three@4.0.0",
  })),
};

Deno.test("lockedPackages() resolves names of dependencies, and leaves peers out of versions", () => {
  assert.deepEqual(packages.map(({ name, version }) => `${name} ${version}`), [
    "@scope/one 1.2.3",
    "two 2.0.0",
    "three 3.0.0",
    "three 4.0.0",
  ]);
  assert.deepEqual(packages[0]?.dependencies, ["two@2.0.0", "three@3.0.0"]);
  assert.throws(
    () => lockedPackages({ npm: { "a@1.0.0": { integrity, dependencies: ["b"] } } }),
    /deno\.lock has no package "b"/,
  );
});

Deno.test("billOfMaterials() tells of each package what is known, and of the runtime", async () => {
  const { components, dependencies } = await billOfMaterials(materials) as {
    components: Record<string, unknown>[];
    dependencies: unknown;
  };
  assert.deepEqual(components[1], {
    ...{ type: "library", "bom-ref": "pkg:npm/%40scope/one@1.2.3", group: "@scope", name: "one" },
    ...{ version: "1.2.3", scope: "required", purl: "pkg:npm/%40scope/one@1.2.3" },
    hashes: [{ alg: "SHA-512", content: "00".repeat(63) + "ff" }],
  });
  assert.deepEqual(components.map(({ purl, scope, licenses }) => [purl, scope, licenses]), [
    ["pkg:github/denoland/deno@v2.9.6", "required", [{ license: { id: "MIT" } }]],
    ["pkg:npm/%40scope/one@1.2.3", "required", undefined],
    ["pkg:npm/two@2.0.0", "required", [{ license: { id: "ISC" } }]],
    ["pkg:npm/three@3.0.0", "required", [{ expression: "MIT OR Apache-2.0" }]],
    ["pkg:npm/three@4.0.0", "excluded", undefined],
  ]);
  assert.deepEqual(dependencies, [
    {
      ref: "pkg:generic/clusternode@0.2.0",
      dependsOn: [
        "pkg:github/denoland/deno@v2.9.6",
        "pkg:npm/%40scope/one@1.2.3",
        "pkg:npm/three@4.0.0",
      ],
    },
    {
      ref: "pkg:npm/%40scope/one@1.2.3",
      dependsOn: ["pkg:npm/two@2.0.0", "pkg:npm/three@3.0.0"],
    },
    { ref: "pkg:npm/two@2.0.0", dependsOn: [] },
    { ref: "pkg:npm/three@3.0.0", dependsOn: ["pkg:npm/two@2.0.0"] },
    { ref: "pkg:npm/three@4.0.0", dependsOn: [] },
  ]);
});

Deno.test("billOfMaterials() has a number that only other materials change", async () => {
  const numberOf = async (change: Partial<Materials>): Promise<unknown> =>
    (await billOfMaterials({ ...materials, ...change })).serialNumber;
  const number = await numberOf({});
  assert.match(String(number), /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  assert.equal(await numberOf({}), number);
  assert.notEqual(await numberOf({ version: "0.2.1" }), number);
});
