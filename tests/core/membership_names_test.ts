/** A whole core and its name: who gets it, and who gives it back. */
import assert from "node:assert/strict";
import { World } from "../../lib/simulation/world.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { allSee, allTrue, settled } from "./clusters.ts";
import { LoneNode, pongOf, rowOf } from "./lone_node.ts";
import { instanceOf, nameOf, recordOf } from "./records.ts";

Deno.test("Membership lets exactly one of two nodes with one name run", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const world = new World({ seed });
    const one = world.start("n1@10.0.0.1", { port: 4001 });
    world.run(seed % 10);
    const other = world.start("n1@10.0.0.1", { port: 4002 });
    world.run(10_000);
    const stopped = [one, other].filter((node) => node.stopped?.kind === "name-taken");
    assert.equal(stopped.length, 1, `seed ${seed}`);
  }
});

Deno.test("Membership gives automatic names a suffix when they are taken", () => {
  const world = new World({ seed: 1 });
  const options = { nameIsAutomatic: true };
  const nodes = [1, 2, 3].map((port) => world.start("box@10.0.0.1", { port, ...options }));
  world.run(5000);
  assert.deepEqual(
    nodes.map((node) => node.core.name).sort(),
    ["box-2@10.0.0.1", "box-3@10.0.0.1", "box@10.0.0.1"],
  );
  assert.ok(allTrue(nodes));
});

Deno.test("Membership lets a node with an automatic name take that of one that was killed", () => {
  for (const end of ["kill", "unplug"] as const) {
    const world = new World({ seed: 1 });
    const start = (port: number): SimNode =>
      world.start("box@10.0.0.1", { port, nameIsAutomatic: true });
    const first = start(1);
    world.run(2000);
    const killed = start(2);
    world.run(5000);
    world.kill(killed);
    if (end === "unplug") world.unplug(killed);
    world.run(100);
    const again = start(3);
    world.run(5000);
    assert.equal(again.core.name, "box-2@10.0.0.1");
    assert.equal(again.stopped, undefined);
    assert.equal(first.sees("box-2@10.0.0.1")?.instance, again.instance);
    assert.ok(allTrue([first, again]));
  }
});

Deno.test("Membership refuses a name whose holder is out of reach, but whose heartbeat moves", () => {
  const { world, nodes: [old, ...others] } = settled();
  world.unplug(old as SimNode);
  const heir = world.start("n1@10.0.0.1", { host: "10.0.0.77" });
  world.run(15_000);
  assert.equal(heir.stopped?.kind, "name-taken");
  assert.equal(old?.stopped, undefined);
  assert.ok(allSee(others, "n1@10.0.0.1", "unreachable"));
});

Deno.test("Membership ends a frozen node whose name was taken meanwhile", () => {
  const { world, nodes: [old, ...others] } = settled();
  old?.freeze();
  world.run(5000);
  const heir = world.start("n1@10.0.0.1", { host: "10.0.0.77" });
  world.run(5000);
  old?.thaw();
  world.run(10_000);
  assert.equal(old?.stopped?.kind, "name-taken");
  assert.ok(allTrue([heir, ...others]));
});

Deno.test("Membership that leaves while its name is contested has left", () => {
  const asked: number[] = [];
  const node = new LoneNode({}, ({ ping, to }) => {
    if (to.name === nameOf(0)) asked.push(ping);
    return undefined;
  });
  node.run(3000);
  assert.equal(node.wanted("joined").length, 1);
  const holder = { instance: instanceOf(99) };
  node.overwrite(rowOf(0, { ...holder, addresses: [{ host: "10.9.9.9", port: 1 }] }));
  node.take({ kind: "registry-hint" });
  node.run(3000, () => {});
  const [ping] = asked;
  assert.ok(ping !== undefined, "the holder is asked");
  node.registry.awayBecause = "connection refused";
  node.take({ kind: "leave" });
  node.run(20);
  node.take({ kind: "ping-ended", ping, outcome: pongOf(recordOf(0, holder), 0) });
  node.run(8000);
  assert.deepEqual(node.wanted("stop").map(({ reason }) => reason.kind), ["left"]);
});
