/**
 * Real nodes with every registry that has a server: they find each other, see each other die and
 * return, go on without it, and mend it when it is back.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  linesPass,
  linesWith,
  namesOf,
  shown,
  showsDead,
  within,
} from "../integration/cluster.ts";
import type { Program } from "../integration/process.ts";
import { needing } from "../permissions.ts";
import { nodeBackEnds } from "./node_backends.ts";
import type { NodeBackEnd, NodeServer, StartFault } from "./node_backends.ts";
import { needingServer } from "../servers/server.ts";
import { ServerCluster } from "./server_cluster.ts";
import { swiftNeeds } from "../servers/swift_server.ts";

/** How many nodes there are. */
const count = 5;

/** How many status lines a node writes while its registry is away: one a second. */
const linesAway = 20;

/** What no node may say while all of them live, as part of a line. */
const wrongWords =
  /: false|\[error\]| is (under suspicion|unreachable|down)| left:| was (replaced|forgotten)|cut off/;

const backEnds = nodeBackEnds();

/** Those that are away at the same time: two processors cannot bear the nodes of all. */
const awayTogether = [["postgres", "redis", "etcd"], ["swift", "s3 with conditions"]];

for (const backEnd of backEnds) {
  Deno.test({
    ...needingServer(
      `${backEnd.title}: five nodes meet, and see a death and a loss`,
      backEnd.needs,
    ),
    fn: async (t) => {
      await using server = await backEnd.lend();
      await server.wipe();
      await using cluster = new ServerCluster(server);
      await t.step("five fresh nodes show each other", async () => {
        await meet(cluster, backEnd.bounds.meetMs);
      });
      await t.step("a killed one is false within 1 s, and true again when it is back", async () => {
        await dieAndReturn(cluster, backEnd.bounds.returnMs);
      });
      await t.step("rows that are lost are written again, and nobody minds", async () => {
        await lose(cluster, server, backEnd.bounds.backMs);
      });
      await t.step("nothing that was said holds a secret", async () => {
        for (const format of [["--json"], []]) {
          const { code, stdout, stderr } = await cluster.command("members", ...format);
          assert.equal(code, 0, stderr);
          assert.ok(namesOf(count).every((name) => stdout.includes(name)), stdout);
        }
        await cluster.assertNothingLeaked();
      });
    },
  });

  Deno.test({
    ...needingServer(`${backEnd.title}: a start that cannot succeed ends with 4`, backEnd.needs),
    fn: async (t) => {
      await using server = await backEnd.lend();
      await server.wipe();
      await using cluster = new ServerCluster(server);
      const [first] = cluster.startMany(1);
      await shown([first as Program], allTrue(1), performance.now(), 20_000);
      for (const fault of server.startFaults) {
        await t.step(`${fault.what} is told in one sentence`, async () => {
          await failToStart(cluster, fault);
        });
      }
      await cluster.assertNothingLeaked();
      assertNeverFalse([first as Program]);
    },
  });
}

for (const titles of awayTogether) {
  Deno.test({
    ...needing(`nodes go on without ${titles.join(", ")}`, ...swiftNeeds.permissions),
    fn: async (t) => {
      const steps = titles.map((title) => {
        const backEnd = backEnds.find((other) => other.title === title) ?? assert.fail();
        return t.step({
          ...needingServer(`${title} is away for ${linesAway} s`, backEnd.needs),
          fn: async () => await goOnWithout(backEnd),
          // Steps that run together cannot be told apart by what they open.
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        });
      });
      const successes = await Promise.all(steps);
      assert.ok(successes.length > 0);
    },
  });
}

async function meet(cluster: ServerCluster, meetMs: number): Promise<void> {
  const nodes = cluster.startMany(count);
  const last = nodes.at(-1) as Program;
  await shown(nodes, allTrue(count), last.startedAt, meetMs);
  assertNeverFalse(nodes);
  assert.deepEqual((await cluster.rows()).map(({ row }) => row.name), namesOf(count));
}

async function dieAndReturn(cluster: ServerCluster, returnMs: number): Promise<void> {
  const killedAt = performance.now();
  await cluster.kill(cluster.nodes[2] as Program);
  await shown(cluster.nodes, showsDead("n3@127.0.0.1"), killedAt, 1000);
  const next = cluster.start("n3@127.0.0.1");
  await shown(cluster.nodes, allTrue(count), next.startedAt, returnMs);
  const rows = await cluster.rows();
  assert.deepEqual(rows.map(({ row }) => row.name), namesOf(count));
}

async function lose(
  cluster: ServerCluster,
  server: NodeServer,
  backMs: number,
): Promise<void> {
  const { nodes } = cluster;
  await linesPass(nodes, 1);
  const before = await cluster.rows();
  const since = performance.now();
  await server.wipe();
  const wipedAt = performance.now();
  await cluster.rowsAreNew(namesOf(count), before, backMs);
  within("rows back after a loss", performance.now() - wipedAt, backMs);
  await linesPass(nodes, 2);
  assertNothingWrong(nodes, since);
}

/** A server that is away for a while costs the nodes one warning, and nothing else. */
async function goOnWithout(backEnd: NodeBackEnd): Promise<void> {
  await using server = await backEnd.lend();
  await server.wipe();
  await using cluster = new ServerCluster(server);
  const nodes = cluster.startMany(count);
  await shown(nodes, allTrue(count), performance.now(), 20_000);
  const before = await cluster.rows();
  const since = performance.now();
  await server.stop();
  try {
    await linesPass(nodes, linesAway);
  } finally {
    await server.start();
  }
  const servesAt = performance.now();
  const { backMs } = backEnd.bounds;
  await cluster.rowsAreNew(namesOf(count), before, backMs);
  within(`rows back after an outage of ${backEnd.title}`, performance.now() - servesAt, backMs);
  const isBack = (text: string): boolean => text.includes("[info] The registry is back after");
  await Promise.all(nodes.map((node) => node.line(isBack, 10_000, "it is back", since)));
  await linesPass(nodes, 2);
  for (const node of nodes) {
    const warnings = linesWith(node, "[warning]", since).map(({ text }) => text);
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /The registry cannot be (read|written), going on by pings/);
    assert.equal(linesWith(node, "The registry is back", since).length, 1);
  }
  assertNothingWrong(nodes, since);
  await cluster.assertNothingLeaked();
}

async function failToStart(cluster: ServerCluster, fault: StartFault): Promise<void> {
  const node = cluster.start("n2@127.0.0.1", fault.environment, "--start-timeout", "1s");
  assert.equal(await node.ended(), 4, node.text);
  within(`the end of a start with ${fault.what}`, performance.now() - node.startedAt, 4000);
  const errors = linesWith(node, "[error]").map(({ text }) => text);
  assert.equal(errors.length, 1, node.text);
  assert.match(errors[0] ?? "", /The registry could not be used within the start timeout: Cannot /);
  assert.match(errors[0] ?? "", fault.sentence);
  const more = node.printed("stderr");
  // Deno 2.4 complains about what the PostgreSQL driver does.
  assert.equal(more.replace(/^\(node:\d+\) \[DEP0181\] .*\n/, ""), "");
}

/** Fails if a node has said since `since` that anything had happened to another one. */
function assertNothingWrong(nodes: readonly Program[], since: number): void {
  assertNeverFalse(nodes, since);
  for (const node of nodes) {
    const wrong = node.lines.filter(({ at, text }) => at >= since && wrongWords.test(text));
    assert.deepEqual(wrong.map(({ text }) => text), []);
  }
}
