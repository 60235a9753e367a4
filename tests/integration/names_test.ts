/**
 * Who may have a name: one at a time, and the same one again after it has moved.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, shown, showsDead, showsExactly, statusesSince } from "./cluster.ts";
import { processTest } from "./process.ts";
import type { Program } from "./process.ts";

const pair = ["n1@127.0.0.1", "n2@127.0.0.1"];

processTest("of two nodes that start at once under one name exactly one runs", async () => {
  await using cluster = new Cluster();
  const rivals = [cluster.start("n1@127.0.0.1"), cluster.start("n1@127.0.0.1")];
  const loser = await Promise.race(rivals.map(async (rival) => {
    await rival.ended();
    return rival;
  }));
  assert.equal(await loser.ended(), 3);
  const winner = rivals.find((rival) => rival !== loser) as Program;
  const addresses = /held by a live node at 127\.0\.0\.1:(\d+); this one is at 127\.0\.0\.1:(\d+)/;
  const [, theirs, ours] = addresses.exec(loser.text) ?? [];
  assert.ok(theirs && ours && theirs !== ours, loser.text);
  assert.equal(Number(theirs), (await cluster.addressOf("n1@127.0.0.1")).port);
  await shown([winner], showsExactly("n1@127.0.0.1"), performance.now(), 2000);
  winner.kill("SIGTERM");
  assert.equal(await winner.ended(), 143);
  assert.deepEqual(cluster.files(), []);
});

processTest("a name that is held is refused to a later node, which ends with 3", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(2);
  const late = cluster.start("n1@127.0.0.1");
  assert.equal(await late.ended(), 3);
  const told =
    /^[\d:.]+ \[error\] .*n1@127\.0\.0\.1 is held by .*\. Give one of them another --name/;
  assert.match(late.printed("stderr"), told);
  assert.doesNotMatch(late.printed("stdout"), /held by|error/);
  assert.deepEqual(statusesSince(late), []);
  await shown(nodes, showsExactly(...pair), performance.now(), 2000);
});

processTest("automatic names on one host take suffixes", async () => {
  await using cluster = new Cluster();
  const nodes = [1, 2, 3].map(() => cluster.startNameless("--listen", "127.0.0.1:0"));
  await shown(
    nodes,
    { words: "three", holds: ({ size }) => size === 3 },
    performance.now(),
    10_000,
  );
  const names = cluster.files();
  const [plain = ""] = names.filter((name) => !/-[23]@/.test(name));
  const suffixed = [2, 3].map((number) => plain.replace("@", `-${number}@`));
  assert.deepEqual(names, [plain, ...suffixed].sort());
  await shown(nodes, showsExactly(...names), performance.now(), 3000);
});

processTest("a node that comes back at another address is true within 2 s", async () => {
  await using cluster = new Cluster();
  const [first, second] = await cluster.startMany(2);
  assert.ok(first && second);
  first.kill("SIGKILL");
  await shown([second], showsDead("n1@127.0.0.1"), performance.now(), 2000);
  const again = cluster.start("n1@127.0.0.1", "--advertise", "127.0.0.2");
  await shown([second, again], showsExactly(...pair), again.startedAt, 2000);
  assert.equal((await cluster.addressOf("n1@127.0.0.1")).hostname, "127.0.0.2");
  const members = await cluster.command("members", "--json");
  assert.match(members.stdout, /"addresses":\["127\.0\.0\.2:\d+"/);
});

processTest(
  "a node called after a loopback address listens on that alone unless told",
  async () => {
    await using cluster = new Cluster();
    const others = ["n2@127.0.0.1", "--listen", "0.0.0.0:0"] as const;
    const nodes = [cluster.start("n1@127.0.0.1"), cluster.start(...others)];
    await shown(nodes, showsExactly(...pair), performance.now(), 20_000);
    const answers = await Promise.all(pair.map(async (name) => {
      const { port } = await cluster.addressOf(name);
      // What listens on all addresses answers at each one of loopback, too.
      return await Deno.connect({ hostname: "127.0.0.9", port }).then(
        (socket) => (socket.close(), "open"),
        (error) => error.name,
      );
    }));
    assert.deepEqual(answers, ["ConnectionRefused", "open"]);
  },
);

processTest("a node killed and started again at once is back within 2 s", async () => {
  await using cluster = new Cluster();
  const [first, second] = await cluster.startMany(2);
  assert.ok(first && second);
  first.kill("SIGKILL");
  await first.ended();
  const again = cluster.start("n1@127.0.0.1");
  await again.line((text) => text.includes('"n2@127.0.0.1": true'), 5000, "its first line");
  await shown([second, again], showsExactly(...pair), again.startedAt, 2000);
});
