/** A former process that only one node still takes for alive, while another one bears its name. */
import assert from "node:assert/strict";
import { makeRecord } from "../../../lib/core/members/record.ts";
import type { SimNode } from "../../../lib/simulation/sim_node.ts";
import { settled } from "../clusters.ts";

const name = "n1@10.0.0.1";

function sees(node: SimNode, process: SimNode): boolean {
  const view = node.sees(name);
  return view?.status === "alive" && view.instance === process.instance;
}

/** The least that an instance can be: of two of one incarnation the other one wins. */
const least = "0".repeat(32);

for (const size of [3, 5]) {
  for (const host of ["10.0.0.1", "10.0.0.99"]) {
    Deno.test(`A node of ${size} that slept while another left, was forgotten and came back at ${host} sees it without the registry`, () => {
      const { world, nodes } = settled(size);
      const [first, sleeper, ...others] = nodes as [SimNode, SimNode, ...SimNode[]];
      world.run(10_000);
      sleeper.freeze();
      world.run(30_000);
      first.take({ kind: "leave" });
      world.run(1000);
      if (host !== "10.0.0.1") world.unplug(first);
      world.run(15 * 60_000);
      const heir = world.start(name, { instance: least, host });
      world.run(10_000);
      assert.ok(others.every((other) => sees(other, heir)));
      world.registry.awayBecause = "away";
      world.run(1000);
      sleeper.thaw();
      const took = world.runUntil(() => sees(sleeper, heir), 60_000);
      assert.ok(took !== undefined && took < 20_000, `${took}`);
      world.run(20_000);
      assert.ok([sleeper, ...others].every((other) => sees(other, heir)));
    });
  }
}

Deno.test("A lie that is heard while a ping fails hides a member for seconds, also without the registry", () => {
  const { world, nodes } = settled(5);
  const [first, second, third] = nodes as [SimNode, SimNode, SimNode];
  world.registry.awayBecause = "away";
  world.run(2000);
  const view = second.sees(name);
  assert.ok(view !== undefined);
  const record = makeRecord({
    ...{ name: first.core.name, instance: "f".repeat(32), incarnation: 1, state: "alive" },
    ...{ addresses: view.addresses, tags: {}, startedAt: "", software: "x" },
  });
  world.network.cut(first, second);
  const isMissed = (): boolean =>
    second.core.links(Math.floor(world.now)).some((link) =>
      link.name === name && link.kind !== "pong"
    );
  assert.ok(world.runUntil(isMissed, 5000) !== undefined);
  const news = { records: [record], votes: [], sightings: [] };
  second.take({ kind: "told", news, from: third.instance });
  assert.ok(!sees(second, first));
  world.network.heal();
  const took = world.runUntil(() => sees(second, first), 60_000);
  assert.ok(took !== undefined && took < 20_000, `${took}`);
});

Deno.test("A process under the name of a member that answers takes nothing from that member", () => {
  const { world, nodes } = settled(3);
  const [first, second, third] = nodes as [SimNode, SimNode, SimNode];
  world.registry.awayBecause = "away";
  const other = { name: first.core.name, instance: least, addresses: [], software: "x" };
  for (let turn = 0; turn < 60; turn++) {
    const content = { incarnation: 0, fingerprint: 0 };
    for (const node of [second, third]) {
      node.take({ kind: "pinged", from: other, content, reply: turn });
    }
    world.run(1000);
    assert.ok(sees(second, first) && sees(third, first), `after ${turn} s`);
  }
});
