/**
 * When changes are told, and which are kept.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Effect } from "../../../lib/core/input.ts";
import { batchMs, ChangeLog, changesKeptMax } from "../../../lib/core/explain/change_log.ts";
import type { Change, ChangeKind } from "../../../lib/core/members/change.ts";
import { nameOf } from "../records.ts";

function change(number: number, kind: ChangeKind = "joined"): Change {
  return { kind, name: nameOf(number), reason: "" };
}

const run = { instance: "", incarnation: 0 };

/** What a log tells at `now`, as names. */
function toldAt(log: ChangeLog, now: number): string[] {
  const out: Effect[] = [];
  log.wake(now, out);
  return out.flatMap((effect) => effect.kind === "changes" ? effect.changes : [])
    .map(({ kind, name }) => `${kind} ${name}`);
}

Deno.test("ChangeLog tells the first change at once and collects those after it", () => {
  const log = new ChangeLog();
  log.add(change(1), run, 100);
  assert.deepEqual(toldAt(log, 100), [`joined ${nameOf(1)}`]);
  log.add(change(2), run, 101);
  log.add(change(3), run, 102);
  assert.equal(log.dueAt, 100 + batchMs);
  assert.deepEqual(toldAt(log, 100 + batchMs - 1), []);
  assert.equal(toldAt(log, 100 + batchMs).length, 2);
  assert.equal(log.dueAt, Infinity);
});

Deno.test("ChangeLog tells of more than a thousand changes without waiting longer", () => {
  const log = new ChangeLog();
  log.add(change(0), run, 100);
  toldAt(log, 100);
  for (let number = 1; number <= 1000; number++) log.add(change(number), run, 101);
  assert.deepEqual(toldAt(log, 101), []);
  log.add(change(1001), run, 101);
  assert.equal(toldAt(log, 101).length, 1001);
});

Deno.test("ChangeLog tells neither a change nor what takes it back while both wait", () => {
  const log = new ChangeLog();
  log.add(change(0), run, 100);
  toldAt(log, 100);
  log.add(change(1, "failed"), run, 101);
  log.add(change(2, "failed"), run, 102);
  log.add(change(1, "returned"), run, 103);
  log.add(change(3, "joined"), run, 104);
  log.add(change(3, "returned"), run, 105);
  assert.deepEqual(toldAt(log, 100 + batchMs), [
    `failed ${nameOf(2)}`,
    `joined ${nameOf(3)}`,
    `returned ${nameOf(3)}`,
  ]);
});

Deno.test("ChangeLog.lastAt() knows the last change of each member that is kept, and no other", () => {
  const log = new ChangeLog();
  log.add(change(1), run, 100);
  log.add(change(2), run, 100);
  log.add(change(1, "failed"), run, 100);
  for (let number = 3; number < changesKeptMax + 1; number++) log.add(change(number), run, 200);
  assert.deepEqual([log.forgotten, log.kept.length], [0, changesKeptMax + 1], "during a step");
  log.trim();
  assert.equal(log.forgotten, 1);
  assert.equal(log.kept.length, changesKeptMax);
  assert.equal(log.lastAt(nameOf(1)), 100);
  log.add(change(500), run, 300);
  log.trim();
  assert.equal(log.lastAt(nameOf(2)), undefined);
  assert.equal(log.lastAt(nameOf(1)), 100);
  log.add(change(501), run, 300);
  log.trim();
  assert.equal(log.lastAt(nameOf(1)), undefined);
});
