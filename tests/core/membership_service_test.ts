/**
 * What members tell of the services that they carry, and of their tags.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import type { MemberService } from "../../lib/core/members/service.ts";
import { allSee, settled } from "./clusters.ts";

const ready: MemberService = { state: "ready", reason: "", port: 8080 };
const failing: MemberService = { state: "failing", reason: "exit code 1", port: 8080 };

function serviceOn(node: SimNode, name: string, now: number): MemberService | undefined {
  return node.core.members(now).find((view) => view.name === name)?.service;
}

function told(node: SimNode): string[] {
  return node.core.changes.filter(({ kind }) => kind === "service")
    .map(({ name, service, reason }) => `${name} ${service} ${reason}`.trimEnd());
}

Deno.test("Membership tells all members within half a second what a member calls its service", () => {
  const { world, nodes } = settled();
  const [carrier] = nodes as [SimNode];
  for (const service of [ready, failing, { ...failing, reason: "exit code 2" }, ready]) {
    carrier.take({ kind: "described", service });
    world.run(500);
    for (const node of nodes) {
      assert.deepEqual(serviceOn(node, "n1@10.0.0.1", world.now), service, node.core.name);
    }
  }
  // Another reason for the same state is shown, and no event.
  for (const node of nodes) {
    assert.deepEqual(told(node), [
      "n1@10.0.0.1 ready",
      "n1@10.0.0.1 failing exit code 1",
      "n1@10.0.0.1 ready",
    ], node.core.name);
  }
  assert.ok(allSee(nodes.slice(1), "n1@10.0.0.1", "alive"), "the pulse is another matter");
});

Deno.test("Membership tells one that joins later of services that have changed before", () => {
  const { world, nodes } = settled(3);
  nodes[0]?.take({ kind: "described", service: failing });
  world.run(2000);
  const late = world.start("n9@10.0.0.9");
  world.run(3000);
  assert.deepEqual(serviceOn(late, "n1@10.0.0.1", world.now), failing);
  assert.deepEqual(told(late), [], "it is no news for one that never heard of another state");
});

Deno.test("Membership keeps what a member said of its service last, while it is failed and after", () => {
  const { world, nodes } = settled();
  const [carrier, ...others] = nodes as [SimNode, ...SimNode[]];
  carrier.take({ kind: "described", service: ready });
  world.run(1000);
  carrier.freeze();
  world.run(8000);
  assert.ok(allSee(others, "n1@10.0.0.1", "down"));
  for (const node of others) assert.deepEqual(serviceOn(node, "n1@10.0.0.1", world.now), ready);
  carrier.thaw();
  carrier.take({ kind: "described", service: failing });
  world.run(4000);
  assert.ok(allSee(others, "n1@10.0.0.1", "alive"));
  for (const node of others) assert.deepEqual(serviceOn(node, "n1@10.0.0.1", world.now), failing);
});

Deno.test("Membership tells other tags to all members, and writes them into the registry", () => {
  const { world, nodes } = settled();
  const [tagged] = nodes as [SimNode];
  tagged.take({ kind: "described", tags: { role: "db" } });
  world.run(1500);
  for (const node of nodes) {
    const view = node.core.members(world.now).find(({ name }) => name === "n1@10.0.0.1");
    assert.deepEqual(view?.tags, { role: "db" }, node.core.name);
  }
  assert.deepEqual(
    world.registry.row("n1@10.0.0.1")?.tags,
    { role: "db" },
  );
});

Deno.test("Membership says nothing anew when a description is the one that stands", () => {
  const { world, nodes: [carrier] } = settled(2);
  carrier?.take({ kind: "described", service: ready });
  const incarnation = carrier?.core.members(world.now)[0]?.incarnation;
  carrier?.take({ kind: "described", service: { ...ready } });
  assert.equal(carrier?.core.members(world.now)[0]?.incarnation, incarnation);
  assert.equal(incarnation, 1);
});

Deno.test("Membership has each ping carry what has changed, until the other side has it", () => {
  const { world, nodes } = settled(2);
  const [carrier, other] = nodes as [SimNode, SimNode];
  const carried: [isKnown: boolean, service: MemberService | undefined][] = [];
  world.onStep = (node, effects) => {
    const isKnown = serviceOn(other, carrier.core.name, world.now) !== undefined;
    for (const effect of effects) {
      const isContent = effect.kind === "ping" || effect.kind === "pong";
      if (!isContent || node !== carrier) continue;
      carried.push([isKnown, effect.content.record?.service]);
    }
  };
  // A ping may come before the news, and the news not at all.
  world.network.cut(carrier, other);
  carrier.take({ kind: "described", service: ready });
  world.run(100);
  world.network.heal();
  world.run(5000);
  const services = carried.map(([, service]) => service);
  const unknown = carried.filter(([isKnown]) => !isKnown);
  assert.ok(unknown.length > 0);
  for (const [, service] of unknown) assert.deepEqual(service, ready);
  assert.deepEqual(services.slice(-4), Array(4).fill(undefined), "it has been told");
});
