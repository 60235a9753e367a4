/** The overlays of compose.yaml in docs/deploy: a registry in a container, nodes that meet in it. */
import assert from "node:assert/strict";
import { allTrue, assertNeverFalse, linesPass, linesWith, shown } from "../integration/cluster.ts";
import { permitted } from "../permissions.ts";
import { ComposeProject } from "./compose.ts";
import type { Container } from "./container.ts";
import { containersTest, hasImage, inspect } from "./engine.ts";

/** A password as `clusternode keygen` makes it: no character of it means anything in a URL. */
const password = "S3hEVN-lBpBhFFGBc-uzkk_BRkf0tHtPn2u4vninFgY";

const nodes = 5;

/** An overlay; its registry's service is called like the registry. */
interface Overlay {
  readonly registry: string;
  readonly image: string;
  /** Whether the overlay takes a password. */
  readonly isClosed: boolean;
}

const overlays: readonly Overlay[] = [
  { registry: "postgres", image: "postgres:17-alpine", isClosed: true },
  { registry: "redis", image: "redis:8-alpine", isClosed: true },
  { registry: "etcd", image: "quay.io/coreos/etcd:v3.6.12", isClosed: false },
  { registry: "s3", image: "versity/versitygw:v1.8.0", isClosed: true },
];

/** A service in the answer of `docker compose config --format json`. */
interface Service {
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly type: string }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
  readonly pids_limit: number;
  readonly ports?: unknown;
}

function open(registry: string, ...more: string[]): ComposeProject {
  Deno.env.set("REGISTRY_PASSWORD", password);
  return new ComposeProject(`docs/deploy/compose.${registry}.yaml`, ...more);
}

for (const { registry, image, isClosed } of overlays) {
  containersTest(
    `the overlay of ${registry} is legal, and hardened as compose.yaml is`,
    async () => {
      await using project = open(registry);
      const config = JSON.parse(await project.compose("config", "--format", "json"));
      const { node, [registry]: server } = config.services as Record<string, Service>;
      assert.ok(node && server);
      assert.equal(server.image, image);
      assert.deepEqual(node.volumes ?? [], []);
      assert.equal(node.depends_on?.[registry]?.condition, "service_healthy");
      assert.ok((server.healthcheck?.test.length ?? 0) > 1);
      for (const service of [node, server]) {
        assert.equal(service.read_only, true);
        assert.deepEqual(service.cap_drop, ["ALL"]);
        assert.deepEqual(service.security_opt, ["no-new-privileges:true"]);
        assert.ok(Number(service.mem_limit) > 0 && service.pids_limit > 0);
        assert.equal(service.ports, undefined);
        assert.doesNotMatch(JSON.stringify(service.command), new RegExp(password));
      }
      assert.equal(JSON.stringify(node.environment).includes(password), isClosed);
    },
  );

  if (isClosed) {
    containersTest(`the overlay of ${registry} asks for a password if none is set`, async () => {
      await using project = open(registry);
      Deno.env.delete("REGISTRY_PASSWORD");
      await assert.rejects(project.compose("config", "--quiet"), /set it in \.env/);
      Deno.env.set("REGISTRY_PASSWORD", password);
    });
  }

  const name =
    `${nodes} nodes meet in ${registry}; it is away and back: nobody false, one warning each`;
  if (permitted("run") && hasImage("clusternode") && !hasImage(image)) {
    // An image that no machine can make must not fail those that pull none.
    Deno.test({ name: `${name} (skipped: ${image} cannot be had here)`, ignore: true, fn() {} });
  } else {
    containersTest(name, (test) => meetsAndStays(test, registry, image));
  }
}

async function meetsAndStays(
  test: Deno.TestContext,
  registry: string,
  image: string,
): Promise<void> {
  await using project = open(registry);
  const containers = await meet(project);
  const standIn = await inspect(image, '{{index .Config.Labels "stand-in"}}');
  await test.step(
    standIn === "" ? `by ${image}` : `by ${standIn}'s server, named ${image}`,
    async () => {
      const { since } = await goesAway(project, registry, containers);
      await isBack(project, registry, containers, since);
    },
  );
  const server = await project.compose("ps", "--quiet", registry);
  assert.equal(await inspect(server, "{{.State.Status}}"), "running");
}

/** Starts the nodes, which meet; none of their processes shows the password in its command line. */
async function meet(project: ComposeProject): Promise<Container[]> {
  const containers = await project.scale(nodes);
  const logs = containers.map(({ log }) => log);
  await shown(logs, allTrue(nodes), performance.now(), 20_000);
  assert.doesNotMatch(await project.compose("top"), new RegExp(password));
  await linesPass(logs, 3);
  return containers;
}

/** Stops the registry: each node says so once, and sees nobody as false. */
async function goesAway(
  project: ComposeProject,
  registry: string,
  containers: readonly Container[],
): Promise<{ readonly since: number }> {
  const logs = containers.map(({ log }) => log);
  const since = performance.now();
  await project.compose("stop", registry);
  const isAway = (text: string): boolean => text.includes(": Registry unavailable (");
  await Promise.all(logs.map((log) => log.line(isAway, 30_000, "the registry is away", since)));
  await linesPass(logs, 3);
  assert.match(await (containers[0] as Container).command("health"), / is healthy: /);
  await assertCalm(containers, since);
  return { since };
}

/** Starts the registry again: each node says so, and is healthy. */
async function isBack(
  project: ComposeProject,
  registry: string,
  containers: readonly Container[],
  since: number,
): Promise<void> {
  const logs = containers.map(({ log }) => log);
  await project.compose("start", registry);
  const isTold = (text: string): boolean =>
    text.includes(": The registry is available again after ");
  await Promise.all(logs.map((log) => log.line(isTold, 60_000, "the registry is back", since)));
  await linesPass(logs, 3);
  assert.match(await (containers[0] as Container).command("health"), / is healthy: /);
  await assertCalm(containers, since);
}

/** Nobody was false, each has warned once, and none was restarted. */
async function assertCalm(containers: readonly Container[], since: number): Promise<void> {
  const logs = containers.map(({ log }) => log);
  assertNeverFalse(logs, since);
  for (const log of logs) assert.equal(linesWith(log, " [warning] ", since).length, 1, log.text);
  for (const container of containers) assert.equal(await container.state(), "running 0");
}

containersTest(
  `${nodes} nodes meet in s3 with a server of the tests in the place of the image; it goes away`,
  async () => {
    await using project = open("s3", "tests/containers/s3_stand_in.yaml");
    await goesAway(project, "s3", await meet(project));
  },
);
