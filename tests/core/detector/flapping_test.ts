/**
 * Who fails again and again, and for how long that is held against it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  Flapping,
  flappingMin,
  flappingStretchMax,
  flappingWindowMs,
} from "../../../lib/core/detector/flapping.ts";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import { World } from "../../../lib/simulation/world.ts";
import { allTrue } from "../clusters.ts";
import { nameOf } from "../records.ts";

/** Node 1 has failed so often, once a second from 0 on. */
function failing(times: number): Flapping {
  const flapping = new Flapping();
  for (let count = 0; count < times; count++) flapping.note(nameOf(1), count * 1000);
  return flapping;
}

Deno.test("Flapping stretches from the third failure on, twice as much for each, up to a bound", () => {
  const stretches = [0, 1, 2, 3, 4, 5, 6, 30].map((times) =>
    failing(times).stretch(nameOf(1), times * 1000)
  );
  assert.deepEqual(stretches, [1, 1, 1, 2, 4, 8, flappingStretchMax, flappingStretchMax]);
});

Deno.test("Flapping tells one member from the other", () => {
  const flapping = failing(flappingMin);
  assert.ok(flapping.isFlapping(nameOf(1), 3000));
  assert.ok(!flapping.isFlapping(nameOf(2), 3000));
  assert.equal(flapping.stretch(nameOf(2), 3000), 1);
});

Deno.test("Flapping forgets each failure after five minutes", () => {
  const flapping = failing(flappingMin);
  assert.ok(flapping.isFlapping(nameOf(1), flappingWindowMs - 1));
  assert.ok(!flapping.isFlapping(nameOf(1), flappingWindowMs), "the first is forgotten");
  assert.equal(flapping.failures(nameOf(1), flappingWindowMs + 2000), 0);
});

Deno.test("Flapping remembers a bounded number of failures", () => {
  assert.equal(failing(100).failures(nameOf(1), 100_000), 20);
});

Deno.test("Flapping forgets the names of those who have not failed for long", () => {
  const flapping = new Flapping();
  for (const number of [1, 2, 3]) flapping.note(nameOf(number), number);
  flapping.note(nameOf(1), 1000);
  assert.equal(flapping.size, 3);
  flapping.note(nameOf(4), flappingWindowMs + 3);
  assert.equal(flapping.size, 2, "1, which has failed again, and 4");
});

Deno.test("Membership calls a flapping member failed that dies, also where it waits longer than votes live", () => {
  const world = new World({ seed: 1 });
  const nodes = [1, 2, 3, 4, 5].map((number) =>
    world.start(`n${number}@10.0.0.${number}`, { timings: profileTimings.wan })
  );
  const [victim, ...others] = nodes;
  const gone = (): boolean =>
    others.every((node) => node.sees(victim?.settings.name ?? "")?.status === "down");
  world.run(15_000);
  for (let failures = 1; failures <= 5; failures++) {
    victim?.freeze();
    assert.ok(world.runUntil(gone, 60_000) !== undefined, `failure ${failures}`);
    victim?.thaw();
    assert.ok(world.runUntil(() => allTrue(nodes), 60_000) !== undefined, `return ${failures}`);
  }
  victim?.freeze();
  const tookMs = world.runUntil(gone, 60_000);
  assert.ok(tookMs !== undefined && tookMs > 24_000, `it is stretched eightfold: ${tookMs} ms`);
});
