/**
 * Who can write the registry can name any address: how much a node dials for that.
 *
 * @module
 */
import assert from "node:assert/strict";
import { addressesMax } from "../../../lib/core/members/row.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import type { SimNode } from "../../../lib/simulation/sim_node.ts";
import { World } from "../../../lib/simulation/world.ts";

/**
 * A cluster with rows of nobody in its registry, and a count of the addresses that it dials for
 * them.
 */
class Haunted {
  readonly world = new World({ seed: 1, keepStory: false });
  readonly askers = new Set<SimNode>();
  dials = 0;

  constructor(nodes: number) {
    for (let number = 1; number <= nodes; number++) {
      this.world.start(`n${number}@10.0.0.${number}`);
    }
    this.world.run(20_000);
    this.world.onStep = (node, effects) => {
      for (const effect of effects) {
        if (effect.kind !== "ping" || !effect.to.name.startsWith("ghost")) continue;
        this.dials += effect.to.addresses.length;
        this.askers.add(node);
      }
    };
  }

  /** Puts rows with as many addresses as are legal; at none of them is a host. */
  haunt(count: number): void {
    const { registry, now } = this.world;
    const row = registry.row("n1@10.0.0.1");
    assert.ok(row !== undefined);
    for (let number = 0; number < count; number++) {
      const name = `ghost${number}@10.9.0.${number}` as NodeName;
      const instance = number.toString(16).padStart(32, "e");
      const addresses = Array.from({ length: addressesMax }, (_, index) => ({
        host: `10.9.${index}.${number}`,
        port: 4000,
      }));
      registry.write({ ...row, name, instance, addresses }, undefined, now);
    }
  }

  /** Addresses dialled in each of the next seconds. */
  dialsOf(seconds: number): number[] {
    return Array.from({ length: seconds }, () => {
      this.dials = 0;
      this.world.run(1000);
      return this.dials;
    });
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

Deno.test("CandidateProber dials for a hundred rows of eight addresses as much as for few", () => {
  const haunted = new Haunted(3);
  haunted.haunt(100);
  const dials = haunted.dialsOf(60);
  assert.ok(Math.max(...dials) <= 3 * 50, `${Math.max(...dials)} in the worst second`);
  assert.ok(sum(dials) <= 60 * 3 * 14, `${sum(dials)} in a minute`);
});

Deno.test("CandidateProber asks one that never answers ever more seldom, but goes on", () => {
  const haunted = new Haunted(3);
  haunted.haunt(1);
  const dials = haunted.dialsOf(580);
  const asked = sum(dials) / addressesMax / 3;
  assert.ok(asked <= 12, `each node asks ${asked} times in ten minutes`);
  assert.ok(sum(dials.slice(240)) > 0, "it is not given up");
});

Deno.test("CandidateProber leaves a new row of nobody to a few nodes of a larger cluster", () => {
  const haunted = new Haunted(40);
  haunted.haunt(1);
  haunted.world.run(10_000);
  const { size } = haunted.askers;
  assert.ok(size > 0 && size <= 20, `${size} of 40 nodes ask in the first ten seconds`);
  assert.ok(haunted.dials <= 25 * addressesMax, `${haunted.dials} addresses are dialled`);
});

Deno.test("CandidateProber finds one that answers at last, in a small cluster and in a larger one", () => {
  for (const nodes of [3, 20]) {
    const { world } = new Haunted(nodes);
    const late = world.start("late@10.0.1.1");
    const others = world.nodes.filter((node) => node !== late);
    for (const other of others) {
      world.network.cut(late, other);
      world.network.cut(other, late);
    }
    world.run(60_000);
    world.network.heal();
    const tookMs = world.runUntil(
      () =>
        others.every(({ core }) =>
          core.members(world.now)
            .some(({ name, status }) => name === late.core.name && status === "alive")
        ),
      30_000,
    );
    assert.ok(tookMs !== undefined, `${nodes} nodes see it`);
  }
});

Deno.test("a newcomer is found at once in a registry with five thousand rows of nobody", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const world = new World({ seed, keepStory: false });
    world.registry.putGhosts(5000);
    const first = world.start("n1@10.0.0.1");
    world.run(1500);
    const second = world.start("n2@10.0.0.2");
    world.run(1000);
    assert.deepEqual([first, second].map(({ lastStatus }) => lastStatus?.alive), [2, 2]);
  }
});
