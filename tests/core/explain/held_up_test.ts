/**
 * Which of the times are told in which this process did nothing.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  HeldUp,
  heldUpLongMs,
  heldUpMinMs,
  heldUpQuietMs,
} from "../../../lib/core/explain/held_up.ts";

Deno.test("HeldUp tells a short one once a minute, and then how many there were", () => {
  const heldUp = new HeldUp();
  assert.equal(heldUp.toTell(heldUpMinMs - 1, 0), undefined);
  assert.match(heldUp.toTell(1500, 1000) ?? "", /^it did nothing for 1\.5 s, .* overloaded$/);
  for (const now of [5000, 9000, 1000 + heldUpQuietMs - 1]) {
    assert.equal(heldUp.toTell(heldUpLongMs, now), undefined);
  }
  assert.match(
    heldUp.toTell(2000, 1000 + heldUpQuietMs) ?? "",
    /^it did nothing for 2\.0 s, .*; 3 more since the last such line$/,
  );
});

Deno.test("HeldUp tells each long one at once", () => {
  const heldUp = new HeldUp();
  for (const now of [10_000, 20_000]) {
    assert.match(heldUp.toTell(heldUpLongMs + 1, now) ?? "", /^it did nothing for 5\.0 s, /);
  }
});
