/** When a node reads the registry. */
import assert from "node:assert/strict";
import { ListingPlan } from "../../../lib/core/registration/listing_plan.ts";

Deno.test("ListingPlan begins with a listing, and has one under way at a time", () => {
  const plan = new ListingPlan(100);
  assert.equal(plan.begin(99), false);
  assert.equal(plan.begin(100), true);
  assert.equal(plan.isRunning, true);
  assert.equal(plan.startedAt, 100);
  assert.equal(plan.wakeAt, Infinity);
  plan.hasten(101);
  assert.equal(plan.begin(101), false);
});

Deno.test("ListingPlan lists again after the pause, or when it is hastened", () => {
  const plan = new ListingPlan(0);
  plan.begin(0);
  plan.completed(1000, 10);
  assert.equal(plan.wakeAt, 1010);
  plan.hasten(2000);
  assert.equal(plan.wakeAt, 1010);
  plan.hasten(500);
  assert.equal(plan.wakeAt, 500);
});

Deno.test("ListingPlan.hastenAfter() keeps a pause after a listing that was complete, not after one that failed", () => {
  const plan = new ListingPlan(0);
  plan.begin(0);
  plan.completed(1000, 10);
  plan.hastenAfter(300, 20);
  assert.equal(plan.wakeAt, 310);
  plan.begin(310);
  plan.failed(5000, 320);
  assert.equal(plan.wakeAt, 5320);
  plan.hastenAfter(300, 400);
  assert.equal(plan.wakeAt, 400);
});
