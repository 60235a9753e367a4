/**
 * The table of `docs/metrics.md`, from the table of all metrics.
 *
 * @module
 */
import { metrics } from "../../lib/http/metrics/metric_table.ts";
import type { Metric } from "../../lib/http/metrics/metric_table.ts";

/** All metrics as Markdown. */
export function metricsMarkdown(): string {
  return [
    "| metric | type | labels | meaning |",
    "| --- | --- | --- | --- |",
    ...metrics.map(metricLine),
    "",
  ].join("\n");
}

function metricLine({ name, type, labels, help }: Metric): string {
  const names = labels.map((label) => `\`${label}\``).join(", ");
  return `| \`${name}\` | ${type} | ${names} | ${help} |`;
}
