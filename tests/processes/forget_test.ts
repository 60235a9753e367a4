/**
 * `forget`: by a living node, and by itself where none is left.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, Cluster, shown, showsDead, showsExactly } from "../integration/cluster.ts";
import { processTest } from "../integration/process.ts";

processTest("forget takes out several, or all that are down", async () => {
  await using cluster = new Cluster();
  const [first, ...others] = await cluster.startMany(4);
  assert.ok(first);
  for (const other of others) other.kill("SIGKILL");
  for (const name of ["n2", "n3", "n4"]) {
    await shown([first], showsDead(`${name}@127.0.0.1`), performance.now(), 10_000);
  }
  for (const name of ["n2", "n3", "n4"]) {
    // A heartbeat that was seen late calls a dead one unreachable for a while.
    const wait = await cluster.command("wait", "--member", name, "--status", "down");
    assert.equal(wait.code, 0, wait.stderr);
  }
  const dry = await cluster.command("forget", "--dead", "--dry-run");
  assert.equal(dry.code, 0, dry.stderr);
  assert.equal(
    dry.stdout.match(/^n[234]@127\.0\.0\.1 would be forgotten: it has failed/gm)?.length,
    3,
  );
  assert.equal(cluster.files().length, 4, "a dry run changes nothing");
  const two = await cluster.command("forget", "n2", "n1", "n3");
  assert.deepEqual([two.code, two.stdout], [
    1,
    "n2@127.0.0.1 is forgotten\nn3@127.0.0.1 is forgotten\n",
  ]);
  assert.match(
    two.stderr,
    /^clusternode: Cannot forget n1@127\.0\.0\.1: it is the node you asked/m,
  );
  const all = await cluster.command("forget", "--dead");
  assert.deepEqual(all, { code: 0, stdout: "n4@127.0.0.1 is forgotten\n", stderr: "" });
  await shown([first], showsExactly("n1@127.0.0.1"), performance.now(), 5000);
  assert.deepEqual(cluster.files(), ["n1@127.0.0.1"]);
  const none = await cluster.command("forget", "--dead");
  assert.deepEqual([none.code, none.stdout], [0, "No member is down, as n1@127.0.0.1 sees it\n"]);
  const usage = await cluster.command("forget");
  assert.equal(usage.code, 2);
  assert.match(usage.stderr, /^clusternode: forget: give the names of dead nodes, or --dead /m);
});

processTest(
  "forget takes out the dead when nobody lives, once their heartbeats stand still",
  async () => {
    await using cluster = new Cluster();
    for (const node of await cluster.startMany(3)) {
      node.kill("SIGKILL");
      await node.ended();
    }
    const dry = await cluster.command("forget", "n1", "--dry-run");
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /^n1@127\.0\.0\.1 would be forgotten: it neither answers nor writes /);
    assert.equal(cluster.files().length, 3, "a dry run changes nothing");
    const two = await cluster.command("forget", "n1", "n2");
    assert.equal(two.stdout, "n1@127.0.0.1 is forgotten\nn2@127.0.0.1 is forgotten\n");
    assert.match(two.stderr, /^clusternode: No node answers; watching heartbeats for [\d.]+ s$/m);
    assert.deepEqual(cluster.files(), ["n3@127.0.0.1"]);
    const json = await cluster.command("forget", "--dead", "--json");
    const { schema, name, asked, forgotten } = JSON.parse(json.stdout);
    assert.deepEqual([json.code, schema, name, asked, forgotten], [
      ...[0, "forget.v1", "n3@127.0.0.1", undefined, true],
    ]);
    assert.deepEqual(cluster.files(), []);
  },
);

processTest("forget spares a node that it cannot reach, but whose heartbeat moves", async () => {
  await using cluster = new Cluster();
  const cookies = ["--cookie", "0123456789abcdef0123456789abcdef"];
  const [node, dead] = ["n1", "n2"].map((name) => cluster.start(`${name}@127.0.0.1`, ...cookies));
  assert.ok(node && dead);
  await shown([node, dead], allTrue(2), performance.now(), 20_000);
  dead.kill("SIGKILL");
  const other = ["--cookie", "fedcba9876543210fedcba9876543210"];
  const result = await cluster.command("forget", "--dead", ...other);
  assert.deepEqual([result.code, result.stdout], [1, "n2@127.0.0.1 is forgotten\n"]);
  assert.match(result.stderr, /^clusternode: n1@127\.0\.0\.1 is alive: .* its heartbeat moves$/m);
  assert.deepEqual(cluster.files(), ["n1@127.0.0.1"]);
});
