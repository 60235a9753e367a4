/**
 * How long is waited between tries at something that fails.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ExponentialBackoff } from "../../../lib/core/base/backoff.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";

Deno.test("failed() doubles the wait up to the bound, and makes it up to 30 % shorter", () => {
  const backoff = new ExponentialBackoff(250, seededRandom(1));
  for (const most of [250, 500, 1_000, 2_000, 2_000, 2_000]) {
    const waitMs = backoff.failed(2_000);
    assert.ok(Number.isInteger(waitMs) && waitMs <= most && waitMs >= 0.7 * most, `${waitMs}`);
  }
  // The bound may move meanwhile.
  const waitMs = backoff.failed(20_000);
  assert.ok(waitMs <= 16_000 && waitMs >= 0.7 * 16_000, `${waitMs}`);
});

Deno.test("succeeded() begins anew", () => {
  const backoff = new ExponentialBackoff(250, seededRandom(1));
  assert.equal(backoff.failing, false);
  for (let failures = 0; failures < 100; failures++) backoff.failed(2_000);
  assert.equal(backoff.failing, true);
  backoff.succeeded();
  assert.equal(backoff.failing, false);
  assert.ok(backoff.failed(2_000) <= 250);
});

Deno.test("failed() spreads those who failed together over the wait", () => {
  const tenths = new Map<number, number>();
  const count = 1_000;
  for (let node = 0; node < count; node++) {
    const backoff = new ExponentialBackoff(250, seededRandom(node));
    let at = 0;
    // As with an outage of twenty seconds.
    while (at < 20_000) at += backoff.failed(2_000);
    const tenth = Math.floor((at - 20_000) / 200);
    tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
  }
  // All in step would be one tenth with all of them; spread evenly each has a hundred.
  assert.ok(Math.max(...tenths.values()) <= 3 * count / 10, `${[...tenths]}`);
});
