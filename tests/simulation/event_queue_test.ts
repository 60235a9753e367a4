/**
 * In which order things happen in virtual time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../lib/core/base/random.ts";
import { EventQueue } from "../../lib/simulation/event_queue.ts";

Deno.test("EventQueue lets all happen by time and, within one moment, by arrival", () => {
  const [queue, random] = [new EventQueue(), seededRandom(1)];
  const happened: { readonly at: number; readonly arrival: number }[] = [];
  let arrivals = 0;
  const plan = (at: number, then: () => void): void => {
    const arrival = arrivals++;
    queue.at(at, () => {
      assert.equal(queue.now, Math.max(at, happened.at(-1)?.at ?? 0));
      happened.push({ at: queue.now, arrival });
      then();
    });
  };
  for (let count = 0; count < 200; count++) {
    // Whole numbers and fractions, one moment several times, and one after a long pause.
    plan(random.below(4) * 5000 + random.below(40) / 4, () => {
      plan(queue.now + random.below(8) / 4, () => {});
      plan(queue.now - 1, () => {});
    });
  }
  while (queue.takeNext(Infinity));
  assert.equal(happened.length, 600);
  assert.equal(queue.taken, 600);
  const inOrder = happened.toSorted((one, other) =>
    one.at - other.at || one.arrival - other.arrival
  );
  assert.deepEqual(happened, inOrder);
});

Deno.test("EventQueue.takeNext() takes nothing that is due later", () => {
  const queue = new EventQueue();
  let taken = 0;
  queue.at(10.5, () => taken++);
  assert.equal(queue.takeNext(10.4), false);
  queue.advance(10.4);
  queue.at(3, () => assert.equal(queue.now, 10.4));
  assert.equal(queue.takeNext(10.4), true);
  assert.equal(queue.takeNext(10.4), false);
  assert.equal(queue.takeNext(10.5), true);
  assert.equal(taken, 1);
});
