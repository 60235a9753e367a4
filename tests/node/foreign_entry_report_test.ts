import assert from "node:assert/strict";
import { emptyReason } from "../../lib/core/members/row.ts";
import { ForeignEntryReport } from "../../lib/node/foreign_entry_report.ts";
import { Lines } from "./lines.ts";

Deno.test("ForeignEntryReport tells of what is empty once that has lasted: it may be being written", () => {
  const log = new Lines();
  const report = new ForeignEntryReport(log);
  const empty = { foreignEntries: [{ key: "x@h", reason: emptyReason }], timestamps: [] };
  const nothing = { foreignEntries: [], timestamps: [] };
  for (const listing of [empty, nothing, empty, nothing]) report.report(listing);
  assert.deepEqual(log.texts, []);
  for (const listing of [empty, empty, empty]) report.report(listing);
  assert.deepEqual(log.texts, ["Ignoring x@h in the registry: it is empty"]);
});

Deno.test("ForeignEntryReport tells of anything else at once, and once", () => {
  const log = new Lines();
  const report = new ForeignEntryReport(log);
  const odd = { foreignEntries: [{ key: "x@h", reason: "it is a folder" }], timestamps: [] };
  for (const listing of [odd, odd]) report.report(listing);
  assert.deepEqual(log.texts, ["Ignoring x@h in the registry: it is a folder"]);
});
