/**
 * What speaks for and against a member, and what it is called by that.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  candidateStatus,
  failingSince,
  heartbeatMoves,
  statusOf,
} from "../../../lib/core/verdict/status_of.ts";
import { FailureDetector } from "../../../lib/core/detector/failure_detector.ts";
import type { Candidate } from "../../../lib/core/members/candidate.ts";
import { claimOfRow } from "../../../lib/core/members/row_claim.ts";
import { RowKeeper } from "../../../lib/core/registration/row_keeper.ts";
import { rowOf } from "../lone_node.ts";
import { instanceOf, nameOf, recordOf, voteOf } from "../records.ts";
import { View } from "../view.ts";

/** All that node 0 has to judge two others and candidate 5 by. */
function scene() {
  const view = new View(2);
  const detector = new FailureDetector(view);
  const keeper = new RowKeeper(view.memberList, view.ticks, view.random, 0);
  view.candidates.learn(claimOfRow(rowOf(5)));
  const candidate = view.candidates.get(nameOf(5)) as Candidate;
  const parts = { ...view, detector, keeper };
  /** Lists a node with that heartbeat. */
  const lists = (number: number, heartbeat: number, now: number): void =>
    view.heartbeats.listed([{ row: rowOf(number, { heartbeat }) }], now, now, () => true);
  return { view, parts, candidate, lists };
}

Deno.test("statusOf() calls a member alive, suspect, failed and down by what is known of it", () => {
  const { view, parts } = scene();
  assert.equal(statusOf(parts, view.member(1), 0), "alive");
  parts.detector.heard(voteOf(2), instanceOf(2), 0);
  assert.equal(statusOf(parts, view.member(1), 1), "suspect");
  const failed = recordOf(1, { state: "failed", cause: { kind: "refused", accusers: [] } });
  view.memberList.merge(failed, 2);
  assert.equal(statusOf(parts, view.member(1), 3), "down");
  view.memberList.merge(recordOf(1, { state: "left" }), 4);
  assert.equal(statusOf(parts, view.member(1), 5), "down");
});

Deno.test("statusOf() calls one unreachable that failed, and whose heartbeat moves after that", () => {
  const { view, parts, lists } = scene();
  view.breakLink(1, "silent", 1000);
  const failed = recordOf(1, { state: "failed", cause: { kind: "silent", accusers: [] } });
  view.memberList.merge(failed, 1001);
  lists(1, 1, 500);
  lists(1, 2, 2000);
  assert.equal(statusOf(parts, view.member(1), 2000), "down", "written before it failed, perhaps");
  lists(1, 2, 2500);
  lists(1, 3, 3000);
  assert.equal(statusOf(parts, view.member(1), 3000), "unreachable");
});

Deno.test("heartbeatMoves() is over once the heartbeat has missed its time", () => {
  const { view, parts, lists } = scene();
  view.breakLink(1, "silent", 100);
  lists(1, 1, 1000);
  lists(1, 2, 2000);
  assert.ok(heartbeatMoves(parts, view.member(1), 2000));
  assert.ok(!heartbeatMoves(parts, view.member(1), 60_000));
});

Deno.test("failingSince() is when the first ping was sent that failed, or the failure was heard of", () => {
  const { view, parts, candidate } = scene();
  assert.equal(failingSince(parts, view.member(1)), undefined);
  view.memberList.merge(recordOf(1, { state: "failed" }), 700);
  assert.equal(failingSince(parts, view.member(1)), 700);
  view.breakLink(1, "silent", 500);
  assert.equal(failingSince(parts, view.member(1)), 498);
  assert.equal(failingSince(parts, candidate), undefined);
  candidate.link.miss({ kind: "silent", detail: "", sentAt: 300 }, 301);
  assert.equal(failingSince(parts, candidate), 300);
});

Deno.test("candidateStatus() calls a candidate unproven until it has failed", () => {
  const { view, parts, candidate } = scene();
  assert.equal(candidateStatus(parts, candidate, 0), "unproven");
  candidate.link.miss({ kind: "refused", detail: "", sentAt: 300 }, 301);
  view.candidates.fail(candidate, 301);
  assert.equal(candidateStatus(parts, candidate, 302), "down");
});
