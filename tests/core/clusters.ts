/**
 * Clusters of simulated nodes for the tests of a whole core.
 *
 * @module
 */
import assert from "node:assert/strict";
import { World } from "../../lib/simulation/world.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";

export const names = ["n1@10.0.0.1", "n2@10.0.0.2", "n3@10.0.0.3", "n4@10.0.0.4", "n5@10.0.0.5"];

export function cluster(count = 5, seed = 1): { world: World; nodes: SimNode[] } {
  const world = new World({ seed });
  const nodes = Array.from(
    { length: count },
    (_, index) => world.start(`n${index + 1}@10.0.0.${index + 1}`),
  );
  return { world, nodes };
}

export function allTrue(nodes: readonly SimNode[], count = nodes.length): boolean {
  return nodes.every(({ lastStatus }) => lastStatus?.shown === count && lastStatus.alive === count);
}

export function settled(count = 5, seed = 1): { world: World; nodes: SimNode[] } {
  const made = cluster(count, seed);
  assert.notEqual(made.world.runUntil(() => allTrue(made.nodes), 5000), undefined, "it settles");
  made.world.run(3000);
  return made;
}

export function allSee(
  nodes: readonly SimNode[],
  name: string,
  status: string | undefined,
): boolean {
  return nodes.every((node) => node.sees(name)?.status === status);
}
