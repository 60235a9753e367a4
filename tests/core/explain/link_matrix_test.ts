/**
 * What a matrix of links is said to show.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describeFinding, LinkMatrix } from "../../../lib/core/explain/link_matrix.ts";
import type { LinkFinding, LinkReport } from "../../../lib/core/explain/link_matrix.ts";
import type { LinkView } from "../../../lib/core/explain/explanation.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { localName } from "../../../lib/core/base/name.ts";

const kinds: Readonly<Record<string, LinkView["kind"]>> = {
  "1": "pong",
  "x": "silent",
  "r": "refused",
  "?": "unknown",
};

/** Rows from, columns to: `1` works, `x` and `r` fail, `?` unknown; an empty row did not answer. */
function matrix(...rows: readonly string[]): LinkMatrix {
  const names = rows.map((_, index) => `n${index + 1}@10.0.0.1` as NodeName);
  const reports = rows.map((row, from): LinkReport => ({
    name: names[from] as NodeName,
    links: row === "" ? undefined : names.flatMap((name, to) => {
      const kind = kinds[row[to] ?? "?"] ?? "unknown";
      return from === to ? [] : [{ name, memberKind: "node" as const, kind }];
    }),
  }));
  return new LinkMatrix(reports);
}

function sentences(...rows: readonly string[]): string[] {
  return matrix(...rows).findings().map((finding) => describeFinding(finding, localName));
}

const silent = "connected, but no answer in time";
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["nothing", [], []],
  ["one node", ["-"], []],
  ["all works", ["-11", "1-1", "11-"], []],
  ["nothing is known", ["-??", "?-?", "??-"], []],
  ["one way", ["-x1", "1-1", "11-"], [`n1 → n2 fails (${silent}), n2 → n1 works`]],
  ["two nodes apart", ["-x", "x-"], [`n1 and n2 do not reach each other: ${silent}`]],
  ["one side unknown", ["-?1", "x-1", "11-"], [`n1 and n2 do not reach each other: ${silent}`]],
  [
    "a partition",
    ["-1xx", "1-xx", "xx-1", "xx1-"],
    ["n1, n2 | n3, n4: no link between the two groups works"],
  ],
  [
    "a partial partition",
    ["-1xx1", "1-xx1", "xx-11", "xx1-1", "1111-"],
    ["n1, n2 | n3, n4: no link between the two groups works"],
  ],
  [
    "three groups",
    ["-1xxxx", "1-xxxx", "xx-1xx", "xx1-xx", "xxxx-1", "xxxx1-"],
    ["n1, n2 | n3, n4 | n5, n6: no link between these groups works"],
  ],
  ["alone", ["-11x", "1-1x", "11-x", "xxx-"], ["n4 reaches nobody, and nobody reaches it"]],
  ["one peer", ["-1x1", "1-11", "x1-x", "11x-"], ["n3 reaches n2 only"]],
  ["no report, dead", ["-1r", "1-r", ""], ["n3 does not answer; nobody reaches it"]],
  ["no report, alive", ["-11", "1-x", ""], ["n3 does not answer; n1 reached it last, n2 did not"]],
  ["no report at all", ["", ""], ["n1 does not answer", "n2 does not answer"]],
];

for (const [name, rows, expected] of cases) {
  Deno.test(`LinkMatrix.findings() names what is wrong when: ${name}`, () => {
    assert.deepEqual(sentences(...rows), expected);
  });
}

/** All pairs of which a finding says that no link works. */
function pairsOf(finding: LinkFinding, present: readonly NodeName[]): [NodeName, NodeName][] {
  const withOthers = (name: NodeName, hub?: NodeName): [NodeName, NodeName][] =>
    present.filter((other) => other !== name && other !== hub).map((other) => [name, other]);
  switch (finding.kind) {
    case "no-report":
    case "beam-missed":
    case "one-way":
      return [];
    case "alone":
      return withOthers(finding.name);
    case "one-peer":
      return withOthers(finding.name, finding.hub);
    case "broken":
      return [[finding.one, finding.other]];
    case "split":
      return finding.groups.flatMap((group, index) =>
        finding.groups.slice(index + 1).flat().flatMap((other) =>
          group.map((one): [NodeName, NodeName] => [one, other])
        )
      );
  }
}

/** Rows of a random square matrix; some nodes do not answer. */
const anyRows = fc.integer({ min: 0, max: 7 }).chain((size) =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.string({
          unit: fc.constantFrom("1", "1", "x", "?"),
          minLength: size,
          maxLength: size,
        }),
      },
      { weight: 1, arbitrary: fc.constant("") },
    ),
    { minLength: size, maxLength: size },
  )
);

Deno.test("LinkMatrix.findings() never names a pair that works, and leaves no broken pair out", () => {
  fc.assert(fc.property(anyRows, (rows) => {
    const links = matrix(...rows);
    const present = links.names.filter((name) => links.answered(name));
    const findings = links.findings();
    const named = findings.flatMap((finding) => pairsOf(finding, present));
    for (const [one, other] of named) assert.ok(links.isBroken(one, other), `${one} ${other}`);
    const keys = named.map((pair) => [...pair].sort().join(" "));
    for (const one of present) {
      for (const other of present) {
        if (one >= other || !links.isBroken(one, other)) continue;
        assert.ok(keys.includes(`${one} ${other}`), `${one} ${other} is left out`);
      }
    }
    for (const finding of findings) {
      assert.ok(describeFinding(finding).length > 0);
      if (finding.kind !== "one-way") continue;
      assert.ok(!links.works(finding.from, finding.to) && links.works(finding.to, finding.from));
    }
  }));
});

Deno.test("LinkMatrix.findings() of two nodes and of whole groups tells each broken pair once", () => {
  fc.assert(fc.property(anyRows, (rows) => {
    const links = matrix(...rows);
    const present = links.names.filter((name) => links.answered(name));
    const split = links.findings().filter(({ kind }) => kind === "split" || kind === "broken");
    const keys = split.flatMap((finding) => pairsOf(finding, present))
      .map((pair) => [...pair].sort().join(" "));
    assert.equal(new Set(keys).size, keys.length);
  }));
});
