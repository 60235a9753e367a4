import { deepEqual } from "node:assert/strict";
import * as v from "valibot";
import type { NodeName } from "../../lib/core/base/name.ts";
import { explainReport, explainSchema } from "../../lib/report/explain_report.ts";
import { jsonText } from "../../lib/report/json_text.ts";

const name = "n3@10.0.0.4" as NodeName;
const observer = "n1@10.0.0.2" as NodeName;

Deno.test("explainReport() tells votes and pings in the words of all other reports", () => {
  const report = explainReport({
    name,
    kind: "node",
    status: "down",
    verdict: "connection refused",
    accusers: [{ name: observer, kind: "refused" }],
    votesNeeded: 1,
    watched: true,
    pings: [{ kind: "pong", agoMs: 1000, roundTripUs: 0 }, { kind: "refused", agoMs: 0.4 }],
    timeoutMs: 250.7,
    heartbeat: "stale",
    heartbeatAgeMs: 0,
    registryWorks: true,
    localHealth: 0,
    isolated: false,
    failures: 1,
    incarnation: 0,
    service: { state: "stopped", reason: "" },
    wouldChange: ["a pong"],
  }, { asked: observer, cluster: "default", now: Date.UTC(2024, 0, 2) });
  const parsed: unknown = JSON.parse(jsonText(report));
  v.assert(explainSchema, parsed);
  const { asked, reason, votes, votesNeededCount, pings, timeoutMs, heartbeatAgeMs } = parsed;
  deepEqual([asked, reason, votesNeededCount], [observer, "connection refused", 1]);
  deepEqual(votes, [{ name: observer, result: "refused" }]);
  deepEqual(pings, [
    { time: "2024-01-01T23:59:59.000Z", agoMs: 1000, result: "pong", roundTripUs: 0 },
    { time: "2024-01-01T23:59:59.999Z", agoMs: 0, result: "refused" },
  ]);
  deepEqual([timeoutMs, heartbeatAgeMs, parsed.serviceState], [251, 0, "stopped"]);
});
