/**
 * What the failure detector promises, in fewer runs than `deno task sim` has.
 *
 * @module
 */
import assert from "node:assert/strict";
import { describeFinding, LinkMatrix } from "../../lib/core/explain/link_matrix.ts";
import type { LinkFinding } from "../../lib/core/explain/link_matrix.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom, shuffled } from "../../lib/core/base/random.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { World } from "../../lib/simulation/world.ts";
import { goals } from "../../scripts/sim/goals.ts";
import { play } from "../../scripts/sim.ts";

/** Clusters above this size are for the long run. */
const nodesMax = 20;

/** Runs of each, spread over fewer seeds where the scenario is long. */
const runs = 8;

for (const goal of goals.filter(({ scenario }) => scenario.nodes <= nodesMax)) {
  Deno.test(`the promise is kept: ${goal.title}`, () => {
    const summary = play(goal, runs);
    assert.equal(goal.broken(summary), undefined, JSON.stringify(summary, null, 2));
  });
}

function settled(count: number, seed: number): World {
  const world = new World({ seed, keepStory: false });
  for (let number = 1; number <= count; number++) world.start(`n${number}@10.0.0.${number}`);
  world.run(8000);
  return world;
}

/** What the nodes' own links say, put together. */
function findingsOf(world: World): LinkFinding[] {
  const now = Math.floor(world.now);
  const reports = world.nodes.map(({ core }) => ({ name: core.name, links: core.links(now) }));
  return new LinkMatrix(reports).findings();
}

function nameOf({ core }: SimNode): NodeName {
  return core.name;
}

Deno.test("a link that is dead in one direction is named, and nobody is called dead", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const world = settled(3 + random.below(9), seed);
    const [from, to] = shuffled(world.nodes, random) as [SimNode, SimNode];
    // Nothing that `from` sends arrives: its pings fail, and so do those of `to`, whose pongs it
    // would have to send.
    world.network.cut(from, to);
    let failed = 0;
    world.onChange = ({ change }) => failed += change.kind === "failed" ? 1 : 0;
    world.run(12_000);
    const told = findingsOf(world).map((finding) => describeFinding(finding));
    const pair = [nameOf(from), nameOf(to)];
    assert.equal(told.length, 1, `seed ${seed}: ${told.join("; ")}`);
    assert.ok(pair.every((name) => told[0]?.includes(name)), `seed ${seed}: ${told.join("; ")}`);
    assert.equal(failed, 0, `seed ${seed}`);
  }
});

Deno.test("two groups that see each other through a third are named, and nobody is called dead", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const world = settled(5 + random.below(5), seed);
    const [hub, ...others] = shuffled(world.nodes, random) as [SimNode, ...SimNode[]];
    const half = Math.ceil(others.length / 2);
    const [one, two] = [others.slice(0, half), others.slice(half)];
    for (const left of one) {
      for (const right of two) {
        world.network.cut(left, right);
        world.network.cut(right, left);
      }
    }
    world.run(15_000);
    const [finding, ...more] = findingsOf(world);
    assert.equal(finding?.kind, "split", `seed ${seed}: ${JSON.stringify(finding)}`);
    assert.deepEqual(more, []);
    if (finding?.kind !== "split") continue;
    const groups = finding.groups.map((names) => [...names].sort().join());
    const expected = [one, two].map((nodes) => nodes.map(nameOf).sort().join());
    assert.deepEqual(groups.sort(), expected.sort());
    const now = Math.floor(world.now);
    const alive = hub.core.members(now).filter(({ status }) => status === "alive");
    assert.equal(alive.length, world.nodes.length, `seed ${seed}`);
  }
});
