/**
 * Orders and choices by chance.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sampled, seededRandom, shuffled } from "../../../lib/core/base/random.ts";

const hundred = Array.from({ length: 100 }, (_, number) => number);

Deno.test("shuffled() gives all in an order by chance", () => {
  const order = shuffled(hundred, seededRandom(1));
  assert.notDeepEqual(order, hundred);
  assert.deepEqual(order.toSorted((one, other) => one - other), hundred);
});

Deno.test("sampled() gives so many different ones, each as often as the others", () => {
  const random = seededRandom(1);
  const times = new Map<number, number>();
  for (let round = 0; round < 1000; round++) {
    const some = sampled(hundred, 10, random);
    assert.equal(new Set(some).size, 10);
    for (const one of some) times.set(one, (times.get(one) ?? 0) + 1);
  }
  assert.equal(times.size, 100);
  for (const [one, count] of times) assert.ok(count > 50 && count < 150, `${one}: ${count} times`);
});

Deno.test("sampled() draws nothing where there are no more", () => {
  const random = seededRandom(1);
  assert.deepEqual(sampled(hundred, 100, random), hundred);
  assert.deepEqual(sampled([], 3, random), []);
  assert.equal(random.next(), seededRandom(1).next());
});
