/**
 * Two machines, each with an engine of its own, that share no volume and no network of containers.
 *
 * Each is played by a network whose containers reach those of the other one at published ports only.
 */
import assert from "node:assert/strict";
import { allTrue, linesPass, shown, showsDead } from "../integration/cluster.ts";
import { permitted } from "../permissions.ts";
import { Container, Yard } from "./container.ts";
import { attempt, containersTest, docker, freshName, hasImage } from "./engine.ts";

const registryImage = "redis:8-alpine";

/** A machine: its own address, and the network in which its containers are. */
interface Host {
  readonly address: string;
  readonly network: string;
  readonly subnet: string;
}

const hosts: readonly [Host, Host] = [
  { address: "10.213.10.1", network: freshName(), subnet: "10.213.10.0/24" },
  { address: "10.213.11.1", network: freshName(), subnet: "10.213.11.0/24" },
];

/** The name of the node on a host. */
function nameOn(host: Host): string {
  return `n${hosts.indexOf(host) + 1}@${host.address}`;
}

/** A node as docs/deploying/docker.md starts it on a host, with what it says about several hosts. */
function startOn(host: Host, registry: string): Promise<Container> {
  const { address, network } = host;
  return Container.run(
    ...["--network", network, "--publish", `${address}:4000:4000`],
    ...["--env", `CLUSTERNODE_REGISTRY=${registry}`],
    ...["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["clusternode", "start", "--name", nameOn(host)],
    ...["--listen", "0.0.0.0:4000", "--advertise", `${address}:4000`],
  );
}

async function meetsAcross(): Promise<void> {
  const [first, second] = hosts;
  await using yard = await Yard.open(first.network, { network: ["--subnet", first.subnet] });
  await yard.addNetwork(second.network, "--subnet", second.subnet);
  await using server = await Container.run(
    ...["--network", first.network, "--publish", `${first.address}:6379:6379`],
    ...[registryImage, "redis-server", "--protected-mode", "no"],
  );
  const registry = `redis://${first.address}:6379`;
  await using one = await startOn(first, registry);
  await using two = await startOn(second, registry);
  const logs = [one.log, two.log];
  await shown(logs, allTrue(2), performance.now(), 10_000);
  await linesPass(logs, 5);
  await shown(logs, allTrue(2), performance.now(), 2000);

  // No address of a container is told. That of a connection may stand in front.
  const members = await one.members();
  assert.deepEqual(members.map(({ name }) => name).sort(), hosts.map(nameOn));
  for (const host of hosts) {
    const told = members.find((member) => member.name === nameOn(host))?.addresses ?? [];
    assert.deepEqual(told.at(-1), `${host.address}:4000`);
    assert.deepEqual(
      told.filter((at) => !hosts.some(({ address }) => at.startsWith(`${address}:`))),
      [],
    );
  }
  assert.equal(await reaches(second, first.address), true);
  assert.equal(await reaches(second, await server.address(first.network)), false);
  assert.match(await one.command("ping", "n2", "-c", "1"), /pong/);
  assert.match(await two.command("ping", "n1", "-c", "1"), /pong/);

  const since = performance.now();
  await docker("kill", two.id);
  await shown([one.log], showsDead(nameOn(second)), since, 6000);
}

/** Whether a container on `host` reaches the registry at `address`. */
async function reaches({ network }: Host, address: string): Promise<boolean> {
  const { code, text } = await attempt("docker", [
    ...["run", "--rm", "--network", network, "--entrypoint", "timeout", registryImage],
    ...["3", "redis-cli", "-h", address, "ping"],
  ]);
  return code === 0 && text === "PONG";
}

const name = "nodes on two hosts meet in Redis, at ports that are published and advertised";
if (permitted("run") && hasImage("clusternode") && !hasImage(registryImage)) {
  Deno.test({ name: `${name} (skipped: no image ${registryImage})`, ignore: true, fn() {} });
} else {
  containersTest(name, meetsAcross);
}
