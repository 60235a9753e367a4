/**
 * In which order those are asked of whom only a row is known.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { UnverifiedQueue } from "../../../lib/core/discovery/unverified_queue.ts";
import { nameOf } from "../records.ts";

function takeAll(queue: UnverifiedQueue, isFresh: boolean): string[] {
  const taken: string[] = [];
  const take = () => queue.take(isFresh);
  for (let name = take(); name !== undefined; name = take()) taken.push(name);
  return taken;
}

Deno.test("UnverifiedQueue.take() gives the fresh as they came, and each one once", () => {
  const queue = new UnverifiedQueue(seededRandom(1));
  assert.ok(queue.isEmpty);
  for (const number of [1, 2, 3]) queue.add(nameOf(number), false);
  for (const number of [5, 4, 5]) queue.add(nameOf(number), true);
  assert.deepEqual([queue.size, queue.freshCount, queue.otherCount], [5, 2, 3]);
  assert.deepEqual(takeAll(queue, true), [5, 4].map(nameOf));
  assert.deepEqual([queue.freshCount, queue.otherCount], [0, 3]);
  assert.deepEqual(takeAll(queue, false).sort(), [1, 2, 3].map(nameOf));
  assert.ok(queue.isEmpty);
});

Deno.test("UnverifiedQueue.take() gives the others in an order that differs from node to node", () => {
  const orders = [1, 2].map((seed) => {
    const queue = new UnverifiedQueue(seededRandom(seed));
    for (let number = 1; number <= 20; number++) queue.add(nameOf(number), false);
    return takeAll(queue, false);
  });
  assert.notDeepEqual(orders[0], orders[1]);
  assert.deepEqual(orders[0]?.toSorted(), orders[1]?.toSorted());
});

Deno.test("UnverifiedQueue.add() stays bounded however often a row changes hands", () => {
  const queue = new UnverifiedQueue(seededRandom(1));
  for (let turn = 0; turn < 10_000; turn++) queue.add(nameOf(turn % 3), false);
  assert.ok(queue.otherCount <= 1024, `${queue.otherCount} wait`);
  assert.deepEqual([...new Set(takeAll(queue, false))].toSorted(), [0, 1, 2].map(nameOf));
});

Deno.test("UnverifiedQueue.add() loses none of very many", () => {
  const queue = new UnverifiedQueue(seededRandom(1));
  for (let number = 0; number < 5000; number++) queue.add(nameOf(number), false);
  assert.equal(new Set(takeAll(queue, false)).size, 5000);
});
