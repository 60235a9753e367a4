import assert from "node:assert/strict";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { elixir, settled } from "./beam_world.ts";
import type { BeamWorld } from "./beam_world.ts";

function forget(world: BeamWorld, name: string, dryRun = false): string | undefined {
  world.give({ kind: "forget", name: name as NodeName, dryRun, reply: 5 });
  world.runUntil(() => world.forgotten.length > 0, 3000);
  return world.forgotten.shift()?.refusal ?? "forgotten";
}

Deno.test("forget takes the timestamp of a dead node out, and no other", () => {
  const { world, node } = settled();
  assert.match(forget(world, elixir) ?? "", /is alive/);
  Object.assign(node, { behaviour: "refused", heartbeats: false });
  world.run(5000);
  assert.equal(forget(world, elixir, true), "forgotten");
  assert.deepEqual(world.removals, []);
  assert.equal(forget(world, elixir), "forgotten");
  assert.deepEqual(world.removals, [elixir]);
  assert.equal(world.sees(elixir), undefined);
  world.run(600);
  assert.equal(world.story(elixir).at(-1), "forgotten");
  assert.match(forget(world, elixir) ?? "", /No member is called/);
});

Deno.test("forget answers everybody who asks for the same node", () => {
  const { world, node } = settled();
  Object.assign(node, { behaviour: "refused", heartbeats: false });
  world.run(5000);
  for (const reply of [1, 2]) {
    world.give({ kind: "forget", name: elixir as NodeName, dryRun: false, reply });
  }
  world.runUntil(() => world.forgotten.length === 2, 3000);
  assert.deepEqual(world.forgotten, [
    { kind: "forgotten", reply: 1, refusal: undefined },
    { kind: "forgotten", reply: 2, refusal: undefined },
  ]);
  assert.deepEqual(world.removals, [elixir]);
});
