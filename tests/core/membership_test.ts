/** A whole core among its like: who is seen as what, and when. */
import assert from "node:assert/strict";
import type { Membership } from "../../lib/core/membership.ts";
import { World } from "../../lib/simulation/world.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { allSee, allTrue, cluster, settled } from "./clusters.ts";

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

Deno.test("Membership brings one back that left, though its registry goes as soon as it is in", () => {
  for (const instance of ["0".repeat(32), "f".repeat(32)]) {
    const { world, nodes: [old, ...others] } = settled();
    old?.take({ kind: "leave" });
    world.run(3000);
    const back = world.start("n1@10.0.0.1", { instance });
    assert.notEqual(
      world.runUntil(() => world.registry.row("n1@10.0.0.1") !== undefined, 1000),
      undefined,
    );
    world.registry.awayBecause = "the disk is on fire";
    const tookMs = world.runUntil(() => allTrue([...others, back]), 5000);
    assert.ok(tookMs !== undefined && tookMs <= 500, `instance ${instance[0]}: ${tookMs} ms`);
  }
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

Deno.test("Membership forgets at once, also where it lists the registry seldom", () => {
  for (const count of [5, 40]) {
    const { world, nodes } = settled(count);
    const [dead, ...others] = nodes as SimNode[];
    world.kill(dead as SimNode);
    const lists = new Map<SimNode, number>(others.map((node) => [node, 0]));
    world.onStep = (node, effects) => {
      const listed = effects.filter(({ kind }) => kind === "list").length;
      lists.set(node, (lists.get(node) ?? 0) + listed);
    };
    world.run(60_000);
    const [[asked]] = [...lists].sort(([, a], [, b]) => a - b) as [[SimNode, number]];
    let isForgotten = false;
    world.onStep = (_stepping, effects) => {
      isForgotten ||= effects.some(({ kind }) => kind === "forgotten");
    };
    asked.take({ kind: "forget", name: dead?.core.name as never, dryRun: false, reply: 1 });
    world.runUntil(() => isForgotten, 100);
    assert.ok(isForgotten, `${count} nodes`);
  }
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
    world.run(1200);
    // In which order they are tried is another matter.
    const hosts = (all: readonly { host: string }[] = []): string =>
      all.map(({ host }) => host).sort().join();
    for (const { core } of others) {
      const seen = core.members(world.now).find(({ name }) => name === "n1@10.0.0.1");
      assert.equal(hosts(seen?.addresses), hosts(addresses));
    }
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
        .flatMap(({ change }) => change.kind === "failed" ? [change.status] : []);
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

Deno.test("Membership judges no link to one whom others watch", () => {
  const { world, nodes } = settled(40);
  const [one, other] =
    nodes.flatMap((node) =>
      nodes.filter((peer) =>
        peer !== node && !node.core.observersOf(peer.core.name).includes(node.core.name)
      ).map((peer) => [node, peer] as const)
    )[0] ?? [];
  assert.ok(one !== undefined && other !== undefined);
  world.run(20_000);
  world.network.cut(one, other);
  world.network.cut(other, one);
  world.changes.length = 0;
  world.run(100_000);
  assert.deepEqual(world.changes.map(({ who, change }) => [who, change.kind, change.name]), []);
  const links = one.core.links(Math.floor(world.now));
  assert.notEqual(links.find(({ name }) => name === other.core.name)?.kind, "pong", "it is known");
});
