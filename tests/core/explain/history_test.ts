import { equal } from "node:assert/strict";
import { changeKinds } from "../../../lib/core/members/change.ts";
import { badLinksChanged, isHistoryChange } from "../../../lib/core/explain/history.ts";
import type { HistoryEvent } from "../../../lib/core/explain/history.ts";
import type { LinkFinding } from "../../../lib/core/explain/link_matrix.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";

const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => `${name}@h` as NodeName) as [
  ...[NodeName, NodeName, NodeName, NodeName],
];

const oneWay: LinkFinding = { kind: "one-way", from: a, to: b, failure: "silent" };
const alone: LinkFinding = { kind: "alone", name: c };
const unheard: LinkFinding = { kind: "no-report", name: d, reachedBy: [], missedBy: [a, b] };
const split: LinkFinding = { kind: "split", groups: [[a, b], [c, d]] };

Deno.test("badLinksChanged() is false for the same set, in another order or worded otherwise", () => {
  equal(badLinksChanged([], []), false);
  equal(badLinksChanged([oneWay, alone], [alone, oneWay]), false);
  equal(badLinksChanged([oneWay], [{ ...oneWay, failure: "refused" }]), false);
  equal(badLinksChanged([unheard], [{ ...unheard, reachedBy: [c], missedBy: [b, a] }]), false);
  equal(badLinksChanged([split], [{ kind: "split", groups: [[d, c], [b, a]] }]), false);
});

Deno.test("badLinksChanged() is true as soon as one link more or less is bad", () => {
  equal(badLinksChanged([], [oneWay]), true);
  equal(badLinksChanged([oneWay], []), true);
  equal(badLinksChanged([oneWay], [alone]), true);
  equal(badLinksChanged([oneWay], [{ ...oneWay, from: b, to: a }]), true);
  equal(badLinksChanged([unheard], [{ ...unheard, missedBy: [a, b, c] }]), true);
  equal(badLinksChanged([split], [{ kind: "split", groups: [[a], [c, d]] }]), true);
});

Deno.test("isHistoryChange() tells the changes of members from all else", () => {
  for (const kind of changeKinds) {
    equal(isHistoryChange({ kind, name: a, reason: "" } as HistoryEvent), true, kind);
  }
  equal(isHistoryChange({ kind: "stopped", name: a, reason: "" }), false);
  equal(isHistoryChange({ kind: "links-changed", findings: [] }), false);
});
