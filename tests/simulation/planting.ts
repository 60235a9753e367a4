/**
 * Makes the deliberate mistakes of the table.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readSource } from "../docs/source_files.ts";
import type { PlantedFault } from "./planted_faults.ts";

/** The text of a file of this project, with a mistake in it if there is one for this file. */
export function mistaken(path: string, { changes }: PlantedFault): string {
  let source = readSource(path);
  for (const { file, text, instead } of changes) {
    if (path !== `lib/core/${file}`) continue;
    const count = source.split(text).length - 1;
    assert.equal(count, 1, `"${text}" stands ${count} times in ${path}: mend the table`);
    source = source.replace(text, () => instead);
  }
  return source;
}
