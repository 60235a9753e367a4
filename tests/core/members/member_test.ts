/**
 * The verdict table, all of its rows.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AssertionError } from "../../../lib/core/base/assert.ts";
import type { PingFailure } from "../../../lib/core/base/ping_failure.ts";
import { countsAsAlive, memberStatuses, verdict } from "../../../lib/core/members/member.ts";
import type { MemberStatus, VerdictInputs } from "../../../lib/core/members/member.ts";
import { pingFailures } from "../records.ts";

/** What a row of the table says of one piece of evidence; left out: any. */
type Row = readonly [verdict: MemberStatus, when: (evidence: VerdictInputs) => boolean];

const another: readonly (PingFailure | undefined)[] = ["wrong-cookie", "wrong-cluster"];

const rows: readonly Row[] = [
  ["unproven", ({ state }) => state === "unproven"],
  ["alive", ({ state, isSuspected }) => state === "alive" && !isSuspected],
  ["suspect", ({ state, isSuspected }) => state === "alive" && isSuspected],
  [
    "unreachable",
    ({ state, cause, heartbeatMoves }) =>
      state === "failed" && !another.includes(cause) && heartbeatMoves,
  ],
  [
    "down",
    ({ state, cause, heartbeatMoves }) =>
      state === "failed" && !another.includes(cause) && !heartbeatMoves,
  ],
  ["wrong-cookie", ({ state, cause }) => state === "failed" && cause === "wrong-cookie"],
  ["wrong-cluster", ({ state, cause }) => state === "failed" && cause === "wrong-cluster"],
];

const either = [false, true];

/** All that there can be. */
const everything: readonly VerdictInputs[] = (["unproven", "alive", "failed"] as const).flatMap((
  state,
) =>
  either.flatMap((isSuspected) =>
    either.flatMap((heartbeatMoves) =>
      [undefined, ...pingFailures].map((cause) => ({ state, isSuspected, heartbeatMoves, cause }))
    )
  )
);

for (const [expected, when] of rows) {
  Deno.test(`verdict() is ${expected} for all evidence of its row in the table`, () => {
    const cases = everything.filter(when);
    assert.ok(cases.length > 0);
    for (const evidence of cases) {
      assert.equal(verdict(evidence), expected, JSON.stringify(evidence));
    }
  });
}

Deno.test("verdict() finds each evidence in exactly one row of the table", () => {
  assert.equal(everything.length, 3 * 2 * 2 * 9);
  for (const evidence of everything) {
    const fitting = rows.filter(([, when]) => when(evidence));
    assert.equal(fitting.length, 1, JSON.stringify(evidence));
  }
});

Deno.test("verdict() asserts when the record says that the member has left", () => {
  const left = { ...everything[0], state: "left" } as unknown as VerdictInputs;
  assert.throws(() => verdict(left), AssertionError);
});

Deno.test("memberStatuses lists each verdict of the table once", () => {
  assert.deepEqual(memberStatuses, rows.map(([status]) => status));
});

Deno.test("countsAsAlive() is true for the alive and for those only under suspicion", () => {
  assert.deepEqual(memberStatuses.filter(countsAsAlive), ["alive", "suspect"]);
});
