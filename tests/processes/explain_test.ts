/**
 * Every verdict can be asked for its reasons, and what happened can be looked up.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  Cluster,
  linesPass,
  linesWith,
  shown,
  showsDead,
} from "../integration/cluster.ts";
import { hostsTest } from "../integration/hosts.ts";
import { eventually, processTest } from "../integration/process.ts";

/** What a node says of a link that is bad for it alone. */
const told = "is alive but unreachable from this node";

processTest("explain tells a dead peer from a frozen one, with two nodes", async () => {
  await using cluster = new Cluster();
  const [victim, other] = await cluster.startMany(2);
  assert.ok(victim && other);
  const well = await cluster.command("explain", "n1");
  assert.equal(well.code, 0);
  assert.match(
    well.stdout,
    /^n1@127\.0\.0\.1 is alive, as n2@127\.0\.0\.1 sees it: it answers pings/,
  );

  victim.kill("SIGSTOP");
  await shown([other], showsDead("n1@127.0.0.1"), performance.now(), 6000);
  await other.line((text) => text.includes("n1@127.0.0.1 is down"), 6000, "the verdict");
  const frozen = await cluster.command("explain", "n1");
  assert.match(
    frozen.stdout,
    /is down, .*: connected, but no answer in time; its heartbeat has not moved/,
  );
  assert.match(frozen.stdout, /a heartbeat that advances marks it unreachable/);

  victim.kill("SIGKILL");
  await linesPass([other], 2);
  const dead = await cluster.command("explain", "n1", "--json");
  const explanation = JSON.parse(dead.stdout);
  assert.equal(explanation.status, "down");
  assert.equal(explanation.pings.at(-1).result, "refused");
});

hostsTest(
  "explain calls a peer behind a pulled cable unreachable while its heartbeat moves",
  2,
  async (
    hosts,
  ) => {
    const nodes = hosts.startAll();
    await shown(nodes, allTrue(2), performance.now(), 20_000);
    await linesPass(nodes, 3);
    await hosts.unplug(1);
    const [, other] = nodes;
    assert.ok(other);
    await other.line((text) => text.includes(`${hosts.name(1)} is unreachable`), 15_000, "it");
    const { code, text } = await hosts.command(2, "explain", hosts.name(1));
    assert.equal(code, 0);
    assert.match(
      text,
      /is unreachable, .*; its registry heartbeat still advances, so it is running/,
    );
  },
);

processTest("matrix shows who reaches whom, and names the node that nobody reaches", async () => {
  await using cluster = new Cluster();
  const [killed, ...others] = await cluster.startMany(3);
  const well = await cluster.command("matrix");
  assert.equal(well.code, 0);
  assert.match(well.stdout, /All 3 nodes reach each other/);
  killed?.kill("SIGKILL");
  await Promise.all(
    others.map((node) =>
      node.line((text) => text.includes("n1@127.0.0.1 is down"), 5000, "the verdict")
    ),
  );
  const { stdout } = await cluster.command("matrix");
  assert.match(stdout, /✗ refused/);
  assert.match(stdout, /^n1@127\.0\.0\.1 does not answer; nobody reaches it$/m);
});

hostsTest("matrix names a link that is dead in one direction", 3, async (hosts) => {
  const nodes = hosts.startAll();
  await shown(nodes, allTrue(3), performance.now(), 20_000);
  await linesPass(nodes, 3);
  await hosts.cut(1, 2);
  const isTold = (): boolean => nodes.some((node) => linesWith(node, told).length > 0);
  await eventually(isTold, 20_000, "the bad link is told");
  const { text } = await hosts.command(3, "matrix");
  assert.match(text, /^n[12]@.* (→ n[12]@.* fails|and n[12]@.* do not reach each other)/m);
});

processTest("events tells what changed, when and why", async () => {
  await using cluster = new Cluster();
  const [killed, other] = await cluster.startMany(2);
  killed?.kill("SIGKILL");
  assert.ok(other);
  await other.line((text) => text.includes("n1@127.0.0.1 is down"), 3000, "the verdict");
  const { code, stdout } = await cluster.command("events");
  assert.equal(code, 0);
  const seen = /^[\d-]{10} [\d:.]{12} n2@127\.0\.0\.1: n1@127\.0\.0\.1 (.*)$/gm;
  const told = [...stdout.matchAll(seen)].map(([, words]) => words ?? "");
  assert.equal(told[0], "joined: it answered", stdout);
  assert.match(told.at(-1) ?? "", /^is down: .* connection refused/);
  const asJson = await cluster.command("events", "--json");
  const events = asJson.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const changes = events.filter(({ event }) => ["joined", "failed"].includes(event));
  assert.deepEqual(changes.map(({ event, status }) => [event, status]), [
    ["joined", undefined],
    ["failed", "down"],
  ]);
});
