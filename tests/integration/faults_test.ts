/**
 * The same faults on real processes, each on a host of its own, and in the simulator: the times are
 * printed side by side, and the real one must be within the simulator's worst plus what a busy
 * machine takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { World } from "../../lib/simulation/world.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { allTrue, assertNeverFalse, linesPass, linesWith, shown } from "./cluster.ts";
import type { Wanted } from "./cluster.ts";
import { type Hosts, hostsTest } from "./hosts.ts";
import { failureKnown } from "./many_nodes.ts";
import { eventually, isCompiled, removeFolder } from "./process.ts";
import type { Program } from "./process.ts";

/**
 * What reading lines and other work on the machine may add, in milliseconds: all nodes share its
 * cores, and one that is held up waits longer before it judges.
 */
function noiseMs(count: number): number {
  return 1000 + 75 * count;
}

/** Worlds per fault and size. */
const worlds = 30;

/** How often a fault that can be mended is tried. */
const attemptsMax = 3;

/** Time for links to learn, in status lines. */
const settleLines = 6;

/** What is done to one node, in the simulator. */
const simulatedFaults = {
  kill: (world: World, victim: SimNode) => world.kill(victim),
  freeze: (_world: World, victim: SimNode) => victim.freeze(),
  unplug: (world: World, victim: SimNode) => world.unplug(victim),
};

type Fault = keyof typeof simulatedFaults;

/** How long until all others have called a node failed; of every world, the shortest first. */
function simulate(count: number, fault: Fault): number[] {
  const times: number[] = [];
  for (let seed = 1; seed <= worlds; seed++) {
    const world = new World({ seed });
    for (let number = 1; number <= count; number++) world.start(`n${number}@10.0.0.${number}`);
    world.run(10_000 + seed * 29);
    const [victim, ...others] = world.nodes as readonly [SimNode, ...SimNode[]];
    const unaware = new Set(others.map(({ core }) => core.name as string));
    world.onChange = ({ who, change }) => {
      if (change.kind === "failed" && change.name === victim.core.name) unaware.delete(who);
    };
    simulatedFaults[fault](world, victim);
    const tookMs = world.runUntil(() => unaware.size === 0, 20_000);
    assert.ok(tookMs !== undefined, `seed ${seed}: ${fault} of one in ${count} stays unknown`);
    times.push(tookMs);
  }
  return times.sort((one, other) => one - other);
}

/** How long until all `observers` have told that `name` has failed. */
async function measure(
  name: string,
  observers: readonly Program[],
  inflict: () => Promise<void> | void,
): Promise<number> {
  const since = performance.now();
  await inflict();
  return await failureKnown(observers, name, since);
}

/**
 * Prints both times and compares them. Other work on the machine can only delay what is measured, so
 * a fault that can be mended is repeated when it took too long, and the best time counts.
 */
async function compare(
  count: number,
  fault: Fault,
  attempt: () => Promise<number>,
  attemptsMax = 1,
): Promise<void> {
  const times = simulate(count, fault);
  const at = (share: number): number =>
    Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN);
  const [median, worst] = [at(0.5), at(0.99)];
  const lines: string[] = [];
  let realMs = Infinity;
  while (realMs > worst + noiseMs(count) && lines.length < attemptsMax) {
    realMs = await attempt();
    const line = `${count} nodes, ${fault}: known by all after ${Math.round(realMs)} ms; ` +
      `simulated p50 ${median} ms, p99 ${worst} ms\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(line));
    lines.push(line);
  }
  assert.ok(realMs <= worst + noiseMs(count), lines.join(""));
}

function showsAlive(name: string): Wanted {
  return { words: `${name}: true`, holds: (status) => status.get(name) === true };
}

async function settled(hosts: Hosts): Promise<Program[]> {
  const nodes = hosts.startAll();
  await shown(nodes, allTrue(hosts.count), performance.now(), 40_000);
  await linesPass(nodes, settleLines);
  return nodes;
}

// From source, where each node costs more, two processors are too few for so many.
for (const count of [5, isCompiled() ? 20 : 10]) {
  const title = `${count} hosts see a kill, a freeze and a pulled cable as the simulator says`;
  hostsTest(title, count, async (hosts) => {
    const [killed, frozen, unplugged, ...rest] = await settled(hosts) as [
      Program,
      Program,
      Program,
      ...Program[],
    ];
    await compare(
      count,
      "kill",
      () => measure(hosts.name(1), [frozen, unplugged, ...rest], () => killed.kill("SIGKILL")),
    );

    await compare(count, "freeze", async () => {
      const others = [unplugged, ...rest];
      const tookMs = await measure(hosts.name(2), others, () => frozen.kill("SIGSTOP"));
      frozen.kill("SIGCONT");
      await shown(others, showsAlive(hosts.name(2)), performance.now(), 5000);
      await linesPass(rest, settleLines);
      return tookMs;
    }, attemptsMax);

    await compare(count, "unplug", async () => {
      const others = [frozen, ...rest];
      const tookMs = await measure(hosts.name(3), others, () => hosts.unplug(3));
      await hosts.heal(3);
      await shown(others, showsAlive(hosts.name(3)), performance.now(), 15_000);
      return tookMs;
    }, attemptsMax);
  });
}

hostsTest(
  "5 hosts call a link that is dead in one direction a bad link, and nobody dead",
  5,
  async (
    hosts,
  ) => {
    const nodes = await settled(hosts);
    const since = performance.now();
    await hosts.cut(1, 2);
    const told = "is alive but unreachable from this node";
    const isTold = (): boolean => nodes.some((node) => linesWith(node, told, since).length > 0);
    await eventually(isTold, 20_000, "the bad link is told");
    await linesPass(nodes.slice(2), settleLines);
    assertNeverFalse(nodes.slice(2), since);
    for (const node of nodes) assert.deepEqual(linesWith(node, " is down", since), []);
  },
);

hostsTest("5 hosts go on without their registry", 5, async (hosts) => {
  const nodes = await settled(hosts);
  const since = performance.now();
  await removeFolder(`${hosts.folder.path}/registry`);
  await linesPass(nodes, settleLines);
  assertNeverFalse(nodes, since);
});

hostsTest("a host that gets another address is true again within 3 s", 4, async (hosts) => {
  const mover = hosts.startDetecting(4);
  const others = [1, 2, 3].map((number) => hosts.start(number));
  await shown([mover, ...others], allTrue(4), performance.now(), 40_000);
  await linesPass(others, settleLines);

  const since = performance.now();
  await hosts.readdress(4, 9);
  const isTold = (text: string): boolean =>
    text.includes(`have changed from ${hosts.address(4)}:`) && text.includes(hosts.address(9));
  await mover.line(isTold, 5_000, "its new address", since);
  await shown([mover, ...others], allTrue(4), performance.now(), 3_000);
  await linesPass(others, settleLines);
  const { text } = await hosts.command(1, "members");
  assert.match(text, /n4@10\.77\.0\.4 +alive .*10\.77\.0\.9:/);
  for (const node of others) assert.deepEqual(linesWith(node, " is down", since), []);
});
