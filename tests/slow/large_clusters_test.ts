/** What a large cluster asks of its registry. */
import assert from "node:assert/strict";
import { World } from "../../lib/simulation/world.ts";

Deno.test("Membership is as sparing where most of the nodes hardly ever list", () => {
  const world = new World({ seed: 1, hintMs: Infinity, keepStory: false });
  const count = 40;
  for (let number = 1; number <= count; number++) {
    world.start(`n${number}@10.0.0.${number}`, { registryPaceMs: 30_000 });
    world.run(100);
  }
  world.run(60_000);
  const { writes } = world.registry;
  world.run(150_000);
  const heartbeats = (world.registry.writes - writes) / count / 5;
  assert.ok(heartbeats <= 1.1 && heartbeats > 0.9, `${heartbeats} heartbeats in 30 s`);
});

Deno.test("Membership bounds what a large cluster asks of its registry, also after an outage", () => {
  const world = new World({ seed: 1, keepStory: false });
  for (let number = 1; number <= 150; number++) {
    world.start(`n${number}@10.0.${number >> 8}.${number & 255}`, { statusEntriesMax: 0 });
  }
  world.run(20_000);
  const before = world.registry.listings;
  world.run(120_000);
  const rowsPerSecond = (world.registry.listings - before) * 150 / 120;
  assert.ok(rowsPerSecond <= 1300, `${rowsPerSecond} rows a second`);
  world.registry.awayBecause = "no space left on device";
  world.run(20_000);
  const writes = (): number => {
    const writesBefore = world.registry.writes;
    world.run(1000);
    return world.registry.writes - writesBefore;
  };
  // Fifty are due, and nobody waits more than 30 % less; in step it would be all in one second.
  const tries = Array.from({ length: 6 }, writes);
  world.registry.awayBecause = undefined;
  const made = Array.from({ length: 6 }, writes);
  const shown = `${tries}, and when it is back ${made}`;
  assert.ok(Math.max(...tries, ...made) <= 100, shown);
  assert.ok(tries.reduce((sum, one) => sum + one) / tries.length <= 75, shown);
});
