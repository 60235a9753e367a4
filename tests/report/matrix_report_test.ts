import { deepEqual, equal } from "node:assert/strict";
import * as v from "valibot";
import type { LinkView } from "../../lib/core/explain/explanation.ts";
import type { LinkReport } from "../../lib/core/explain/link_matrix.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { jsonText } from "../../lib/report/json_text.ts";
import { matrixReport, matrixSchema } from "../../lib/report/matrix_report.ts";
import type { MatrixReport } from "../../lib/report/matrix_report.ts";

const nameOf = (number: number): NodeName => `n${number}@10.0.0.${number}` as NodeName;

/** What node `from` tells of its links: how its last ping to each number ended. */
function told(from: number, links: Readonly<Record<number, LinkView["kind"]>>): LinkReport {
  return {
    name: nameOf(from),
    links: Object.entries(links).map(([to, kind]) => ({
      name: nameOf(Number(to)),
      memberKind: to === "9" ? "beam" : "node",
      kind,
      ...kind === "pong" ? { roundTripUs: 400.5, agoMs: 12 } : {},
    })),
  };
}

/** The report as a program reads it. */
function read(...reports: readonly LinkReport[]): MatrixReport {
  const report = matrixReport(reports, { cluster: "default", now: 0 });
  const parsed: unknown = JSON.parse(jsonText(report));
  v.assert(matrixSchema, parsed);
  return parsed;
}

Deno.test("matrixReport() gives each link on its own, and who has told of none", () => {
  const silent = { name: nameOf(3), links: undefined };
  const { members, links } = read(told(1, { 2: "pong", 9: "silent" }), silent);
  deepEqual(members, [
    { name: nameOf(1), answered: true },
    { name: nameOf(3), answered: false },
  ]);
  deepEqual(links, [
    {
      ...{ from: nameOf(1), to: nameOf(2), memberKind: "node", result: "pong" },
      ...{ roundTripUs: 401, agoMs: 12 },
    },
    { from: nameOf(1), to: nameOf(9), memberKind: "beam", result: "silent" },
  ]);
});

Deno.test("matrixReport() gives every kind of finding in the shape of findings", () => {
  const cases: readonly (readonly [string, readonly LinkReport[], object])[] = [
    ["one-way", [told(1, { 2: "silent" }), told(2, { 1: "pong" })], {
      ...{ from: nameOf(1), to: nameOf(2), result: "silent" },
    }],
    ["broken", [told(1, { 2: "refused" }), told(2, { 1: "refused" })], {
      ...{ from: nameOf(1), to: nameOf(2), result: "refused" },
    }],
    ["no-report", [told(1, { 2: "pong" }), { name: nameOf(2), links: undefined }], {
      ...{ name: nameOf(2), reachedBy: [nameOf(1)], missedBy: [] },
    }],
    ["beam-missed", [told(1, { 2: "pong", 9: "silent" }), told(2, { 1: "pong", 9: "pong" })], {
      ...{ name: nameOf(9), reachedBy: [nameOf(2)], missedBy: [nameOf(1)] },
    }],
    [
      "alone",
      [
        told(1, { 2: "pong", 3: "silent" }),
        told(2, { 1: "pong", 3: "silent" }),
        told(3, { 1: "silent", 2: "silent" }),
      ],
      { name: nameOf(3) },
    ],
    [
      "one-peer",
      [
        told(1, { 2: "pong", 3: "silent", 4: "pong" }),
        told(2, { 1: "pong", 3: "pong", 4: "pong" }),
        told(3, { 1: "silent", 2: "pong", 4: "silent" }),
        told(4, { 1: "pong", 2: "pong", 3: "silent" }),
      ],
      { name: nameOf(3), peer: nameOf(2) },
    ],
    [
      "split",
      [
        told(1, { 2: "pong", 3: "silent", 4: "silent" }),
        told(2, { 1: "pong", 3: "silent", 4: "silent" }),
        told(3, { 1: "silent", 2: "silent", 4: "pong" }),
        told(4, { 1: "silent", 2: "silent", 3: "pong" }),
      ],
      { groups: [{ names: [nameOf(1), nameOf(2)] }, { names: [nameOf(3), nameOf(4)] }] },
    ],
  ];
  for (const [kind, reports, wanted] of cases) {
    const { findings } = read(...reports);
    equal(findings.length, 1, kind);
    const { finding, message, ...rest } = findings[0] ?? {};
    deepEqual([finding, typeof message], [kind, "string"]);
    deepEqual(rest, wanted);
  }
});
