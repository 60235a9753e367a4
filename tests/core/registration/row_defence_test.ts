/**
 * When a row is written again that somebody writes over, and what is told of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { RowDefence } from "../../../lib/core/registration/row_defence.ts";
import { effectsOf, nameOf } from "../records.ts";

/** The row of node 1, and what is told of it. */
class Scene {
  readonly defence: RowDefence = new RowDefence(seededRandom(1));
  readonly out: Effect[] = [];

  /** How long it waits when the row is written over at `now`. */
  overwritten(now: number): number {
    return this.defence.overwritten(nameOf(1), now, this.out) - now;
  }

  stands(now: number): void {
    this.defence.stands(nameOf(1), now, this.out);
  }

  get notes(): string[] {
    return effectsOf("note", this.out).map(({ message }) => message);
  }
}

Deno.test("RowDefence writes at once the first time, then ever more slowly, and tells of it once", () => {
  const scene = new Scene();
  assert.equal(scene.overwritten(0), 0);
  const pauses: number[] = [];
  for (let now = 1; pauses.length < 8; now = scene.defence.notBefore + 1) {
    pauses.push(scene.overwritten(now));
  }
  pauses.forEach((pauseMs, index) => {
    const mostMs = Math.min(10_000, 250 * 2 ** index);
    assert.ok(pauseMs <= mostMs && pauseMs >= mostMs * 0.7 - 1, `${pauses}`);
  });
  assert.equal(scene.notes.length, 1);
  assert.match(scene.notes[0] ?? "", /was overwritten by a process that has not proven the cookie/);
});

Deno.test("RowDefence goes on with a pause that has begun", () => {
  const scene = new Scene();
  scene.overwritten(0);
  scene.overwritten(1);
  const until = scene.defence.notBefore;
  assert.equal(scene.overwritten(2) + 2, until);
});

Deno.test("RowDefence.retry() is true once for each time that the row was written over", () => {
  const scene = new Scene();
  assert.ok(!scene.defence.retry());
  scene.overwritten(0);
  assert.ok(scene.defence.retry());
  assert.ok(!scene.defence.retry());
  scene.overwritten(1);
  scene.stands(2);
  assert.ok(!scene.defence.retry());
});

Deno.test("RowDefence tells that it is over, with a count, once the row has stood for 30 s", () => {
  const scene = new Scene();
  for (const now of [0, 1000, 2000]) scene.overwritten(now);
  scene.stands(31_999);
  assert.equal(scene.notes.length, 1);
  scene.stands(32_000);
  assert.match(scene.notes[1] ?? "", /overwritten 3 times within 2.0 s; it has stood for 30 s now/);
  scene.stands(90_000);
  assert.equal(scene.notes.length, 2);
  assert.equal(scene.overwritten(100_000), 0, "it begins anew");
});
