/**
 * What would change a verdict.
 *
 * @module
 */
import assert from "node:assert/strict";
import { wouldChange } from "../../../lib/core/verdict/reasons.ts";

Deno.test("wouldChange() asks as many observers as there are to refuse", () => {
  const [, ofTwo] = wouldChange("alive", 0, { needed: 1, conclusive: 1 });
  assert.equal(ofTwo, "one observer with two refused connections marks it down at once");
  const [, ofMany] = wouldChange("alive", 0, { needed: 1, conclusive: 2 });
  assert.match(ofMany ?? "", /^two observers with two refused connections each/);
});
