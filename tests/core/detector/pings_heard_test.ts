/**
 * When a node notices that the others hardly ping it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { PingsHeard } from "../../../lib/core/detector/pings_heard.ts";

/** With so many pings heard since it began at 1000. */
function having(count: number): PingsHeard {
  const heard = new PingsHeard(1000);
  heard.start(1000);
  for (let ping = 0; ping < count; ping++) heard.heard();
  return heard;
}

Deno.test("PingsHeard.isForgotten() is true with fewer than half of the pings of its observers", () => {
  assert.ok(having(3).isForgotten(4, 3000));
  assert.ok(!having(4).isForgotten(4, 3000));
  assert.ok(!having(0).isForgotten(0, 3000), "nobody should have pinged it");
});

Deno.test("PingsHeard.isForgotten() judges two whole intervals, and begins anew after them", () => {
  const heard = having(8);
  assert.ok(!having(0).isForgotten(4, 2999));
  assert.ok(!heard.isForgotten(4, 3000));
  assert.ok(!heard.isForgotten(4, 4999));
  assert.ok(heard.isForgotten(4, 5000), "the pings of before do not count again");
});

Deno.test("PingsHeard.isForgotten() says so every five seconds at most", () => {
  const heard = having(0);
  const times = [3000, 5000, 7000, 9000, 11_000, 13_000].filter((now) => heard.isForgotten(4, now));
  assert.deepEqual(times, [3000, 9000]);
});
