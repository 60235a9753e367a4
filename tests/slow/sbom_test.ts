/**
 * The bill of materials of this version: complete, and legal by the schema of CycloneDX.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
// The validator looks for these by itself.
import "ajv";
import "ajv-formats";
import "ajv-formats-draft2019";
import { readSource } from "../docs/source_files.ts";
import { bill } from "../../scripts/sbom.ts";
import { needing } from "../permissions.ts";

/** What the schema has against `value`; `null` if nothing. */
async function schemaFaults(value: unknown): Promise<unknown> {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  return await validator.validate(JSON.stringify(value));
}

Deno.test({
  ...needing("the bill of materials has every package of the lock file", "read", "run", "env"),
  async fn() {
    const made = await bill() as {
      components: { purl: string; scope: string; licenses: unknown }[];
    };
    assert.equal(await schemaFaults(made), null);
    const ofNpm = made.components.filter(({ purl }) => purl.startsWith("pkg:npm/"));
    assert.equal(ofNpm.length, Object.keys(JSON.parse(readSource("deno.lock")).npm).length);
    assert.deepEqual(ofNpm.filter(({ licenses }) => licenses === undefined), []);
    const scopeOf = (start: string): unknown =>
      ofNpm.find(({ purl }) => purl.startsWith(`pkg:npm/${start}@`))?.scope;
    for (const name of ["valibot", "denque", "preact", "%40chainsafe/as-chacha20poly1305"]) {
      assert.equal(scopeOf(name), "required", name);
    }
    for (const name of ["fast-check", "playwright-core", "yaml", "%40noble/ciphers"]) {
      assert.equal(scopeOf(name), "excluded", name);
    }
  },
});

Deno.test({
  ...needing("the schema finds a fault in a bill of materials that has one", "read", "env"),
  async fn() {
    const component = { type: "library", name: "x", scope: "perhaps" };
    const faulty = { bomFormat: "CycloneDX", specVersion: "1.6", components: [component] };
    assert.notEqual(await schemaFaults(faulty), null);
  },
});
