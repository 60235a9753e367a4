/**
 * The strange networks of random clusters.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../lib/core/base/random.ts";
import { missingLinks } from "../../scripts/swarm/swarm_shapes.ts";
import type { Shape } from "../../scripts/swarm/swarm_shapes.ts";
import { World } from "../../lib/simulation/world.ts";
import { names } from "../core/clusters.ts";

const linksOf = (shape: Shape, count = 5) => missingLinks(shape, count, seededRandom(1));

Deno.test("missingLinks() leaves one node that reaches both halves of a bridge", () => {
  const missing = linksOf("bridge");
  assert.ok(missing.length > 0);
  assert.ok(missing.every(([from, to]) => from !== 0 && to !== 0));
  assert.ok(missing.every(([from, to]) => missing.some(([a, b]) => a === to && b === from)));
});

Deno.test("missingLinks() leaves each node of a ring its two neighbours", () => {
  for (const place of [0, 1, 2, 3, 4]) {
    const reached = [0, 1, 2, 3, 4].filter((to) =>
      to !== place && !linksOf("ring").some(([a, b]) => a === place && b === to)
    );
    assert.deepEqual(reached, [(place + 1) % 5, (place + 4) % 5].sort());
  }
});

Deno.test("missingLinks() of one way leave all links back", () => {
  assert.equal(linksOf("one-way", 4).length, 4);
  assert.ok(linksOf("one-way").every(([from, to]) => from < 2 && to >= 2));
  assert.ok(linksOf("holes").length < linksOf("one-way").length);
});

Deno.test("SimNode goes by its own clock, which the others never see", () => {
  const world = new World({ seed: 1 });
  const nodes = names.slice(0, 3).map((name, index) =>
    world.start(name, { clock: { offsetMs: 1_000_000 * index, rate: 0.9 + index / 10 } })
  );
  world.run(10_000);
  assert.deepEqual(nodes.map(({ now }) => now), [9000, 1_010_000, 2_011_000]);
  assert.equal(nodes[1]?.worldTime(1_010_000), 10_000);
  for (const { lastStatus } of nodes) assert.equal(lastStatus?.alive, 3);
});
