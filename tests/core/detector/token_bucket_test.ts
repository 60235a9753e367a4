/**
 * How much a budget permits, and when it permits more.
 *
 * @module
 */
import assert from "node:assert/strict";
import { TokenBucket } from "../../../lib/core/detector/token_bucket.ts";

/** A budget of four per second, with `left` in hand at 0. */
function bucketWith(left: number): TokenBucket {
  const bucket = new TokenBucket(4, 1000);
  bucket.begin(left, 0);
  return bucket;
}

Deno.test("TokenBucket permits what it began with, and then one each share of its interval", () => {
  const bucket = bucketWith(2);
  for (const _ of [1, 2]) {
    assert.ok(bucket.permits(0));
    bucket.spend(0);
  }
  assert.ok(!bucket.permits(0));
  assert.equal(bucket.permitsAt, 250);
  assert.ok(!bucket.permits(249));
  assert.ok(bucket.permits(250));
});

Deno.test("TokenBucket saves what is not spent for one interval, and no longer", () => {
  const bucket = bucketWith(0);
  assert.ok(bucket.permits(60_000));
  bucket.spend(60_000, 3);
  assert.ok(bucket.permits(60_000), "four were saved");
  bucket.spend(60_000);
  assert.ok(!bucket.permits(60_000));
});

Deno.test("TokenBucket makes up for what was spent beyond it, but for one interval at most", () => {
  const bucket = bucketWith(1);
  bucket.spend(0, 3);
  assert.equal(bucket.permitsAt, 750);
  bucket.spend(0, 1000);
  assert.equal(bucket.permitsAt, 1250);
  assert.ok(!bucket.permits(1249));
  assert.ok(bucket.permits(1250));
});

Deno.test("TokenBucket saves as much as it is told to, however little it gets", () => {
  const bucket = new TokenBucket(4, 1000, 20);
  bucket.begin(0, 0);
  bucket.spend(60_000, 19);
  assert.ok(bucket.permits(60_000), "twenty were saved");
  bucket.spend(60_000);
  assert.equal(bucket.permitsAt, 60_250);
});
