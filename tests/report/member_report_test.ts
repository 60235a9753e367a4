import { deepEqual, equal } from "node:assert/strict";
import * as v from "valibot";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { jsonText } from "../../lib/report/json_text.ts";
import { memberReport, membersReport, membersSchema } from "../../lib/report/member_report.ts";

const view: MemberView = {
  name: "n2@10.0.0.3" as NodeName,
  kind: "node",
  instance: "0123456789abcdef0123456789abcdef",
  incarnation: 2,
  status: "suspect",
  self: false,
  linkWorks: false,
  addresses: [{ host: "fd00::1", port: 4000 }, { host: "10.0.0.3", port: 4000 }],
  forMs: 1500.4,
  roundTripUs: 412.6,
  reason: "n1@10.0.0.2 votes against it",
  flapping: true,
  tags: { zone: "a", "zone.rack": "2024-01-01" },
  startedAt: "2024-01-02T18:51:29.277Z",
  software: "clusternode/0.1.0",
  service: { state: "ready", reason: "it answers", port: 8080 },
};

Deno.test("memberReport() has no key that a user chose, and whole numbers", () => {
  deepEqual(memberReport(view), {
    name: "n2@10.0.0.3",
    memberKind: "node",
    status: "suspect",
    reason: "n1@10.0.0.2 votes against it",
    self: false,
    linkWorks: false,
    forMs: 1500,
    roundTripUs: 413,
    addresses: ["[fd00::1]:4000", "10.0.0.3:4000"],
    tags: ["zone=a", "zone.rack=2024-01-01"],
    serviceState: "ready",
    serviceReason: "it answers",
    servicePort: 8080,
    flapping: true,
    instance: "0123456789abcdef0123456789abcdef",
    incarnation: 2,
    startedAt: "2024-01-02T18:51:29.277Z",
    software: "clusternode/0.1.0",
  });
});

Deno.test("membersReport() counts all members, and lists those that were chosen", () => {
  const [alive, down] = [{ ...view, status: "alive" }, { ...view, status: "down" }] as const;
  const members = [alive, alive, down];
  const report = membersReport({
    ...{ asked: "n1@10.0.0.2", cluster: "default", now: 0 },
    ...{ members, chosen: [down] },
  });
  const { memberCount, aliveCount } = report;
  deepEqual([memberCount, aliveCount], [3, 2]);
  deepEqual(report.members.map(({ status }) => status), ["down"]);
});

Deno.test("membersReport() leaves out what is not known, and what is no moment", () => {
  const { service: _service, roundTripUs: _roundTrip, ...rest } = view;
  const unknown = { ...rest, kind: "beam", instance: "", startedAt: "yesterday" } as const;
  const alive = { ...view, status: "alive" } as const;
  const down = { ...unknown, status: "down" } as const;
  const report = membersReport({
    asked: "n1@10.0.0.2",
    cluster: "default",
    members: [view, alive, down],
    now: Date.UTC(2024, 0, 2),
  });
  const text = jsonText(report);
  equal(
    text.slice(0, text.indexOf(',"members":')),
    '{"schema":"members.v1","time":"2024-01-02T00:00:00.000Z","asked":"n1@10.0.0.2",' +
      '"cluster":"default","memberCount":3,"aliveCount":2',
  );
  const parsed = JSON.parse(text);
  v.assert(membersSchema, parsed);
  const unknownKeys = ["instance", "startedAt", "roundTripUs", "serviceState"];
  deepEqual(unknownKeys.filter((key) => key in (parsed.members[2] ?? {})), []);
});
