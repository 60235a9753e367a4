/**
 * All shapes together: what makes them fit for one index.
 *
 * @module
 */
import assert from "node:assert/strict";
import { codeBlocks } from "../docs/markdown.ts";
import { readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { reportIn } from "./lines.ts";
import { fields } from "../../lib/report/fields.ts";
import { reportSchemas } from "../../lib/report/reports.ts";
import { keysOf, shapesMarkdown, typeOf } from "../../scripts/reference/json_shapes.ts";
import type { Key, Schema } from "../../scripts/reference/json_shapes.ts";

const allKeys: readonly (Key & { readonly kind: string })[] = Object.entries(reportSchemas)
  .flatMap(([kind, schema]) => keysOf(schema).map((key) => ({ kind, ...key })));

Deno.test("every report begins with the schema by which it is listed", () => {
  for (const [kind, schema] of Object.entries(reportSchemas)) {
    const [first] = keysOf(schema);
    assert.deepEqual([first?.key, first?.schema.literal], ["schema", kind]);
  }
});

Deno.test("a key is in all reports the one of the table of fields, or holds objects", () => {
  const known: Readonly<Record<string, unknown>> = fields;
  const strange = allKeys.filter(({ key, schema }) =>
    key !== "schema" && !typeOf(schema).includes("object") && known[key] !== schema
  );
  assert.deepEqual(strange.map(({ kind, path }) => `${kind}: ${path}`), []);
});

Deno.test("no key has two types, wherever it stands", () => {
  const types = Map.groupBy(allKeys, ({ key }) => key);
  for (const [key, uses] of types) {
    assert.equal(new Set(uses.map(({ schema }) => typeOf(schema))).size, 1, key);
  }
});

Deno.test("every field is used by a report, and keys tell their units", () => {
  const used = new Set(allKeys.map(({ key }) => key));
  assert.deepEqual(Object.keys(fields).filter((key) => !used.has(key)), []);
  const numbers = Object.entries(fields).filter(([, field]) =>
    typeOf(field as unknown as Schema).endsWith("number")
  );
  assert.ok(numbers.length > 5);
  const units =
    /(Ms|Us|Count|Percent|PerSecond|Share|Port|[lL]ine)$|^(incarnation|localHealth|pid|seed|sequence|pace|actualPace)$/;
  assert.deepEqual(numbers.map(([key]) => key).filter((key) => !units.test(key)), []);
});

Deno.test({
  ...needing("docs/json.md shows all shapes and keys, and its examples are of them", "read"),
  fn() {
    const page = readSource("docs/json.md");
    assert.ok(
      page.endsWith(`\n\n${shapesMarkdown()}`),
      "deno run scripts/reference/json_shapes.ts",
    );
    const examples = codeBlocks(page, "json").flatMap((block) => block.trim().split("\n"));
    assert.deepEqual(examples.map((line) => reportIn(line).schema), ["log.v1", "event.v1"]);
  },
});
