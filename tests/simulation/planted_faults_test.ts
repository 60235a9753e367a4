/**
 * Each deliberate mistake still has its place in the core. That each is found takes longer:
 * `tests/slow/planted_faults_test.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { plantedFaults } from "./planted_faults.ts";
import { mistaken } from "./planting.ts";

Deno.test({
  ...needing("mistaken() finds the text that each planted fault replaces, once", "read"),
  fn() {
    for (const fault of plantedFaults) {
      for (const { file } of fault.changes) {
        const path = `lib/core/${file}`;
        assert.notEqual(mistaken(path, fault), readSource(path), fault.name);
      }
    }
  },
});
