/** Which of its addresses a node in a container tells the others. */
import assert from "node:assert/strict";
import { allTrue, linesPass, shown } from "../integration/cluster.ts";
import type { Program } from "../integration/process.ts";
import { type Container, Yard } from "./container.ts";
import { containersTest, docker, freshName } from "./engine.ts";

/** From the last start, or from the moment when they can reach each other. */
const withinMs = 6000;

async function meet(nodes: readonly Container[], since: number): Promise<void> {
  const logs = nodes.map(({ log }): Program => log);
  await shown(logs, allTrue(nodes.length), since, withinMs);
  await linesPass(logs, 3);
  await shown(logs, allTrue(nodes.length), performance.now(), 2000);
}

containersTest("a node in two networks is reached in both", async () => {
  await using yard = await Yard.open(freshName());
  const second = freshName();
  await yard.addNetwork(second);
  // In the first network alone, in both, in the second alone: the outer ones reach only the middle.
  const one = await yard.start(["--hostname", "one"]);
  const both = await yard.start(["--hostname", "both"]);
  await docker("network", "connect", second, both.id);
  const two = await yard.start(["--hostname", "two", "--network", second]);
  const since = performance.now();
  await meetsInPairs(both, one, two, since);
});

/** True of the middle one and the outer ones; those reach each other nowhere. */
async function meetsInPairs(
  both: Container,
  one: Container,
  two: Container,
  since: number,
): Promise<void> {
  const [middle, ...outer] = [both, one, two];
  const names = await Promise.all([both, one, two].map((container) => container.nodeName()));
  for (const container of outer) {
    const wanted = {
      words: `${names[0]}: true`,
      holds: (status: ReadonlyMap<string, boolean>) => status.get(names[0] ?? "") === true,
    };
    await shown([container.log], wanted, since, withinMs);
  }
  await shown([(middle as Container).log], allTrue(3), since, withinMs);
  // Nobody is dead: what two of them cannot do, the third can.
  for (const container of [both, one, two]) {
    await linesPass([container.log], 5);
    assert.doesNotMatch(container.log.text, / is (down|unreachable)[:;] /);
  }
}

containersTest("a network that is added later is told, and used", async () => {
  await using yard = await Yard.open(freshName());
  const second = freshName();
  await yard.addNetwork(second);
  const one = await yard.start(["--hostname", "one"]);
  const two = await yard.start(["--hostname", "two", "--network", second]);
  await linesPass([one.log, two.log], 3);
  const since = performance.now();
  await docker("network", "connect", second, one.id);
  await meet([one, two], since);
  assert.match(one.log.text, /The addresses of this node have changed from \S+ to \S+, \S+/);
});

containersTest("nodes meet over IPv6", async () => {
  const subnet = "fd00:c1:5::/64";
  await using yard = await Yard.open(freshName(), { network: ["--ipv6", "--subnet", subnet] });
  const start = (name: string, address: string): Promise<Container> =>
    yard.start(
      ["--ip6", address],
      ...["start", "--name", name, "--listen", "[::]:0", "--advertise", `[${address}]`],
    );
  const nodes = [await start("one", "fd00:c1:5::11"), await start("two", "fd00:c1:5::12")];
  await meet(nodes, performance.now());
  const [first] = await (nodes[1] as Container).members();
  assert.equal(first?.name, "one@fd00:c1:5::11");
  assert.match(first?.addresses[0] ?? "", /^\[fd00:c1:5::11\]:\d+$/);
});

containersTest("a node in the network of the host meets one in a network of its own", async () => {
  await using yard = await Yard.open(freshName());
  const host = await yard.start(["--network", "host"], "start", "--name", "host");
  const guest = await yard.start();
  await meet([host, guest], performance.now());
});

containersTest("a published port is where others call, if it is advertised", async () => {
  const subnet = "10.213.8.0/24";
  await using yard = await Yard.open(freshName(), { network: ["--subnet", subnet] });
  const [gateway, port] = ["10.213.8.1", "17017"];
  const published = await yard.start(
    ["--publish", `${port}:4000`],
    ...["start", "--name", "published", "--listen", "0.0.0.0:4000"],
    ...["--advertise", `${gateway}:${port}`],
  );
  const host = await yard.start(["--network", "host"], "start", "--name", "host");
  await meet([published, host], performance.now());
  const seen = (await host.members()).find(({ name }) => name.startsWith("published@"));
  assert.deepEqual(seen?.addresses, [`${gateway}:${port}`]);
  assert.match(await host.command("ping", `published@${gateway}`, "-c", "1"), /pong/);
});
