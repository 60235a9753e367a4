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
import { effectsOf, instanceOf, nameOf, recordOf } from "../records.ts";
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
    const keeper = new RowKeeper(view.memberList, view.ticks, view.random, 0);
    const parts = { ...view, settings, detector, keeper, changes: this.changes };
    this.reporter = new StatusReporter({ ...parts, beams: undefined });
    this.reporter.start(0);
  }

  /** The status line that it gives at `now`; `undefined` if none is due. */
  line(now: number) {
    return effectsOf("status", this.wake(now))[0];
  }

  /** All that it gives at `now`. */
  wake(now: number): Effect[] {
    const out: Effect[] = [];
    this.reporter.wake(now, out);
    return out;
  }

  /** What it tells at `now`, before the status line. */
  tells(now: number): string[] {
    const effects = this.wake(now);
    assert.deepEqual(effects.map(({ kind }) => kind).slice(-1), ["status"]);
    return effectsOf("changes", effects).flatMap(({ changes }) =>
      changes.map(({ kind, name }) => `${kind} ${name}`)
    );
  }

  /** The names in the line at `now` that are true, and those that are false. */
  says(now: number): [string[], string[]] {
    const { entries = [] } = this.line(now) ?? {};
    const named = (isAlive: boolean): string[] =>
      entries.filter(({ alive }) => alive === isAlive).map(({ name }) => name);
    return [named(true), named(false)];
  }
}

function bound(scene: Scene): Pick<Scene, "view" | "reporter" | "tells"> {
  return { view: scene.view, reporter: scene.reporter, tells: (now) => scene.tells(now) };
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

Deno.test("StatusReporter gives four lines out of turn in a row, and then two a second", () => {
  const scene = new Scene(1);
  scene.line(0);
  const outOfTurn: number[] = [];
  for (let now = 0; now < 10_000; now = scene.reporter.wakeAt) {
    if (now > 0) assert.ok(scene.line(now));
    if (now % 1000 !== 0) outOfTurn.push(now);
    scene.reporter.soon(now);
  }
  assert.deepEqual(outOfTurn.slice(0, 4), [100, 200, 300, 400]);
  assert.ok(outOfTurn.length > 10 && outOfTurn.length <= 4 + 20, `${outOfTurn.length}`);
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

Deno.test("StatusReporter tells before the line what it shows: suspicions, their end, what waits", () => {
  const scene = new Scene(3);
  const { view, reporter, changes } = scene;
  scene.line(0);
  view.breakLink(2, "silent", 10);
  assert.deepEqual(scene.tells(1000), [`suspected ${nameOf(2)}`]);
  assert.deepEqual(scene.tells(2000), []);
  view.links.of(nameOf(2)).pong(500, pong.address, 2100);
  reporter.changed({ kind: "joined", name: nameOf(3), reason: "" }, 2200);
  assert.deepEqual(scene.tells(3000), [`joined ${nameOf(3)}`, `cleared ${nameOf(2)}`]);
  assert.deepEqual(changes.kept.map(({ kind, at }) => [kind, at]), [
    ["suspected", 1000],
    ["joined", 2200],
    ["cleared", 3000],
  ]);
  assert.equal(changes.lastAt(nameOf(2)), undefined, "the verdict is the same");
});

Deno.test("StatusReporter tells of no suspicion that the verdict has overtaken", () => {
  const { view, reporter, tells } = bound(new Scene(2));
  tells(0);
  view.breakLink(1, "refused", 10);
  view.memberList.merge(recordOf(1, { state: "failed" }), 20);
  reporter.changed({ kind: "failed", name: nameOf(1), reason: "" }, 20);
  view.breakLink(2, "silent", 10);
  reporter.changed({ kind: "link-bad", name: nameOf(2), reason: "" }, 20);
  assert.deepEqual(tells(120), [`failed ${nameOf(1)}`, `link-bad ${nameOf(2)}`]);
  assert.deepEqual(tells(1000), []);
});

Deno.test("StatusReporter tells that this node was held up, once it has joined", () => {
  const { reporter, tells } = bound(new Scene(1));
  tells(0);
  reporter.heldUp(900, 5000);
  assert.deepEqual(tells(5000), []);
  reporter.heldUp(3000, 9000);
  assert.deepEqual(tells(9000), [`held-up ${nameOf(0)}`]);
  reporter.stop();
  reporter.heldUp(30_000, 40_000);
  assert.equal(reporter.wakeAt, Infinity);
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

Deno.test("StatusReporter keeps of which run a change speaks, of a candidate when it fails", () => {
  const { reporter, changes, view: { memberList, candidates } } = new Scene(2);
  memberList.merge(recordOf(1, { incarnation: 7 }), 1);
  memberList.merge(recordOf(2, { state: "left" }), 1);
  const claim = claimOfRow({ ...rowOf(2), instance: instanceOf(22), incarnation: 3 });
  candidates.learn(claim);
  reporter.changed({ kind: "returned", name: nameOf(1), reason: "" }, 10);
  reporter.changed({ kind: "left", name: nameOf(2), reason: "" }, 20);
  reporter.changed({ kind: "failed", name: nameOf(2), status: "down", reason: "" }, 30);
  reporter.changed({ kind: "isolated", name: nameOf(0), reason: "" }, 40);
  assert.deepEqual(changes.kept.map(({ instance, incarnation }) => [instance, incarnation]), [
    [instanceOf(1), 7],
    [instanceOf(2), memberList.get(nameOf(2))?.incarnation],
    [instanceOf(22), 3],
    [memberList.self.instance, memberList.self.incarnation],
  ]);
});

Deno.test("StatusReporter says nothing once it has stopped", () => {
  const scene = new Scene(1);
  scene.reporter.stop();
  scene.reporter.soon(10);
  assert.equal(scene.reporter.wakeAt, Infinity);
  assert.equal(scene.line(5000), undefined);
});
