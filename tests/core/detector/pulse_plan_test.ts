/**
 * When a node asks whom, and when it has to be awake for those whom it should hear of.
 *
 * @module
 */
import assert from "node:assert/strict";
import { PulsePlan } from "../../../lib/core/detector/pulse_plan.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";

const names = ["a@h", "b@h", "c@h", "d@h"] as const;
const [a, b, c, d] = names as readonly string[] as [NodeName, NodeName, NodeName, NodeName];

Deno.test("a member is either asked or heard of, whichever was planned last", () => {
  const plan = new PulsePlan(1000);
  plan.hearBy(a, 500);
  plan.ask(a, 2000);
  assert.equal(plan.take(1999), undefined);
  plan.hearBy(a, 700);
  assert.equal(plan.at(a), 700);
  assert.equal(plan.take(700), a);
  assert.equal(plan.take(9000), undefined);
});

Deno.test("askBy() moves a plan to an earlier time, and never to a later one", () => {
  const plan = new PulsePlan(1000);
  plan.hearBy(a, 500);
  plan.askBy(a, 600);
  assert.equal(plan.at(a), 500);
  plan.askBy(a, 400);
  assert.equal(plan.take(400), a);
  plan.askBy(b, 300);
  plan.delete(b);
  assert.deepEqual([plan.at(b), plan.take(9000)], [undefined, undefined]);
});

Deno.test("an ask, and the silence of one of few, wake a node in time", () => {
  const plan = new PulsePlan(1000);
  assert.equal(plan.wakeAt, Infinity);
  plan.hearBy(a, 500);
  plan.hearBy(c, 600);
  assert.equal(plan.wakeAt, 500);
  plan.ask(b, 450);
  assert.equal(plan.wakeAt, 450);
});

Deno.test("where several are to be heard of, a silence is seen in time, its alarm comes late", () => {
  const plan = new PulsePlan(1000);
  plan.hearBy(a, 500);
  plan.hearBy(b, 650);
  plan.hearBy(c, 900);
  assert.equal(plan.wakeAt, 700);
  plan.ask(d, 690);
  assert.equal(plan.wakeAt, 690);
  assert.equal(plan.take(500), a, "whoever is awake anyway sees it");
});
