import { deepEqual } from "node:assert/strict";
import * as v from "valibot";
import { jsonText } from "../../lib/report/json_text.ts";
import {
  pingReport,
  pingSchema,
  pingSummaryReport,
  pingSummarySchema,
} from "../../lib/report/ping_report.ts";

const name = "n2@10.0.0.3";

Deno.test("pingReport() tells where a pong came from, or why there is none", () => {
  const address = { host: "10.0.0.3", port: 4000 };
  const pong = pingReport(name, 1, { kind: "pong", roundTripUs: 412.4, address }, 0);
  const { schema: _schema, ...told } = pong;
  deepEqual(told, {
    ...{ time: "1970-01-01T00:00:00.000Z", name, sequence: 1, result: "pong" },
    ...{ roundTripUs: 412, address: "10.0.0.3:4000" },
  });
  const failed = pingReport(name, 2, { kind: "closed", detail: "it is closed" }, 0);
  deepEqual([failed.result, failed.reason], ["closed", "it is closed"]);
  for (const report of [pong, failed]) v.assert(pingSchema, JSON.parse(jsonText(report)));
});

Deno.test("pingSummaryReport() tells loss and percentiles of round trips in any order", () => {
  const roundTripsUs = Array.from({ length: 100 }, (_, index) => 100 - index);
  const report = pingSummaryReport({ name, sentCount: 300, roundTripsUs, tookMs: 3.3, now: 0 });
  v.assert(pingSummarySchema, JSON.parse(jsonText(report)));
  const { answeredCount, lossPercent, minUs, meanUs, p50Us, p90Us, p99Us, maxUs } = report;
  deepEqual([answeredCount, lossPercent], [100, 66.7]);
  deepEqual([minUs, meanUs, p50Us, p90Us, p99Us, maxUs], [1, 51, 50, 90, 99, 100]);
});

Deno.test("pingSummaryReport() has no figures of round trips when nothing was answered", () => {
  const none = { name, roundTripsUs: [], tookMs: 0, now: 0 };
  const report = pingSummaryReport({ ...none, sentCount: 0 });
  v.assert(pingSummarySchema, JSON.parse(jsonText(report)));
  deepEqual([report.lossPercent, "minUs" in report], [0, false]);
  deepEqual(pingSummaryReport({ ...none, sentCount: 2 }).lossPercent, 100);
});
