/** The table of all metrics: its names, and docs/metrics.md. */
import assert from "node:assert/strict";
import { metrics } from "../../../lib/http/metrics/metric_table.ts";
import { metricsMarkdown } from "../../../scripts/reference/metrics_table.ts";
import { readSource } from "../../docs/source_files.ts";
import { needing } from "../../permissions.ts";

Deno.test({
  ...needing("docs/metrics.md shows every metric (deno task reference)", "read"),
  fn() {
    const page = readSource("docs/metrics.md");
    assert.ok(page.includes(`\n\n${metricsMarkdown()}\n`), metricsMarkdown());
  },
});

for (const { name, type, unit, labels, help } of metrics) {
  Deno.test(`the name of ${name} says type and unit, as both formats want it`, () => {
    assert.match(name, /^(clusternode|process)_[a-z_]+$/);
    assert.equal(name.endsWith("_total"), type === "counter");
    assert.equal(name.endsWith("_info"), type === "info");
    const family = name.replace(/_(total|info)$/, "");
    const last = family.split("_").at(-1);
    assert.equal(last === "seconds" || last === "bytes" ? last : undefined, unit);
    assert.match(help, /^[A-Z0-9][^\n|]*\.$/);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
  });
}

Deno.test("no name stands twice in the table", () => {
  const names = metrics.map(({ name }) => name);
  assert.deepEqual([...new Set(names)], names);
});
