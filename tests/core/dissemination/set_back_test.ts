/**
 * A node that does not know any more what it has told the others that it knows: its machine was set
 * back to an image of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { SimNode } from "../../../lib/simulation/sim_node.ts";
import { settled } from "../clusters.ts";

/** What a node says with a ping to one that it takes to know all of it. */
function pingOf({ core, instance, settings: { software } }: SimNode) {
  const [self] = core.members(0).filter((member) => member.self);
  return {
    kind: "pinged",
    from: { name: core.name, instance, addresses: core.addresses, software },
    content: { incarnation: self?.incarnation ?? 0, fingerprint: core.fingerprint },
    reply: 1,
  } as const;
}

Deno.test("Membership learns what has changed of a member that takes it to know that", () => {
  const { world, nodes: [changed, setBack] } = settled(2);
  if (changed === undefined || setBack === undefined) throw new Error("there are two");
  world.unplug(setBack);
  changed.take({ kind: "described", tags: { rack: "7" } });
  world.run(100);
  world.network.plug(setBack);
  assert.deepEqual(setBack.sees(changed.core.name)?.tags, {}, "the image is older");
  setBack.take(pingOf(changed));
  world.run(5000);
  assert.deepEqual(setBack.sees(changed.core.name)?.tags, { rack: "7" });
});
