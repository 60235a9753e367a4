/**
 * Why a member is seen as it is, and what would change that.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FailureDetector } from "../../../lib/core/detector/failure_detector.ts";
import type { Cause } from "../../../lib/core/members/record.ts";
import { failedReason, wouldChange } from "../../../lib/core/verdict/reasons.ts";
import { nameOf, recordOf } from "../records.ts";
import { View } from "../view.ts";

Deno.test("failedReason() names the accusers; if it was not told who they are, its observers", () => {
  const view = new View(1);
  const pace = { heartbeatIntervalMs: 1000, listIntervalMs: 1000 };
  const parts = { ...view, detector: new FailureDetector(view), keeper: { away: false, pace } };
  const reason = (cause: Cause | undefined): string =>
    failedReason(parts, recordOf(1, { state: "failed", cause }), 0);
  const rest =
    "cannot reach it: connected, but no answer in time; its heartbeat has not been seen yet";
  const two = [nameOf(2), nameOf(3)];
  assert.equal(
    reason({ kind: "silent", accusers: two }),
    `${nameOf(2)}, ${nameOf(3)} ${rest}`,
  );
  assert.equal(reason({ kind: "silent", accusers: two.slice(1) }), `${nameOf(3)} ${rest}`);
  for (const cause of [undefined, { kind: "silent", accusers: [] } as const]) {
    assert.equal(reason(cause), `its observers ${rest}`);
  }
});

Deno.test("wouldChange() asks as many observers as there are to refuse", () => {
  const [, ofTwo] = wouldChange("alive", 0, { needed: 1, conclusive: 1 });
  assert.equal(ofTwo, "one observer with two refused connections marks it down at once");
  const [, ofMany] = wouldChange("alive", 0, { needed: 1, conclusive: 2 });
  assert.match(ofMany ?? "", /^two observers with two refused connections each/);
});
