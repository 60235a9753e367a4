import { deepEqual, equal } from "node:assert/strict";
import type { HistoryEvent, HistoryPart } from "../../lib/core/explain/history.ts";
import type { LinkFinding } from "../../lib/core/explain/link_matrix.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { historyReport } from "../../lib/report/history_report.ts";
import type { HistoryReport } from "../../lib/report/history_report.ts";
import { jsonText } from "../../lib/report/json_text.ts";
import { reportIn } from "./lines.ts";

const [n1, n2] = ["n1@10.0.0.2", "n2@10.0.0.3"] as [NodeName, NodeName];
const run = "0123456789abcdef0123456789abcdef";
const now = Date.UTC(2024, 0, 2, 18, 51, 29, 277);

/** The report as a program reads it. */
function read(part: HistoryPart): HistoryReport {
  const text = jsonText(historyReport(part, { asked: n1, cluster: "default", now }));
  return reportIn(text) as HistoryReport;
}

/** The only entry of a history that holds just `event`, 277 ms ago. */
function entryOf(event: HistoryEvent): unknown {
  const [entry] = read({ entries: [{ run, agoMs: 277, event }], reachMs: 0 }).entries;
  return entry;
}

const when = { time: "2024-01-02T18:51:29.000Z", agoMs: 277 };

Deno.test("historyReport() counts times back from the clock of the one who asked", () => {
  const report = read({ entries: [], reachMs: 3_600_277 });
  equal(report.time, "2024-01-02T18:51:29.277Z");
  equal(report.since, "2024-01-02T17:51:29.000Z");
});

Deno.test("historyReport() tells a change as events are told", () => {
  const change: HistoryEvent = {
    kind: "failed",
    status: "down",
    ...{ name: n2, instance: run, incarnation: 2, reason: "no", number: 4 },
  };
  deepEqual(entryOf(change), {
    ...{ ...when, event: "failed", name: n2, instance: run, incarnation: 2, status: "down" },
    ...{ reason: "no", sequence: 4 },
  });
});

Deno.test("historyReport() tells the runs of the node by their instance", () => {
  const started = { kind: "started", name: n1, cluster: "default", software: "s/1" } as const;
  deepEqual(entryOf(started), {
    ...{ ...when, event: "started", name: n1, instance: run, software: "s/1" },
  });
  for (const kind of ["stopped", "crashed"] as const) {
    deepEqual(entryOf({ kind, name: n1, reason: "so" }), {
      ...{ ...when, event: kind, name: n1, instance: run, reason: "so" },
    });
  }
});

Deno.test("historyReport() tells bad links as the findings of a matrix", () => {
  const finding: LinkFinding = { kind: "one-way", from: n1, to: n2, failure: "silent" };
  deepEqual(entryOf({ kind: "links-changed", findings: [finding] }), {
    ...{ ...when, event: "links-changed" },
    findings: [{
      ...{ finding: "one-way", from: n1, to: n2, result: "silent" },
      message: `${n1} → ${n2} fails (connected, but no answer in time), ${n2} → ${n1} works`,
    }],
  });
});
