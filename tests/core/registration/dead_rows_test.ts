/**
 * Which rows of the dead are taken out, by whom, and what is answered to those who wish it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FailureDetector } from "../../../lib/core/detector/failure_detector.ts";
import { claimOfRow } from "../../../lib/core/members/row_claim.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { deadRowMs, DeadRows } from "../../../lib/core/registration/dead_rows.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import { rowOf } from "../lone_node.ts";
import { effectsOf, nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

/** Node 0 with three others, of which node 1 has failed at 0, and the rows of all. */
class Scene {
  readonly view = new View(3);
  readonly keeper = { away: false };
  readonly deadRows: DeadRows;
  readonly out: Effect[] = [];
  rows: Row[] = [0, 1, 2, 3].map((number) => rowOf(number));

  constructor() {
    this.view.memberList.merge(recordOf(1, { state: "failed" }), 0);
    const detector = new FailureDetector(this.view);
    this.deadRows = new DeadRows({ ...this.view, detector, keeper: this.keeper });
  }

  /** Lists; the names of those who are gone for good by that. */
  list(now: number, { isWhole = true, isDelegate = true } = {}): string[] {
    const rows = this.rows.map((row) => ({ row, version: `${row.name} v1` }));
    this.view.heartbeats.listed(rows, now, now, () => true);
    const gone = this.deadRows.listed(rows, rows, { isWhole, isDelegate }, now, this.out);
    return gone.map(({ name }) => name);
  }

  forget(number: number, reply: number, dryRun = false): boolean {
    return this.deadRows.forget({ kind: "forget", name: nameOf(number), dryRun, reply }, this.out);
  }

  /** Names whose rows are to be removed. */
  get removes(): string[] {
    return effectsOf("remove", this.out).map(({ name }) => name);
  }

  /** What was answered last. */
  get answer(): (Effect & { kind: "forgotten" }) | undefined {
    return effectsOf("forgotten", this.out).at(-1);
  }
}

Deno.test("DeadRows takes a row out ten minutes after its node has failed, once", () => {
  const scene = new Scene();
  scene.list(0);
  scene.list(deadRowMs - 1);
  assert.deepEqual(scene.removes, []);
  scene.list(deadRowMs);
  assert.deepEqual(effectsOf("remove", scene.out), [
    { kind: "remove", name: nameOf(1), version: `${nameOf(1)} v1` },
  ]);
  scene.list(deadRowMs + 1000);
  assert.equal(scene.removes.length, 1, "it is under way");
  assert.deepEqual(scene.deadRows.removed({ kind: "removed", name: nameOf(1) }, scene.out), [
    scene.view.member(1),
  ]);
});

Deno.test("DeadRows waits ten minutes even if the heartbeat had stopped long before", () => {
  const scene = new Scene();
  scene.list(0);
  scene.view.memberList.merge(recordOf(1, { state: "failed", incarnation: 1 }), 60_000);
  scene.list(deadRowMs + 59_999);
  assert.deepEqual(scene.removes, []);
  scene.list(deadRowMs + 60_000);
  assert.deepEqual(scene.removes, [nameOf(1)]);
});

Deno.test("DeadRows takes no row out whose version has changed", () => {
  const scene = new Scene();
  scene.list(0);
  scene.list(deadRowMs);
  const conflict = { kind: "remove-conflict", name: nameOf(1), current: undefined } as const;
  assert.deepEqual(scene.deadRows.removed(conflict, scene.out), []);
  assert.deepEqual(scene.deadRows.removed({ kind: "removed", name: nameOf(1) }, scene.out), []);
});

const cautions: Readonly<Record<string, (scene: Scene) => Parameters<Scene["list"]>[1]>> = {
  "others look after the registry": () => ({ isDelegate: false }),
  "its own row is not listed": () => ({ isWhole: false }),
  "its heartbeat moves": (scene) => {
    scene.rows[1] = rowOf(1, { heartbeat: 2 });
    return {};
  },
  "most others have failed, too": ({ view }) => {
    for (const number of [2, 3]) view.memberList.merge(recordOf(number, { state: "failed" }), 1);
    return {};
  },
};

for (const [what, prepare] of Object.entries(cautions)) {
  Deno.test(`DeadRows takes no row out when ${what}`, () => {
    const scene = new Scene();
    scene.list(0);
    scene.list(deadRowMs, prepare(scene));
    assert.deepEqual(scene.removes, []);
  });
}

Deno.test("DeadRows buries who has failed once three whole listings lack its row", () => {
  const scene = new Scene();
  const [own, one, ...others] = scene.rows as [Row, Row];
  scene.rows = [own, ...others];
  assert.deepEqual(scene.list(1), []);
  assert.deepEqual(scene.list(2), []);
  scene.rows = [own, one, ...others];
  assert.deepEqual(scene.list(3), [], "it is there again");
  scene.rows = [own, ...others];
  for (const now of [4, 5]) assert.deepEqual(scene.list(now), []);
  assert.deepEqual(scene.list(6, { isWhole: false }), [], "a listing that may lack anything");
  assert.deepEqual(scene.list(7), [nameOf(1)]);
});

Deno.test("DeadRows counts anew the listings that lack the row of one that was alive meanwhile", () => {
  const scene = new Scene();
  scene.rows = [0, 2, 3].map((number) => rowOf(number));
  for (const now of [1, 2]) assert.deepEqual(scene.list(now), []);
  scene.view.memberList.merge(recordOf(1, { incarnation: 1 }), 3);
  assert.deepEqual(scene.list(3), []);
  scene.view.memberList.merge(recordOf(1, { state: "failed", incarnation: 1 }), 4);
  for (const now of [4, 5]) assert.deepEqual(scene.list(now), []);
  assert.deepEqual(scene.list(6), [nameOf(1)]);
});

Deno.test("DeadRows buries nobody who is alive, whatever the listing lacks", () => {
  const scene = new Scene();
  scene.rows = [rowOf(0), rowOf(1)];
  for (const now of [1, 2, 3, 4]) assert.deepEqual(scene.list(now), []);
});

Deno.test("DeadRows takes out what is left of one that has left, after ten seconds", () => {
  const scene = new Scene();
  scene.list(0);
  scene.view.memberList.merge(recordOf(2, { state: "left" }), 100);
  scene.list(10_099);
  assert.deepEqual(scene.removes, []);
  scene.list(10_100);
  assert.deepEqual(scene.removes, [nameOf(2)]);
});

Deno.test("DeadRows drops a candidate whose row is gone, and buries one that had failed", () => {
  const scene = new Scene();
  const { candidates } = scene.view;
  for (const number of [5, 6]) candidates.learn(claimOfRow(rowOf(number)));
  const failed = candidates.get(nameOf(6));
  assert.ok(failed);
  candidates.fail(failed, 0);
  assert.deepEqual(scene.list(1), []);
  assert.equal(candidates.get(nameOf(5)), undefined);
  scene.list(2);
  assert.deepEqual(scene.list(3), [nameOf(6)]);
});

Deno.test("DeadRows.forget() wants a fresh listing, removes the version in it, and answers all", () => {
  const scene = new Scene();
  scene.list(0);
  assert.ok(scene.forget(1, 41));
  assert.ok(scene.forget(1, 42));
  assert.deepEqual(scene.list(100), []);
  assert.deepEqual(scene.removes, [nameOf(1)]);
  assert.ok(!scene.forget(1, 43), "it is under way");
  assert.equal(scene.answer, undefined);
  scene.deadRows.removed({ kind: "removed", name: nameOf(1) }, scene.out);
  assert.deepEqual(
    effectsOf("forgotten", scene.out),
    [41, 42, 43].map((reply) => (
      { kind: "forgotten", reply, refusal: undefined }
    )),
  );
});

Deno.test("DeadRows.forget() buries who has no row any more", () => {
  const scene = new Scene();
  scene.forget(1, 41);
  scene.rows = [rowOf(0), rowOf(2), rowOf(3)];
  assert.deepEqual(scene.list(100), [nameOf(1)]);
  assert.deepEqual([scene.removes, scene.answer?.refusal], [[], undefined]);
});

Deno.test("DeadRows.forget() answers why a row could not be removed", () => {
  const scene = new Scene();
  scene.forget(1, 41);
  scene.list(100);
  const failed = { kind: "remove-failed", name: nameOf(1), reason: "the disk is full" } as const;
  assert.deepEqual(scene.deadRows.removed(failed, scene.out), []);
  assert.equal(scene.answer?.refusal, "the disk is full");
});

Deno.test("DeadRows.forget() refuses what it must not do, and does nothing in a dry run", () => {
  const scene = new Scene();
  scene.view.candidates.learn(claimOfRow(rowOf(5)));
  const refusals: readonly [number, RegExp][] = [
    [0, /can only leave/],
    [2, /is alive/],
    [5, /not been asked yet/],
    [9, /No member is called/],
  ];
  for (const [number, refusal] of refusals) {
    assert.ok(!scene.forget(number, 41));
    assert.match(scene.answer?.refusal ?? "", refusal);
  }
  assert.ok(!scene.forget(1, 42, true));
  const [reply, refusal] = [scene.answer?.reply, scene.answer?.refusal];
  assert.deepEqual([reply, refusal], [42, undefined]);
  scene.keeper.away = true;
  assert.ok(!scene.forget(1, 43));
  assert.match(scene.answer?.refusal ?? "", /registry is unavailable/);
  scene.list(100);
  assert.deepEqual(scene.removes, []);
});
