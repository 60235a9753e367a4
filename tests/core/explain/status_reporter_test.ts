/**
 * What a node says of its cluster, and when.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FailureDetector } from "../../../lib/core/detector/failure_detector.ts";
import { claimOfRow } from "../../../lib/core/members/row_claim.ts";
import { ChangeLog } from "../../../lib/core/explain/change_log.ts";
import { StatusReporter } from "../../../lib/core/explain/status_reporter.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { RowKeeper } from "../../../lib/core/registration/row_keeper.ts";
import { rowOf } from "../lone_node.ts";
import { effectsOf, nameOf, recordOf } from "../records.ts";
import { pong, View } from "../view.ts";

/** Node 0 with `members` others, which has begun to report at 0. */
class Scene {
  readonly view: View;
  readonly changes: ChangeLog = new ChangeLog();
  readonly reporter: StatusReporter;

  constructor(members: number, statusEntriesMax = 100) {
    const view = this.view = new View(members);
    const settings = { ...view.settings, statusEntriesMax };
    const detector = new FailureDetector(view);
    const keeper = new RowKeeper(view.memberList, 1000, view.random, 0);
    const parts = { ...view, settings, detector, keeper, changes: this.changes };
    this.reporter = new StatusReporter({ ...parts, beams: undefined });
    this.reporter.start(0);
  }

  /** The status line that it gives at `now`; `undefined` if none is due. */
  line(now: number) {
    const out: Effect[] = [];
    this.reporter.wake(now, out);
    assert.ok(out.length <= 1);
    return effectsOf("status", out)[0];
  }

  /** The names in the line at `now` that are true, and those that are false. */
  says(now: number): [string[], string[]] {
    const { entries = [] } = this.line(now) ?? {};
    const named = (isAlive: boolean): string[] =>
      entries.filter(({ alive }) => alive === isAlive).map(({ name }) => name);
    return [named(true), named(false)];
  }
}

Deno.test("StatusReporter gives a line each interval, and keeps its rhythm after a standstill", () => {
  const scene = new Scene(1);
  assert.ok(scene.line(0));
  assert.equal(scene.line(999), undefined);
  assert.ok(scene.line(1001));
  assert.equal(scene.reporter.wakeAt, 2000);
  assert.ok(scene.line(5300));
  assert.equal(scene.reporter.wakeAt, 6000);
});

Deno.test("StatusReporter shows a change within 100 ms, and keeps the rhythm", () => {
  const scene = new Scene(1);
  const { reporter, changes } = scene;
  scene.line(0);
  reporter.changed({ kind: "joined", name: nameOf(1), reason: "" }, 300);
  reporter.soon(350);
  assert.equal(reporter.wakeAt, 400);
  assert.ok(scene.line(400));
  assert.equal(reporter.wakeAt, 1000);
  assert.deepEqual(changes.kept.map(({ kind, at }) => [kind, at]), [["joined", 300]]);
});

Deno.test("StatusReporter says false of who has failed, of bad links, and of shown candidates", () => {
  const scene = new Scene(3);
  const { memberList, candidates } = scene.view;
  memberList.merge(recordOf(1, { state: "failed" }), 1);
  scene.view.breakLink(2, "silent", 10);
  for (const number of [5, 6]) candidates.learn(claimOfRow(rowOf(number)));
  const ghost = candidates.get(nameOf(5));
  assert.ok(ghost);
  candidates.fail(ghost, 20);
  assert.deepEqual(scene.says(100), [[0, 3].map(nameOf), [1, 2, 5].map(nameOf)]);
  const { shown, alive } = scene.line(1000) ?? {};
  assert.deepEqual([shown, alive], [5, 2]);
});

Deno.test("StatusReporter counts alone where there are more than the settings want to see", () => {
  const line = new Scene(3, 3).line(0);
  assert.deepEqual([line?.shown, line?.alive, line?.entries], [4, 4, undefined]);
});

Deno.test("StatusReporter tells that a link is mended if others had reached the member", () => {
  const scene = new Scene(1);
  const found = { kind: "pong", record: scene.view.member(1), sentAt: 0, outcome: pong } as const;
  scene.reporter.linkMended({ ...found, before: "bad" }, 10);
  assert.deepEqual(scene.changes.kept, []);
  scene.reporter.linkMended({ ...found, before: "bad-for-this-node-only" }, 20);
  assert.deepEqual(scene.changes.kept.map(({ kind, name }) => [kind, name]), [
    ["link-mended", nameOf(1)],
  ]);
});

Deno.test("StatusReporter says nothing once it has stopped", () => {
  const scene = new Scene(1);
  scene.reporter.stop();
  scene.reporter.soon(10);
  assert.equal(scene.reporter.wakeAt, Infinity);
  assert.equal(scene.line(5000), undefined);
});
