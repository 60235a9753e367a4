/**
 * Five real nodes, and a real Prometheus that asks the first of them for the others.
 *
 * Each node has an address of loopback of its own, as it would have on a machine of its own: the port
 * of its HTTP is the same.
 *
 * @module
 */
import assert from "node:assert/strict";
import { dashboardQueries } from "../docs/dashboard.ts";
import { freePort } from "../support/ports.ts";
import { allTrue, Cluster, commandResult, shown } from "./cluster.ts";
import type { Program } from "./process.ts";
import { Prometheus, prometheusTest } from "./prometheus.ts";

const count = 5;

const nameOf = (number: number): string => `n${number}@127.0.0.${number}`;
const names = Array.from({ length: count }, (_, index) => nameOf(index + 1));

/** Nodes that show themselves, and who looks at them. */
interface Scene {
  readonly nodes: readonly Program[];
  readonly prometheus: Prometheus;
  /** Asks the first node for targets, as Prometheus does. */
  discover(): Promise<{ readonly status: number; readonly text: string }>;
}

/** Lets `play` have five nodes, all of which Prometheus has found and scraped, maybe with a token. */
async function withScene(play: (scene: Scene) => Promise<void>, token?: string): Promise<void> {
  await using cluster = new Cluster();
  const port = freePort();
  const tokenFile = `${cluster.folder.path}/token`;
  await Deno.writeTextFile(tokenFile, token ?? "", { mode: 0o600 });
  const more = token === undefined ? [] : ["--http-token-file", tokenFile];
  const nodes = names.map((name) =>
    cluster.start(name, "--http", `${name.split("@")[1]}:${port}`, ...more)
  );
  await shown(nodes, allTrue(count), performance.now(), 30_000);
  await using prometheus = await Prometheus.start(`127.0.0.1:${port}`, token);
  await prometheus.until(
    async () => (await prometheus.targets("clusternode")).filter(isUp).length === count,
    "all nodes are found and scraped",
  );
  const discover = async (): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/sd/prometheus?port=${port}`);
    return { status: answer.status, text: await answer.text() };
  };
  await play({ nodes, prometheus, discover });
}

function isUp({ health }: { readonly health: string }): boolean {
  return health === "up";
}

async function instances(prometheus: Prometheus): Promise<(string | undefined)[]> {
  return (await prometheus.targets("clusternode")).map(({ labels }) => labels["instance"]);
}

/** Queries, and how many series they give of five nodes that see each other. */
const wholeCluster: readonly (readonly [string, number])[] = [
  ["clusternode_member_up == 1", count * (count - 1)],
  ['clusternode_pings_total{result="pong"} > 0', count],
  ["clusternode_ping_duration_seconds_count > 0", count],
  ['clusternode_registry_call_duration_seconds_count{operation="list"} > 0', count],
  ["clusternode_registry_up == 1", count],
  ['process_open_fds{job="clusternode"} > 0', count],
  ['process_resident_memory_bytes{job="clusternode"} > 0', count],
  ['process_cpu_seconds_total{job="clusternode"} > 0', count],
];

prometheusTest(
  "Prometheus finds five nodes by asking one, and scrapes what they see",
  () =>
    withScene(async ({ prometheus }) => {
      const found = await prometheus.targets("clusternode");
      assert.deepEqual(found.map(({ labels }) => labels), [
        ...names.map((instance) => ({ cluster: "default", instance, job: "clusternode" })),
      ]);
      const machines = await prometheus.targets("machines");
      assert.deepEqual(machines.map(({ labels }) => labels["member"]), names);
      assert.ok(machines.every(({ labels }) => labels["instance"]?.endsWith(":9100")));
      const alive = await prometheus.query('clusternode_members{status="alive"}');
      assert.deepEqual(alive.map(({ value }) => value), names.map(() => count));
      for (const [query, seriesCount] of wholeCluster) {
        assert.equal((await prometheus.query(query)).length, seriesCount, query);
      }
      assert.equal(await prometheus.unitOf("clusternode_ping_duration_seconds"), "seconds");
      await prometheus.until(
        async () =>
          (await prometheus.query("count by (hash) (clusternode_view_info)")).length === 1,
        "all nodes tell the same hash of their views",
      );
    }),
);

prometheusTest(
  "every panel of the dashboard shows something of five nodes that want a token",
  async () =>
    withScene(async ({ prometheus }) => {
      for (const { title, query: shown } of dashboardQueries()) {
        // What has not happened yet is left out.
        const query = shown.replace(/ > 0$/, "");
        // A rate takes two samples.
        await prometheus.until(
          async () => (await prometheus.query(query)).some(({ value }) => Number.isFinite(value)),
          `the panel "${title}" shows something: ${query}`,
        );
      }
    }, (await commandResult(["keygen"])).stdout),
);

prometheusTest(
  "Prometheus keeps its targets while the node that it asks is isolated",
  () =>
    withScene(async ({ nodes, prometheus, discover }) => {
      const frozen = nodes.slice(1, 4);
      for (const node of frozen) node.kill("SIGSTOP");
      try {
        await prometheus.until(
          async () => (await discover()).status === 503,
          "the node tells no targets as it may be isolated",
        );
        const refused = await discover();
        assert.match(
          refused.text,
          /^n1@127\.0\.0\.1 may be isolated; keep the targets known before$/m,
        );
        const before = await prometheus.discoveryFailures();
        await prometheus.until(
          async () => await prometheus.discoveryFailures() >= before + 2,
          "Prometheus was refused targets twice",
        );
        assert.deepEqual(await instances(prometheus), names);
        await prometheus.until(
          async () => (await prometheus.firing("ClusternodeIsolated")).length > 0,
          "ClusternodeIsolated fires",
        );
      } finally {
        for (const node of frozen) node.kill("SIGCONT");
      }
      await prometheus.until(
        async () => (await discover()).status === 200,
        "the node tells targets again",
      );
    }),
);

prometheusTest(
  "an alert fires for a killed member, which stays a target, and one that left goes",
  () =>
    withScene(async ({ nodes, prometheus }) => {
      nodes[4]?.kill("SIGKILL");
      await prometheus.until(
        async () => (await prometheus.firing("ClusternodeMemberDown")).length > 0,
        "ClusternodeMemberDown fires",
      );
      const [alert, ...more] = await prometheus.firing("ClusternodeMemberDown");
      assert.deepEqual([alert?.["peer"], alert?.["cluster"], more], [nameOf(5), "default", []]);
      assert.deepEqual(await instances(prometheus), names);
      nodes[3]?.kill("SIGTERM");
      const rest = names.filter((name) => name !== nameOf(4));
      await prometheus.until(
        async () => `${await instances(prometheus)}` === `${rest}`,
        "a member that has left is no target, and a dead one still is",
      );
      const up = await prometheus.query('up{job="clusternode"}');
      assert.equal(up.find(({ metric }) => metric["instance"] === nameOf(5))?.value, 0);
      await prometheus.until(
        async () =>
          (await prometheus.query(`clusternode_member_up{peer="${nameOf(4)}"}`)).length === 0,
        "the series of the member that has left are gone",
      );
      assert.deepEqual((await prometheus.firing("ClusternodeMemberDown")).length, 1);
    }),
);
