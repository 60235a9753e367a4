/**
 * What stands of rows that have proven nothing, and when a member stands before them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { claimOfRow } from "../../../lib/core/members/row_claim.ts";
import { makeRecord } from "../../../lib/core/members/record.ts";
import { rowOf } from "../lone_node.ts";
import { instanceOf, nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

const claim = claimOfRow(rowOf(5));

Deno.test("Candidates.learn() is news once for each run of a name, and keeps what pings showed", () => {
  const { candidates } = new View(0);
  assert.equal(candidates.learn(claim), true);
  const candidate = candidates.get(nameOf(5));
  assert.ok(candidate !== undefined);
  candidates.fail(candidate, 10);
  assert.equal(candidates.learn({ ...claim, addresses: [] }), false);
  assert.equal(candidates.get(nameOf(5)), candidate);
  assert.deepEqual(candidate.claim.addresses, []);
  assert.equal(candidates.learn({ ...claim, instance: instanceOf(99) }), true);
  assert.equal(candidates.get(nameOf(5))?.failedAt, undefined);
  assert.equal(candidates.failed.size, 0);
  assert.ok(!candidates.holds(nameOf(5), instanceOf(5)));
});

Deno.test("Candidates.learn() takes the claim of a row, and neither a member nor its record", () => {
  const { candidates } = new View(0);
  const refused = (): void => {
    // @ts-expect-error a member has proven itself: it is no candidate
    candidates.learn(recordOf(1));
    // @ts-expect-error a claim has no state: it is no record
    makeRecord(claim);
  };
  assert.equal(typeof refused, "function", "the compiler refuses both");
});

Deno.test("Candidates.fail() is news once", () => {
  const { candidates } = new View(0);
  candidates.learn(claim);
  const [candidate] = candidates.all();
  assert.ok(candidate !== undefined);
  assert.deepEqual([candidates.fail(candidate, 10), candidates.fail(candidate, 20)], [true, false]);
  assert.equal(candidate.failedAt, 10);
  candidates.drop(nameOf(5));
  assert.deepEqual([...candidates.all(), ...candidates.failed.values()], []);
});

Deno.test("Candidates.shown() leaves out whose name a member has, or whose instance is a member's", () => {
  const { candidates, memberList } = new View(1);
  candidates.learn(claim);
  candidates.learn(claimOfRow(rowOf(6, { instance: instanceOf(1) })));
  for (const candidate of candidates.all()) candidates.fail(candidate, 10);
  assert.deepEqual(candidates.shown().map(({ name }) => name), [nameOf(5)]);
  assert.equal(candidates.ownerOf({ name: nameOf(6), instance: instanceOf(1) }), nameOf(1));
  assert.equal(candidates.ownerOf({ name: nameOf(1), instance: instanceOf(1) }), undefined);
  memberList.merge(recordOf(5, { instance: instanceOf(55) }), 20);
  assert.deepEqual(candidates.shown(), []);
  memberList.merge(recordOf(5, { instance: instanceOf(55), state: "left" }), 30);
  assert.deepEqual(candidates.shown().map(({ name }) => name), [nameOf(5)]);
});
