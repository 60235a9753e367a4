/**
 * Lines of JSON, held against what is written of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as v from "valibot";
import { reportSchemas } from "../../lib/report/reports.ts";
import type { Report } from "../../lib/report/reports.ts";

/** The report in one line; fails unless it has the shape that it names, and nothing else. */
export function reportIn(line: string): Report {
  const report = JSON.parse(line);
  assert.match(line, /^\{"schema":"[a-z-]+\.v\d+",/);
  const schema: v.GenericSchema | undefined = (reportSchemas as Record<string, v.GenericSchema>)[
    report.schema
  ];
  assert.ok(schema, `no shape is called ${report.schema}`);
  const { success, issues = [] } = v.safeParse(schema, report);
  const faults = issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  assert.ok(success, `${faults.join("; ")}: ${line}`);
  return report;
}
