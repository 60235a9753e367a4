import assert from "node:assert/strict";
import type { Membership } from "../../lib/core/membership.ts";
import { World } from "../../lib/simulation/world.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";

const names = ["n1@10.0.0.1", "n2@10.0.0.2", "n3@10.0.0.3", "n4@10.0.0.4", "n5@10.0.0.5"];

function cluster(count = 5, seed = 1): { world: World; nodes: SimNode[] } {
  const world = new World({ seed });
  const nodes = names.slice(0, count).map((name) => world.start(name));
  return { world, nodes };
}

function allTrue(nodes: readonly SimNode[], count = nodes.length): boolean {
  return nodes.every(({ lastStatus }) => lastStatus?.shown === count && lastStatus.alive === count);
}

function settled(count = 5, seed = 1): { world: World; nodes: SimNode[] } {
  const made = cluster(count, seed);
  assert.notEqual(made.world.runUntil(() => allTrue(made.nodes), 5000), undefined, "it settles");
  made.world.run(3000);
  return made;
}

function allSee(nodes: readonly SimNode[], name: string, status: string | undefined): boolean {
  return nodes.every((node) => node.sees(name)?.status === status);
}

Deno.test("Membership brings five nodes together that start at once", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { world, nodes } = cluster(5, seed);
    const tookMs = world.runUntil(() => allTrue(nodes), 5000);
    assert.ok(tookMs !== undefined && tookMs <= 200, `seed ${seed}: ${tookMs} ms`);
  }
});

Deno.test("Membership writes its first status line as soon as it is registered", () => {
  const world = new World({ seed: 1 });
  const node = world.start("n1@10.0.0.1");
  world.run(5);
  assert.deepEqual(node.lastStatus?.entries, [{ name: "n1@10.0.0.1", alive: true }]);
});

Deno.test("Membership sees a killed process in well under a second", () => {
  const { world, nodes: [dead, ...others] } = settled();
  world.kill(dead as SimNode);
  const tookMs = world.runUntil(() => allSee(others, "n1@10.0.0.1", "down"), 5000);
  assert.ok(tookMs !== undefined && tookMs < 600, `${tookMs} ms`);
});

Deno.test("Membership sees a frozen process within four seconds, and its return at once", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { world, nodes: [frozen, ...others] } = settled(5, seed);
    frozen?.freeze();
    const tookMs = world.runUntil(() => allSee(others, "n1@10.0.0.1", "down"), 9000);
    assert.ok(tookMs !== undefined && tookMs <= 4000, `seed ${seed}: ${tookMs} ms`);
    world.run(20_000);
    frozen?.thaw();
    const backMs = world.runUntil(() => allSee(others, "n1@10.0.0.1", "alive"), 9000);
    assert.ok(backMs !== undefined && backMs <= 1100, `seed ${seed}: back after ${backMs} ms`);
    world.run(5000);
    assert.ok(allTrue([frozen as SimNode, ...others]));
  }
});

Deno.test("Membership does not blame others for its own standstill", () => {
  const { world, nodes } = settled();
  const [frozen] = nodes;
  frozen?.freeze();
  world.run(10_000);
  world.changes.length = 0;
  frozen?.thaw();
  world.run(5000);
  const blamed = world.changes.filter(({ who, change }) =>
    who === frozen?.core.name && change.kind === "failed"
  );
  assert.deepEqual(blamed, []);
});

Deno.test("Membership drops a node that leaves from every line, and its row is gone", () => {
  const { world, nodes: [leaver, ...others] } = settled();
  leaver?.take({ kind: "leave" });
  const tookMs = world.runUntil(() => allTrue(others, 4), 3000);
  assert.ok(tookMs !== undefined && tookMs <= 200, `${tookMs} ms`);
  assert.equal(world.registry.row("n1@10.0.0.1"), undefined);
  assert.deepEqual(leaver?.stopped, { kind: "left" });
  world.run(30_000);
  assert.ok(allSee(others, "n1@10.0.0.1", undefined), "it does not come back");
});

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

Deno.test("Membership pings nobody any more when it has said goodbye", () => {
  const { world, nodes: [leaver] } = settled();
  world.registry.awayBecause = "the disk is on fire";
  const now = (): number => world.now;
  const core = leaver?.core as Membership;
  core.step({ kind: "leave" }, now());
  assert.equal(
    core.step({ kind: "wake" }, now() + 3000).some(({ kind }) => kind === "ping"),
    false,
  );
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

Deno.test("Membership brings a restarted node with another address back within two seconds", () => {
  for (const end of ["kill", "unplug"] as const) {
    const { world, nodes: [old, ...others] } = settled();
    world.kill(old as SimNode);
    if (end === "unplug") world.unplug(old as SimNode);
    const back = world.start("n1@10.0.0.1", { host: "10.0.0.77" });
    const tookMs = world.runUntil(
      () =>
        others.every((node) =>
          node.sees("n1@10.0.0.1")?.instance === back.settings.instance &&
          node.sees("n1@10.0.0.1")?.status === "alive"
        ),
      5000,
    );
    assert.ok(tookMs !== undefined && tookMs <= 2000, `${end}: ${tookMs} ms`);
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

Deno.test("Membership forgets a dead node when told, and refuses for a live one", () => {
  const { world, nodes: [dead, asked, ...others] } = settled();
  world.kill(dead as SimNode);
  world.run(2000);
  asked?.take({ kind: "forget", name: others[0]?.core.name as never, dryRun: false, reply: 1 });
  asked?.take({ kind: "forget", name: dead?.core.name as never, dryRun: false, reply: 2 });
  world.run(1000);
  assert.equal(world.registry.row("n1@10.0.0.1"), undefined);
  assert.ok(allSee([asked as SimNode, ...others], "n1@10.0.0.1", undefined));
  assert.ok(allTrue([asked as SimNode, ...others]));
});

Deno.test("Membership gives up what hangs on an address that has gone, and nothing else", () => {
  const { world, nodes: [node, ...others] } = settled();
  const own = { host: "10.0.0.1", port: 4000 };
  const bridge = { host: "172.17.0.1", port: 4000 };
  const drops: unknown[] = [];
  world.onStep = (_stepping, effects) => {
    for (const effect of effects) if (effect.kind === "drop") drops.push(effect.hosts);
  };
  const addressesNow = [[own, bridge], [bridge, own], [own], [{ ...own, host: "10.0.1.1" }]];
  for (const addresses of addressesNow) {
    node?.take({ kind: "moved", addresses });
    // The pauses between two pings of a pulse differ by a tenth.
    world.run(1200);
    assert.ok(
      others.every(({ core }) =>
        JSON.stringify(
          core.members(world.now).find(({ name }) => name === "n1@10.0.0.1")
            ?.addresses,
        ) === JSON.stringify(addresses)
      ),
    );
  }
  assert.deepEqual(drops, [["172.17.0.1"], ["10.0.0.1"]]);
});

Deno.test("Membership answers everybody who asks to forget the same node", () => {
  const { world, nodes: [dead, asked] } = settled();
  world.kill(dead as SimNode);
  world.run(2000);
  const answers: unknown[] = [];
  let removals = 0;
  world.onStep = (_stepping, effects) => {
    for (const effect of effects) {
      if (effect.kind === "remove") removals++;
      if (effect.kind === "forgotten") answers.push([effect.reply, effect.refusal]);
    }
  };
  const forget = (reply: number): void =>
    asked?.take({ kind: "forget", name: dead?.core.name as never, dryRun: false, reply });
  world.registry.latencyMs = 100;
  for (const reply of [1, 2]) forget(reply);
  // The third one asks while the row is being taken out.
  world.runUntil(() => removals > 0, 3000);
  forget(3);
  world.run(3000);
  assert.deepEqual(answers, [[1, undefined], [2, undefined], [3, undefined]]);
  assert.equal(removals, 1);
});

Deno.test("Membership shows a ghost's row as false without delaying anyone", () => {
  const { world, nodes: [ghost] } = settled(2);
  world.kill(ghost as SimNode);
  const fresh = world.start("n9@10.0.0.9");
  const tookMs = world.runUntil(
    () => fresh.lastStatus?.entries?.some(({ alive }) => !alive) ?? false,
    3000,
  );
  assert.ok(tookMs !== undefined && tookMs < 1500);
});

Deno.test("Membership keeps the status line in time while peers are silent", () => {
  const { world, nodes: [one, ...others] } = settled();
  for (const other of others) other.freeze();
  const times: number[] = [];
  for (let elapsed = 0; elapsed < 30_000; elapsed += 10) {
    world.run(10);
    const at = one?.lastStatus?.at ?? 0;
    if (times.at(-1) !== at) times.push(at);
  }
  const gaps = times.slice(1).map((at, index) => at - (times[index] as number));
  assert.ok(Math.max(...gaps) <= 1000, `the longest gap was ${Math.max(...gaps)} ms`);
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

Deno.test("Membership keeps to unreachable while resets answer for a node whose heartbeat moves", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { world, nodes: [rejected, ...others] } = settled(5, seed);
    world.changes.length = 0;
    world.reject(rejected as SimNode);
    world.run(15_000);
    assert.ok(allSee(others, "n1@10.0.0.1", "unreachable"), `seed ${seed}`);
    for (const other of others) {
      const verdicts = world.changes
        .filter(({ who, change }) => who === other.core.name && change.name === "n1@10.0.0.1")
        .map(({ change }) => change.status);
      const told = verdicts.join(", ");
      assert.ok(["unreachable", "down, unreachable"].includes(told), `seed ${seed}: ${told}`);
    }
  }
});

Deno.test("Membership sees a process killed in the very moment in which all have met", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { world, nodes } = cluster(5, seed);
    assert.notEqual(world.runUntil(() => allTrue(nodes), 5000), undefined, "they meet");
    world.run(seed * 10);
    const [dead, ...others] = nodes;
    world.kill(dead as SimNode);
    const tookMs = world.runUntil(() => allSee(others, "n1@10.0.0.1", "down"), 5000);
    assert.ok(tookMs !== undefined && tookMs < 600, `seed ${seed}: ${tookMs} ms`);
  }
});
