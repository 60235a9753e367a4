/**
 * Conditions that a cluster is waited for, held against members that are written down here.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeName } from "../../../lib/core/base/name.ts";
import type { MemberView } from "../../../lib/core/members/member.ts";
import { examine, examineAgreement, missing } from "../../../lib/core/explain/condition.ts";
import type { Condition } from "../../../lib/core/explain/condition.ts";

/** A member called `local` on host h, alive unless told otherwise. */
function member(local: string, more: Partial<MemberView> = {}): MemberView {
  return {
    name: `${local}@h` as NodeName,
    kind: "node",
    instance: local,
    incarnation: 0,
    status: "alive",
    self: false,
    linkWorks: true,
    addresses: [],
    forMs: 0,
    reason: "",
    flapping: false,
    tags: {},
    startedAt: "",
    software: "",
    ...more,
  };
}

const ready = { state: "ready", reason: "" } as const;

/** Four members, of which two are ready databases, one is going wrong and one is gone. */
const views = [
  member("n1", { self: true, tags: { role: "db" }, service: ready }),
  member("n2", { status: "suspect", tags: { role: "db", zone: "a" }, service: ready }),
  member("n3", { service: { state: "failing", reason: "it ended with exit code 1" } }),
  member("n4", { status: "down", tags: { role: "db" }, service: ready }),
];

/** The condition, and what is missing; nothing if it holds. */
const table: readonly (readonly [Condition, ...string[]])[] = [
  [{ members: 3 }],
  [{ members: 4 }, "3 of 4 members are alive: n1@h, n2@h, n3@h; not n4@h (it is down)"],
  [{ member: "n3" }],
  [{ member: "n3@h" }],
  [{ member: "n4" }, "n4 must be alive: not n4@h (it is down)"],
  [{ member: "n4", status: "down" }],
  [{ member: "n5", status: "down" }, "n5 must be down: n5 is no member"],
  [{ member: "n" }, "n must be alive: n is no member"],
  // A suspect is alive to those who only ask for life.
  [{ member: "n2" }],
  [{ member: "n2", status: "alive" }, "n2 must be alive: not n2@h (it is suspected)"],
  [{ status: "down" }],
  [
    { status: "suspect", count: 2 },
    [
      "1 of 2 members is suspect: n2@h; not n1@h (it is alive), n3@h (it is alive), ",
      "n4@h (it is down)",
    ].join(""),
  ],
  [{ service: "ready", count: 2 }],
  [
    { service: "ready", count: 3 },
    [
      "2 of 3 members are alive with service ready: n1@h, n2@h; ",
      "not n3@h (its service is failing: it ended with exit code 1), n4@h (it is down)",
    ].join(""),
  ],
  [{ member: "n4", status: "down", service: "ready" }],
  [
    { member: "n1", service: "draining" },
    [
      "n1 must be alive with service draining: not n1@h (its service is ready)",
    ].join(""),
  ],
  [{ tags: { role: "db" }, count: 2 }],
  [{ tags: { role: "db", zone: "a" }, service: "ready" }],
  [
    { tags: { role: "db", zone: "b" }, member: "n2" },
    [
      "n2 must be alive with tag role=db, tag zone=b: not n2@h (its tag zone is a)",
    ].join(""),
  ],
  [
    { tags: { toString: "x" }, member: "n1" },
    [
      "n1 must be alive with tag toString=x: not n1@h (its tag toString is not set)",
    ].join(""),
  ],
  // Two demands at once: each says what it lacks.
  [{ members: 3, member: "n4", status: "down" }],
  [
    { members: 9, member: "n4" },
    "3 of 9 members are alive: n1@h, n2@h, n3@h; not n4@h (it is down)",
    "n4 must be alive: not n4@h (it is down)",
  ],
];

Deno.test("missing() says by name what a condition lacks", () => {
  for (const [condition, ...sentences] of table) {
    assert.deepEqual(missing(condition, views), sentences, JSON.stringify(condition));
  }
});

Deno.test("missing() counts nobody when there are no members", () => {
  assert.deepEqual(missing({ members: 1 }, []), ["0 of 1 member is alive"]);
});

Deno.test("examine() names ten members and counts the rest when there are many", () => {
  const many = Array.from({ length: 12 }, (_, index) => member(`m${index}`));
  const [finding] = examine({ members: 12 }, many);
  assert.match(finding?.sentence ?? "", /^12 of 12 members are alive: m0@h, .*m9@h and 2 more$/);
});

Deno.test("examine() finds a member when one of several with its short name is as wanted", () => {
  const twins = [member("n1", { status: "down" }), member("n1", { name: "n1@i" as NodeName })];
  assert.deepEqual(examine({ member: "n1" }, twins), [{ holds: true, sentence: "n1@i is alive" }]);
});

Deno.test("examineAgreement() names the member that sees something else, and what", () => {
  const [n1, n2] = ["n1@h", "n2@h"] as NodeName[];
  const agree = (theirs: readonly MemberView[] | undefined): string =>
    examineAgreement([
      { node: n1 as NodeName, members: views },
      { node: n2 as NodeName, members: theirs },
    ]).sentence;
  const changed = (index: number, more: Partial<MemberView>): MemberView[] =>
    views.map((view, at) => at === index ? { ...view, ...more } : view);
  assert.equal(agree(views.toReversed()), "2 of 2 live members agree");
  // Who was asked, tags and round trips may differ.
  assert.equal(agree(changed(1, { self: true, tags: {} })), "2 of 2 live members agree");
  const faulty = (fault: string): string => `1 of 2 live members agree; not n2@h (${fault})`;
  assert.equal(agree(undefined), faulty("it does not answer"));
  assert.equal(
    agree(changed(3, { status: "unreachable" })),
    faulty("it sees n4@h as unreachable, n1@h as down"),
  );
  assert.equal(agree(views.slice(1)), faulty("it sees n1@h as no member, n1@h as alive"));
  assert.equal(
    agree([...views, member("n9")]),
    faulty("it sees n9@h as alive, n1@h as no member"),
  );
  assert.equal(
    agree(changed(2, { instance: "other" })),
    faulty("it knows another instance of n3@h than n1@h"),
  );
  const beam = member("e1", { kind: "beam" });
  assert.equal(agree([...views, beam]), "2 of 2 live members agree");
  assert.equal(examineAgreement([{ node: n1 as NodeName, members: views }]).holds, true);
});
