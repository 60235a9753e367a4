/**
 * What happens when two versions meet: this one, and the one before it in the history.
 *
 * @module
 */
import assert from "node:assert/strict";
import { softwareVersion } from "../../lib/version.ts";
import { readSource } from "../docs/source_files.ts";
import {
  allTrue,
  assertNeverFalse,
  Cluster,
  lacks,
  linesPass,
  namesOf,
  shown,
  showsDead,
  statusesSince,
} from "./cluster.ts";
import { earlierVersion, OtherVersion } from "./other_version.ts";
import { processTest, Program } from "./process.ts";

/** Longest wait for a line, with programs that start from source on a busy machine. */
const patienceMs = 20_000;

/** Starts a program of one version with these arguments. */
type Version = (args: readonly string[]) => Program;

const thisVersion: Version = (args) => Program.run(args);

/** The names that all tests use. */
const [name1, name2, name3] = namesOf(3) as [string, string, string];

const earlier = earlierVersion();

/** A test with the version before this one, which is given as the second argument. */
function versionsTest(name: string, fn: (before: Version, version: string) => Promise<void>): void {
  if ("missing" in earlier) {
    const { missing } = earlier;
    return Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn: () => {} });
  }
  const { commit, version } = earlier;
  processTest(`${name}: ${version} of ${commit.slice(0, 7)} and ${softwareVersion}`, async () => {
    await using other = await OtherVersion.of(commit);
    await fn((args) => other.run(args), version);
  });
}

/** Starts a node of that version in `cluster`, whose log file all versions share. */
function startNode(cluster: Cluster, run: Version, name: string): Program {
  const node = run(["start", ...cluster.options, "--log-file", cluster.logFile, "--name", name]);
  cluster.nodes.push(node);
  return node;
}

/** What a command of that version prints about the cluster, which has to succeed. */
async function told(cluster: Cluster, run: Version, ...args: string[]): Promise<string> {
  await using program = run([...args, ...cluster.options]);
  assert.equal(await program.ended(), 0, `${args.join(" ")}\n${program.text}`);
  return program.printed("stdout");
}

/** Two nodes of one version, one of the other; each of them dies, comes back, and leaves. */
async function liveTogether(first: Version, second: Version): Promise<void> {
  await using cluster = new Cluster();
  const hosts = [name1, name2].map((name) => startNode(cluster, first, name));
  await shown(hosts, allTrue(2), performance.now(), patienceMs);
  const [host1, host2] = hosts as [Program, Program];
  const guest = startNode(cluster, second, name3);
  await shown([host1, host2, guest], allTrue(3), performance.now(), patienceMs);
  assertNeverFalse(cluster.nodes);

  const guestKilledAt = performance.now();
  guest.kill("SIGKILL");
  await shown(hosts, showsDead(name3), guestKilledAt, patienceMs);
  const guestAgain = startNode(cluster, second, name3);
  await shown([host1, host2, guestAgain], allTrue(3), performance.now(), patienceMs);

  const hostKilledAt = performance.now();
  host1.kill("SIGKILL");
  await shown([host2, guestAgain], showsDead(name1), hostKilledAt, patienceMs);

  const leavesAt = performance.now();
  await told(cluster, second, "leave", "--name", name2);
  await shown([guestAgain], lacks(name2), leavesAt, patienceMs);
  assert.equal(await host2.ended(), 0);
}

versionsTest("nodes of this version join those of the one before", async (before) => {
  await liveTogether(before, thisVersion);
});

versionsTest("nodes of the version before join those of this one", async (before) => {
  await liveTogether(thisVersion, before);
});

/** Two nodes of one version, asked by commands of the other. */
async function ask(asked: Version, asking: Version, software: string): Promise<void> {
  await using cluster = new Cluster();
  const nodes = [name1, name2].map((name) => startNode(cluster, asked, name));
  await shown(nodes, allTrue(2), performance.now(), patienceMs);
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await told(cluster, asking, ...args, "--json"));
  const { members } = await json("members");
  assert.deepEqual(
    (members as Record<string, unknown>[]).map(({ name, status, software }) => ({
      name,
      status,
      software,
    })),
    [name1, name2].map((name) => ({ name, status: "alive", software })),
  );
  assert.match(await told(cluster, asking, "health", "--name", name2), /is healthy/);
  assert.equal((await json("explain", name2)).status, "alive");
  await json("matrix");
  assert.match(await told(cluster, asking, "events", "--json"), /"joined"/);
  await told(cluster, asking, "ping", name2, "-c", "1");
  await told(cluster, asking, "wait", "--members", "2", "--agree", "--timeout", "10s");
  assertNeverFalse(nodes);
}

versionsTest("commands of this version ask nodes of the one before", async (before, version) => {
  await ask(before, thisVersion, `clusternode/${version}`);
});

versionsTest("commands of the version before ask nodes of this one", async (before) => {
  await ask(thisVersion, before, `clusternode/${softwareVersion}`);
});

versionsTest(
  "a cluster is upgraded node by node, and back, without a false line",
  async (before) => {
    await using cluster = new Cluster();
    const nodes = new Map(namesOf(3).map((name) => [name, startNode(cluster, before, name)]));
    await shown([...nodes.values()], allTrue(3), performance.now(), patienceMs);
    const replace = async (name: string, run: Version): Promise<void> => {
      const node = nodes.get(name) as Program;
      node.kill("SIGTERM");
      assert.equal(await node.ended(), 143);
      nodes.set(name, startNode(cluster, run, name));
      await shown([...nodes.values()], allTrue(3), performance.now(), patienceMs);
    };
    for (const name of nodes.keys()) await replace(name, thisVersion);
    await replace(name1, before);
    assertNeverFalse(cluster.nodes);
  },
);

/** Fails if what was said of the node `name` does not stand in the document, as said of another. */
function assertDocumented(said: string, name: string): void {
  const sentence = said.replaceAll(name, "n3@10.0.0.4").replace(softwareVersion, "0.2.0");
  assert.ok(readSource("docs/versions.md").split("\n").includes(sentence), sentence);
}

/** Waits for the warning of `node` about `name` that has these words; it is in the document. */
async function saysAsDocumented(node: Program, name: string, words: string): Promise<void> {
  const isIt = (text: string): boolean =>
    text.includes("[warning]") && text.includes(words) && text.includes(name);
  const { text } = await node.line(isIt, patienceMs, `${words} … ${name}`);
  // Each layout names its own number.
  assertDocumented(text.replace(/^.*?\[warning\] \S+: /, "").replace("than 2:", "than 1:"), name);
}

/** A node of this version, changed in one place, that starts beside two unchanged ones. */
async function meetChanged(
  change: { readonly file: string; readonly from: string; readonly to: string },
  see: (cluster: Cluster, node: Program) => Promise<void>,
): Promise<void> {
  await using other = await OtherVersion.with(change);
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(2);
  const since = performance.now();
  const changed = startNode(cluster, (args) => other.run(args), name3);
  await see(cluster, changed);
  // The two go on with each other, whatever comes.
  for (const node of nodes) {
    for (const status of statusesSince(node, since)) {
      assert.deepEqual([status.get(name1), status.get(name2)], [true, true], node.text);
    }
  }
}

processTest(
  "nodes of two protocol versions take each other for holders of another cookie",
  async () => {
    const [file, from] = ["lib/transport/handshake.ts", `"clusternode/1"`];
    await meetChanged({ file, from, to: `"clusternode/2"` }, async (cluster, changed) => {
      const [node1, node2] = cluster.nodes as [Program, Program];
      for (const [node, name] of [[node1, name3], [node2, name3], [changed, name1]] as const) {
        const sentence = `${name} holds another cookie: `;
        await node.line((text) => text.includes(sentence), patienceMs, sentence);
        await shown([node], showsDead(name), performance.now(), patienceMs);
      }
      const { stdout } = await cluster.command("doctor");
      const found = `${name3} holds another cookie, speaks another protocol version, or is no ` +
        `clusternode: it runs clusternode/${softwareVersion}`;
      assert.ok(stdout.includes(found), stdout);
    });
  },
);

processTest("nodes of two layouts of rows do not see each other, and say why", async () => {
  const [file, from] = ["lib/core/members/row.ts", `rowVersion: Row["version"] = 1`];
  await meetChanged({ file, from, to: "rowVersion: any = 2" }, async (cluster, changed) => {
    const [node1, node2] = cluster.nodes as [Program, Program];
    for (const [node, name] of [[node1, name3], [node2, name3], [changed, name1]] as const) {
      await saysAsDocumented(node, name, "Ignoring");
    }
    await linesPass(cluster.nodes, 2);
    for (const node of [node1, node2]) {
      await shown([node], allTrue(2), performance.now(), patienceMs);
    }
    for (const status of statusesSince(changed)) assert.deepEqual([...status.keys()], [name3]);
  });
});
