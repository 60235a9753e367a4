/** A whole core and its registry: what it writes, and what it does while there is none. */
import assert from "node:assert/strict";
import { World } from "../../lib/simulation/world.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { allSee, allTrue, names, settled } from "./clusters.ts";

Deno.test("Membership leaves in time although the registry is away, and names its row", () => {
  const { world, nodes: [leaver, ...others] } = settled();
  world.registry.awayBecause = "the disk is on fire";
  leaver?.take({ kind: "leave" });
  const tookMs = world.runUntil(() => leaver?.stopped !== undefined, 10_000);
  assert.equal(tookMs, 5000);
  const left = world.story.filter(({ what }) =>
    what.startsWith("The row of n1@10.0.0.1 stays in the registry") &&
    what.endsWith("within 5.0 s (the disk is on fire)")
  );
  assert.equal(left.length, 1);
  world.run(10);
  assert.ok(allSee(others, "n1@10.0.0.1", undefined));
});

Deno.test("Membership takes its row along when the registry is back in time", () => {
  const { world, nodes: [leaver] } = settled();
  world.registry.awayBecause = "the disk is on fire";
  leaver?.take({ kind: "leave" });
  world.run(3000);
  assert.equal(leaver?.stopped, undefined);
  world.registry.awayBecause = undefined;
  const tookMs = world.runUntil(() => leaver?.stopped !== undefined, 5000);
  assert.ok(tookMs !== undefined && tookMs <= 600, `${tookMs} ms`);
  assert.equal(world.registry.row("n1@10.0.0.1"), undefined);
});

Deno.test("Membership goes on by pings when the registry goes away, and says so once", () => {
  const { world, nodes } = settled();
  world.story.length = 0;
  world.registry.awayBecause = "no space left on device";
  world.run(20_000);
  assert.ok(allTrue(nodes));
  const warnings = world.story.filter(({ what }) => what.includes("no space left on device"));
  assert.equal(warnings.length, nodes.length, "once per node");
  world.story.length = 0;
  world.registry.awayBecause = undefined;
  world.run(5000);
  const back = world.story.filter(({ what }) => what.startsWith("The registry is available again"));
  assert.equal(back.length, nodes.length);
});

Deno.test("Membership writes within two seconds of the registry's return, however long it was away", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { world, nodes } = settled(5, seed);
    world.registry.awayBecause = "no space left on device";
    world.run(20_000 + 100 * seed);
    const heartbeats = names.map((name) => world.registry.row(name)?.heartbeat);
    world.registry.awayBecause = undefined;
    const areNew = (): boolean =>
      names.every((name, index) => world.registry.row(name)?.heartbeat !== heartbeats[index]);
    const tookMs = world.runUntil(areNew, 5000);
    assert.ok(tookMs !== undefined && tookMs <= 2010, `seed ${seed}: ${tookMs} ms`);
    assert.ok(allTrue(nodes));
  }
});

Deno.test("Membership writes its row again when the registry was wiped", () => {
  const { world, nodes } = settled();
  world.registry.wipe();
  const tookMs = world.runUntil(
    () => names.every((name) => world.registry.row(name) !== undefined),
    5000,
  );
  assert.ok(tookMs !== undefined && tookMs <= 2500, `${tookMs} ms`);
  world.run(3000);
  assert.ok(allTrue(nodes));
  assert.deepEqual(world.changes.filter(({ change }) => change.kind !== "joined"), []);
});

Deno.test("Membership removes nobody because a listing is empty or stale", () => {
  const { world, nodes } = settled();
  world.registry.staleMs = 60_000;
  world.run(30_000);
  assert.ok(allTrue(nodes));
});

Deno.test("Membership gives up at start when the registry stays away", () => {
  const world = new World({ seed: 1 });
  world.registry.awayBecause = "permission denied";
  const node = world.start("n1@10.0.0.1", { startTimeoutMs: 3000 });
  world.run(2900);
  assert.ok(node.state === "running");
  world.run(200);
  assert.equal(node.stopped?.kind, "registry-away");
  assert.match(JSON.stringify(node.stopped), /permission denied/);
});

Deno.test("Membership gives up at start only for time in which it could have used the registry", () => {
  const world = new World({ seed: 1 });
  world.registry.awayBecause = "permission denied";
  const node = world.start("n1@10.0.0.1", { startTimeoutMs: 3000 });
  world.run(1000);
  node.freeze();
  world.run(5000);
  node.thaw();
  world.run(1500);
  assert.ok(node.state === "running");
  world.run(1000);
  assert.equal(node.stopped?.kind, "registry-away");
});

Deno.test("Membership is sparing with a registry whose requests cost money", () => {
  const world = new World({ seed: 1, hintMs: Infinity });
  const options = { registryPaceMs: 30_000 };
  const nodes = names.map((name) => world.start(name, options));
  const tookMs = world.runUntil(() => allTrue(nodes), 5000);
  assert.ok(tookMs !== undefined && tookMs <= 3000, `together after ${tookMs} ms`);
  world.run(60_000);
  const [writes, listings] = [world.registry.writes, world.registry.listings];
  world.run(600_000);
  const perNode = (count: number): number => count / nodes.length / 20;
  assert.ok(perNode(world.registry.writes - writes) <= 1.1, "one heartbeat in 30 s");
  assert.ok(perNode(world.registry.listings - listings) <= 1.1, "one listing in 30 s");
  // Somebody who is missing is looked for: the unplugged one writes at once, and the others see
  // it.
  world.unplug(nodes[0] as SimNode);
  const others = nodes.slice(1);
  const foundMs = world.runUntil(() => allSee(others, names[0] as string, "unreachable"), 20_000);
  assert.ok(foundMs !== undefined && foundMs <= 10_000, `unreachable after ${foundMs} ms`);
});

Deno.test("Membership lists a registry seldom while all is well", () => {
  const { world, nodes } = settled();
  world.run(20_000);
  const { listings, writes } = world.registry;
  world.run(300_000);
  assert.ok(world.registry.listings - listings <= 11 * nodes.length, "one in 30 s each");
  assert.ok(world.registry.writes - writes >= 290 * nodes.length, "heartbeats as ever");
});

Deno.test("Membership tells an unplugged member from a dead one as soon after a calm time as before", () => {
  const tookMs = (calmMs: number, seed: number): number => {
    const { world, nodes: [victim, ...others] } = settled(5, seed);
    world.run(calmMs);
    world.unplug(victim as SimNode);
    const sees = () => allSee(others, names[0] as string, "unreachable");
    return world.runUntil(sees, 20_000) ?? Infinity;
  };
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
  const mean = (calmMs: number): number =>
    seeds.reduce((sum, seed) => sum + tookMs(calmMs + 97 * seed, seed), 0) / seeds.length;
  const [young, calm] = [mean(0), mean(60_000)];
  assert.ok(calm <= young + 200, `${calm} ms after a calm time, ${young} ms before`);
});

Deno.test("Membership asks those who failed and go on writing, though all who called them so are gone", () => {
  const { world, nodes: [first, second, third, fourth] } = settled(4);
  assert.ok(first && second && third && fourth);
  const sees = (node: SimNode, of: SimNode): string | undefined => node.sees(of.core.name)?.status;
  first.freeze();
  fourth.kill();
  world.run(10_000);
  const heir = world.start("n4@10.0.0.4");
  world.run(3000);
  world.unplug(heir);
  world.run(10_000);
  first.thaw();
  world.run(3000);
  assert.deepEqual([sees(heir, first), sees(first, heir)], ["unreachable", "unreachable"]);
  for (const node of [second, third]) node.kill();
  world.run(3000);
  world.network.plug(heir);
  world.run(5000);
  assert.deepEqual([sees(heir, first), sees(first, heir)], ["alive", "alive"]);
});

Deno.test("Membership sees the heir of one that left unheard, though the registry is away", () => {
  for (const size of [2, 5]) {
    const { world, nodes } = settled(size);
    const [first, ...others] = nodes as [SimNode, ...SimNode[]];
    world.network.divide(new Set([first]));
    world.run(100);
    first.take({ kind: "leave" });
    world.run(300);
    world.network.divide(new Set(others));
    const heir = world.start("n1@10.0.0.1", { instance: "0".repeat(32) });
    world.run(700);
    assert.notEqual(heir.lastStatus, undefined);
    world.registry.awayBecause = "the disk is on fire";
    world.network.unite();
    const tookMs = world.runUntil(() => allTrue([...others, heir]), 60_000);
    assert.ok(tookMs !== undefined && tookMs <= 3000, `${size} nodes: ${tookMs} ms`);
  }
});

Deno.test("Membership shows nobody of whom a backup of the registry brings an old row back", () => {
  const { world, nodes: [first, ...others] } = settled(3);
  assert.ok(first !== undefined);
  world.run(20_000);
  world.kill(first);
  world.run(500);
  const heir = world.start("n1@10.0.0.1");
  assert.notEqual(world.runUntil(() => allTrue([heir, ...others], 3), 10_000), undefined);
  world.run(20_000);
  heir.take({ kind: "leave" });
  world.run(5000);
  world.registry.rollBack(30_000, world.now);
  assert.equal(world.registry.row("n1@10.0.0.1")?.instance, first.instance);
  world.run(20_000);
  assert.ok(allSee(others, "n1@10.0.0.1", undefined));
});

Deno.test("Membership sees soon who has started in a partition, once that is over", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const world = new World({ seed });
    const one = world.start("n1@10.0.0.1");
    world.network.divide(new Set([one]));
    const two = world.start("n2@10.0.0.2");
    world.run(20 * 60_000);
    assert.equal(one.sees("n2@10.0.0.2")?.status, "unreachable");
    world.network.unite();
    const tookMs = world.runUntil(() => allTrue([one, two]), 60_000);
    assert.ok(tookMs !== undefined && tookMs <= 6000, `seed ${seed}: ${tookMs} ms`);
  }
});
