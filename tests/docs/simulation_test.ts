/**
 * The page about simulation tells all that can be done to a simulated cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import { toJsonSchema } from "@valibot/to-json-schema";
import { actionSchema } from "../../lib/cli/simulated/actions.ts";
import type { JsonSchema } from "../http/api/json_schema.ts";
import { needing, permitted } from "../permissions.ts";
import { chapter, missingAnchors, missingFiles } from "./markdown.ts";
import { readSource } from "./source_files.ts";

const page = permitted("read") ? readSource("docs/simulation.md") : "";

/** A row of the table; what need not be said is in brackets. */
function rowOf({ properties, required, description }: JsonSchema): string {
  const { action, ...takes } = properties;
  const words = Object.keys(takes)
    .map((key) => required.includes(key) ? `\`${key}\`` : `[\`${key}\`]`);
  return `| \`${action.const}\` | ${words.join(", ")} | ${description} |`;
}

Deno.test({
  ...needing("docs/simulation.md tells all actions as they are", "read"),
  fn() {
    const text = chapter(page, "What programs can do to it");
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    const { anyOf }: JsonSchema = toJsonSchema(actionSchema);
    assert.deepEqual(rows.slice(2), anyOf.map(rowOf));
    assert.deepEqual(missingFiles(page, "docs/"), []);
    assert.deepEqual(missingAnchors(page), []);
  },
});
