import { deepEqual, equal } from "node:assert/strict";
import * as v from "valibot";
import { changeKinds } from "../../lib/core/members/change.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { eventReport, eventSchema } from "../../lib/report/event_report.ts";
import { jsonText } from "../../lib/report/json_text.ts";

const at = { cluster: "default", now: Date.UTC(2024, 0, 2, 18, 51, 29, 277) };
const seenBy = ["n1@10.0.0.2", "n3@10.0.0.4"];
const name = "n2@10.0.0.3" as NodeName;
const run = { instance: "0123456789abcdef0123456789abcdef", incarnation: 2 };

Deno.test("eventReport() tells when it was by the clock of the one who asked", () => {
  const change = {
    kind: "failed",
    name,
    status: "down",
    reason: "no",
    agoMs: 277,
    number: 4,
    ...{ ...run, seenBy },
  };
  deepEqual(JSON.parse(jsonText(eventReport(change as never, at))), {
    schema: "event.v1",
    time: "2024-01-02T18:51:29.000Z",
    event: "failed",
    name,
    ...run,
    observer: "n1@10.0.0.2",
    seenBy,
    cluster: "default",
    status: "down",
    reason: "no",
    agoMs: 277,
    sequence: 4,
  });
});

Deno.test("eventReport() gives every kind of change in the shape of events", () => {
  for (const kind of changeKinds) {
    const run = { name, instance: "", incarnation: 0 };
    const change = { ...run, kind, reason: "", agoMs: 0.5, number: 0, seenBy };
    const text = jsonText(eventReport({ ...change, service: "ready" }, at));
    v.assert(eventSchema, JSON.parse(text));
    equal(JSON.parse(text).serviceState, "ready");
  }
});

Deno.test("jsonText() is one line that commands no terminal, and stays JSON", () => {
  const report = {
    schema: "version.v1",
    version: "a\n\x1b[2J\u202e",
    commit: "",
    deno: "",
  } as const;
  const text = jsonText(report);
  equal(text, '{"schema":"version.v1","version":"a\\n\\u001b[2J\\u202e","commit":"","deno":""}');
  deepEqual(JSON.parse(text), report);
});
