/**
 * The commands that ask a running cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, commandResult, lacks, namesOf, shown, showsDead, within } from "./cluster.ts";
import { processTest } from "./process.ts";

processTest("members shows a table, or JSON, on standard output alone", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(3, "--tag", "zone=a");
  nodes[2]?.kill("SIGKILL");
  await shown(nodes.slice(0, 2), showsDead("n3@127.0.0.1"), performance.now(), 2000);
  const table = await cluster.command("members");
  assert.equal(table.code, 0);
  assert.equal(table.stderr, "");
  const [header, ...rows] = table.stdout.split("\n");
  assert.match(header ?? "", /^NAME +STATE +KIND +FOR +RTT MS +SERVICE +ADDRESS +TAGS +REASON$/);
  assert.match(
    rows[0] ?? "",
    /^n1@127\.0\.0\.1 +alive +node +\S+ +\S+ +- +127\.0\.0\.1:\d+ +zone=a$/,
  );
  assert.match(rows[2] ?? "", /^n3@127\.0\.0\.1 +down .* refused/);
  assert.match(table.stdout, /\n\n2 of 3 alive; n3 down .*\nas n\d@127\.0\.0\.1 sees it\n$/);

  const dead = await cluster.command("ls", "--status", "down", "-o", "name");
  assert.deepEqual(dead, { code: 0, stdout: "n3@127.0.0.1\n", stderr: "" });
  const some = await cluster.command("members", "--name", "n*", "--tag", "zone=b");
  assert.match(some.stdout, /^0 of 0 alive\nas n\d@\S+ sees it, 0 of its 3 members$/m);
  const bare = await cluster.command("members", "--no-headers", "--sort", "status");
  assert.match(bare.stdout, /^n3@\S+ +down .*\nn1@.*\nn2@.*\n$/);

  const json = await cluster.command("members", "--json");
  assert.equal(json.code, 0);
  assert.equal(json.stderr, "");
  const { cluster: name, members } = JSON.parse(json.stdout);
  assert.equal(name, "default");
  assert.deepEqual(members.map((member: { name: string }) => member.name), namesOf(3));
  assert.deepEqual(
    members.map((member: { status: string }) => member.status),
    ["alive", "alive", "down"],
  );
  assert.deepEqual(members[0].tags, ["zone=a"]);
});

processTest("members, matrix, explain and events ask the node of --from, and name it", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(3);
  for (const name of namesOf(3)) {
    const members = await cluster.command("members", "--from", name);
    assert.match(members.stdout, new RegExp(`^3 of 3 alive\nas ${name} sees it$`, "m"));
    const told = JSON.parse((await cluster.command("members", "--json", "--from", name)).stdout);
    assert.equal(told.asked, name);
    const matrix = await cluster.command("matrix", "--from", name);
    assert.match(matrix.stdout, new RegExp(`^${name} reaches 2 of 2 others$`, "m"));
    const explained = await cluster.command("explain", "n1", "--from", name);
    assert.match(explained.stdout, new RegExp(`^n1@127.0.0.1 is alive, as ${name} sees it: `));
    const events = await cluster.command("events", "--from", name);
    const joined = events.stdout.match(/n\d(?=@127\.0\.0\.1 joined)/g) ?? [];
    assert.deepEqual(
      joined.sort(),
      ["n1", "n2", "n3"].filter((other) => !name.startsWith(other)),
      events.stdout,
    );
  }
  const unknown = await cluster.command("members", "--from", "n9");
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^clusternode: No node n9 is registered in /);
});

processTest("ping tells pongs, round trips and loss; 0 for a pong, 1 for none", async () => {
  await using cluster = new Cluster();
  const [first] = await cluster.startMany(2);
  const pong = await cluster.command("ping", "n1", "-c", "3", "-i", "100ms");
  assert.equal(pong.code, 0);
  assert.equal(pong.stderr, "");
  const pongs = pong.stdout.match(/^pong from n1@127\.0\.0\.1 .*[\d.]+ ms$/gm);
  assert.equal(pongs?.length, 3, pong.stdout);
  assert.match(pong.stdout, /^--- n1@127\.0\.0\.1 ping statistics ---$/m);
  assert.match(pong.stdout, /^3 pings sent, 3 pongs received, 0% loss, time \d+ ms$/m);
  assert.match(pong.stdout, /^round trip min\/avg\/max = [\d.]+\/[\d.]+\/[\d.]+ ms$/m);
  assert.match(pong.stdout, /^round trip p50\/p90\/p99 = [\d.]+\/[\d.]+\/[\d.]+ ms$/m);

  first?.kill("SIGKILL");
  await first?.ended();
  const pang = await cluster.command("ping", "n1", "-c", "2", "-i", "100ms");
  assert.equal(pang.code, 1);
  assert.match(pang.stdout, /^2 pings sent, 0 pongs received, 100% loss, time \d+ ms$/m);
  assert.equal(pang.stdout.match(/^pang from n1@127\.0\.0\.1/gm)?.length, 2, pang.stdout);

  const both = await cluster.command("ping", "n1", "n2", "-i", "0.1", "-w", "1", "-q");
  assert.equal(both.code, 1);
  assert.match(
    both.stdout,
    /^PING n1@.*\nPING n2@.*\n\n--- n1@[^]*, 100% loss,[^]*\n--- n2@[^]*, 0% loss,/,
  );

  const unknown = await cluster.command("ping", "n9", "-c", "1");
  assert.equal(unknown.code, 1);
  assert.equal(unknown.stdout, "");
  assert.match(unknown.stderr, /No node n9 is registered in .*; there are n1@.*, n2@/);
});

processTest("leave takes a node out, and it ends with 0", async () => {
  await using cluster = new Cluster();
  const [first, second] = await cluster.startMany(2);
  assert.ok(first && second);
  const unsaid = await cluster.command("leave");
  assert.equal(unsaid.code, 1);
  assert.equal(unsaid.stdout, "");
  assert.match(unsaid.stderr, /say --name: n1@127\.0\.0\.1, n2@127\.0\.0\.1$/m);
  const result = await cluster.command("leave", "--name", "n1");
  assert.deepEqual(result, { code: 0, stdout: "n1@127.0.0.1 leaves\n", stderr: "" });
  assert.equal(await first.ended(), 0);
  await shown([second], lacks("n1@127.0.0.1"), performance.now(), 2000);
  assert.deepEqual(cluster.files(), ["n2@127.0.0.1"]);
});

processTest("forget is refused for the living and takes out the dead everywhere", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(3);
  const [killed, ...others] = nodes;
  const refused = await cluster.command("forget", "n1");
  assert.equal(refused.code, 1);
  assert.equal(refused.stdout, "");
  assert.match(refused.stderr, /n1@127\.0\.0\.1 is alive: only a dead node can be forgotten/);
  killed?.kill("SIGKILL");
  await shown(others, showsDead("n1@127.0.0.1"), performance.now(), 2000);
  const asked = await cluster.command("forget", "n1", "--dry-run");
  assert.equal(asked.code, 0);
  assert.match(asked.stdout, /^n1@127\.0\.0\.1 would be forgotten: it has failed/);
  assert.ok(cluster.files().includes("n1@127.0.0.1"), "a dry run changes nothing");
  const forgotten = await cluster.command("forget", "n1");
  assert.deepEqual(forgotten, { code: 0, stdout: "n1@127.0.0.1 is forgotten\n", stderr: "" });
  const forgottenAt = performance.now();
  await shown(others, lacks("n1@127.0.0.1"), forgottenAt, 1000);
  assert.deepEqual(cluster.files(), ["n2@127.0.0.1", "n3@127.0.0.1"]);
});

processTest("health is 0 for a node that works and 1 for one that hangs", async () => {
  await using cluster = new Cluster();
  const [node] = await cluster.startMany(1);
  const well = await cluster.command("health");
  assert.equal(well.code, 0);
  assert.match(well.stdout, /^n1@127\.0\.0\.1 is healthy: /);
  node?.kill("SIGSTOP");
  const askedAt = performance.now();
  const sick = await cluster.command("health");
  within("health of a stopped node", performance.now() - askedAt, 5000);
  assert.equal(sick.code, 1);
  assert.equal(sick.stdout, "");
  assert.match(sick.stderr, /^clusternode: n1@127\.0\.0\.1 does not answer: /);
  node?.kill("SIGCONT");
});

processTest("simulate tells what would happen, without any cluster", async () => {
  const args = ["simulate", "--nodes", "5", "--kill", "1", "--seed", "1"];
  const { code, stdout, stderr } = await commandResult(args);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /killed, known by all after +1\d\d ms/);
  assert.match(stdout, /false verdicts: none/);
});

processTest("simulate plays several runs at once as it plays them alone", async () => {
  const steps = async (...more: string[]): Promise<number> => {
    const args = ["simulate", "--nodes", "3", "--kill", "1", "--json", ...more];
    const { code, stdout, stderr } = await commandResult(args);
    assert.deepEqual([code, stderr], [0, ""]);
    return JSON.parse(stdout).stepCount;
  };
  const alone = await steps("--seed", "1") + await steps("--seed", "2");
  assert.equal(await steps("--seed", "1", "--runs", "2"), alone);
});
