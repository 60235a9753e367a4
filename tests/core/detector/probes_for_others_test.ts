/**
 * What a node does for others that cannot reach a member themselves.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ProbesForOthers,
  probesMaxPerInterval,
} from "../../../lib/core/detector/probes_for_others.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { effectsOf, instanceOf, nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

/** Wishes to node 0, which has begun to take them. */
class Scene {
  readonly view: View;
  readonly probes: ProbesForOthers;
  readonly out: Effect[] = [];

  constructor(members = 1) {
    this.view = new View(members);
    this.probes = new ProbesForOthers(this.view.memberList, 1000);
    this.probes.start(0);
  }

  /** True if node `number` is to be asked now. */
  wants(reply: number, now: number, number = 1, instance = instanceOf(number)): boolean {
    const subject = { name: nameOf(number), instance, addresses: [] };
    return this.probes.wanted(subject, reply, now, this.out) !== undefined;
  }

  /** Replies that were given, and what they say. */
  get answers(): [number, boolean][] {
    return effectsOf("probe-answer", this.out).map(({ reply, reached }) => [reply, reached]);
  }
}

Deno.test("ProbesForOthers answers all who want the same by one ping", () => {
  const scene = new Scene();
  assert.ok(scene.wants(1, 0));
  assert.ok(!scene.wants(2, 10));
  assert.deepEqual(scene.answers, []);
  scene.probes.ended(recordOf(1), true, 20, scene.out);
  assert.deepEqual(scene.answers, [[1, true], [2, true]]);
});

Deno.test("ProbesForOthers answers by what it has just seen, and asks again a little later", () => {
  const scene = new Scene();
  scene.wants(1, 0);
  scene.probes.ended(recordOf(1), true, 20, scene.out);
  assert.ok(!scene.wants(2, 119));
  assert.deepEqual(scene.answers.at(-1), [2, true]);
  assert.ok(scene.wants(3, 120));
});

Deno.test("ProbesForOthers has not reached an instance that it does not know", () => {
  const scene = new Scene();
  assert.ok(!scene.wants(1, 0, 1, instanceOf(99)));
  assert.ok(!scene.wants(2, 0, 7));
  assert.deepEqual(scene.answers, [[1, false], [2, false]]);
});

Deno.test("ProbesForOthers tells those who wait for an instance that it was replaced", () => {
  const scene = new Scene();
  scene.wants(1, 0);
  scene.view.memberList.merge(recordOf(1, { instance: instanceOf(99), incarnation: 1 }), 5);
  assert.ok(scene.wants(2, 10, 1, instanceOf(99)));
  assert.deepEqual(scene.answers, [[1, false]]);
  scene.probes.ended(recordOf(1), true, 20, scene.out);
  assert.deepEqual(scene.answers.length, 1, "the ping to the one before says nothing");
});

Deno.test("ProbesForOthers sends a bounded number of pings in an interval, whoever wants them", () => {
  const count = probesMaxPerInterval + 5;
  const scene = new Scene(count);
  const asked = Array.from({ length: count }, (_, index) => scene.wants(index, 0, index + 1));
  assert.equal(asked.filter((isAsked) => isAsked).length, probesMaxPerInterval);
  assert.deepEqual(scene.answers.map(([, reached]) => reached), Array(5).fill(false));
});

Deno.test("ProbesForOthers.forget() forgets what was seen, but not who waits", () => {
  const scene = new Scene(2);
  scene.wants(1, 0);
  scene.probes.forget(nameOf(1));
  scene.probes.ended(recordOf(1), false, 10, scene.out);
  assert.deepEqual(scene.answers, [[1, false]]);
  scene.probes.forget(nameOf(1));
  assert.ok(scene.wants(2, 11), "what was seen is no answer any more");
});
