/**
 * Real nodes with two folders as their registry: one of them can go, and the cluster can move from
 * one to the other while it runs.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  Cluster,
  commandResult,
  heartbeatsIn,
  linesPass,
  linesWith,
  namesOf,
  shown,
  within,
} from "../integration/cluster.ts";
import { diskTest } from "../integration/disk.ts";
import { eventually, processTest, Program, removeFolder } from "../integration/process.ts";

/** How soon everything is as before, in milliseconds. */
const backMs = 5000;

/** A cluster whose second folder lies beside the first, and how its nodes are told of it. */
function secondFolder(cluster: Cluster): { path: string; options: string[] } {
  const path = `${cluster.folder.path}/second`;
  return { path, options: ["--registry", `file://${path}`] };
}

/** Names of the rows in a folder, sorted; none if it is not there. */
function rowsIn(path: string): string[] {
  try {
    const names = Array.from(Deno.readDirSync(path), ({ name }) => name);
    return names.filter((name) => !name.startsWith(".")).sort();
  } catch {
    return [];
  }
}

async function rowsCome(path: string, names: readonly string[], what: string): Promise<void> {
  const arrived = (): boolean => rowsIn(path).join() === names.join();
  within(what, await eventually(arrived, backMs + 1000, what), backMs);
}

/** Runs a node that uses exactly these registries. */
function startOn(cluster: Cluster, name: string, ...paths: string[]): Program {
  const registries = paths.flatMap((path) => ["--registry", `file://${path}`]);
  const node = Program.run(["start", "--name", name, ...registries, "--log-file", "none"]);
  cluster.nodes.push(node);
  return node;
}

processTest("a cluster moves to another registry while it runs, and nobody is false", async () => {
  await using cluster = new Cluster();
  const names = namesOf(5);
  const [before, after] = [cluster.registry, secondFolder(cluster).path];
  const nodes = names.map((name) => startOn(cluster, name, before));
  await shown(nodes, allTrue(5), performance.now(), 20_000);
  for (const registries of [[before, after], [after]]) {
    for (const [index, name] of names.entries()) {
      const leaving = nodes[index] as Program;
      leaving.kill("SIGTERM");
      assert.equal(await leaving.ended(), 143);
      const returned = startOn(cluster, name, ...registries);
      nodes[index] = returned;
      await shown(nodes, allTrue(5), returned.startedAt, 5000);
    }
    if (registries.length === 2) {
      const { stdout, stderr } = await commandResult([
        ...["members", "--registry", `file://${before}`, "--registry", `file://${after}`],
      ]);
      assert.match(stdout, /5 of 5 alive/);
      assert.equal(stderr, "");
    }
  }
  await linesPass(nodes, 2);
  assertNeverFalse(cluster.nodes);
  assert.deepEqual(rowsIn(after), names);
  assert.deepEqual(rowsIn(before), []);
  for (const node of cluster.nodes) assert.deepEqual(linesWith(node, "[warning]"), []);
  // The old one can be thrown away.
  await removeFolder(before);
  const newcomer = startOn(cluster, "n6@127.0.0.1", after);
  await shown([...nodes, newcomer], allTrue(6), newcomer.startedAt, 5000);
});

processTest("one of two registries that is removed is made again, with all rows", async () => {
  await using cluster = new Cluster();
  const { path, options } = secondFolder(cluster);
  const nodes = await cluster.startMany(3, ...options);
  for (const folder of [path, cluster.registry]) {
    const since = performance.now();
    await removeFolder(folder);
    await rowsCome(folder, namesOf(3), `rows in ${folder}`);
    await linesPass(nodes, 2);
    for (const node of nodes) {
      const warnings = linesWith(node, "[warning]", since).map(({ text }) => text);
      assert.ok(warnings.length <= 1, warnings.join("\n"));
    }
  }
  assertNeverFalse(nodes);
  // A newcomer that knows only one of them finds the others, and their cookie.
  for (const [index, folder] of [path, cluster.registry].entries()) {
    const newcomer = startOn(cluster, `n${4 + index}@127.0.0.1`, folder);
    await shown([...nodes, newcomer], allTrue(4), newcomer.startedAt, 5000);
    newcomer.kill("SIGTERM");
    await newcomer.ended();
  }
});

processTest("one of two registries that is in nobody's reach is told of once", async () => {
  await using cluster = new Cluster();
  const { path, options } = secondFolder(cluster);
  const nodes = await cluster.startMany(3, ...options);
  const since = performance.now();
  await Deno.rename(path, `${path}.away`);
  await Deno.writeTextFile(path, "not a folder\n");
  await allTell(nodes, `: Registry file://${path} unavailable (`, since);
  // Who starts now and whoever asks finds the cluster all the same.
  const newcomer = cluster.start("n4@127.0.0.1", ...options);
  await shown([...nodes, newcomer], allTrue(4), newcomer.startedAt, 5000);
  const { code, stdout, stderr } = await cluster.command("members", ...options);
  assert.equal(code, 0);
  assert.match(stdout, /4 of 4 alive/);
  assert.match(
    stderr,
    /^clusternode: Registry file:.*second unavailable .*; continuing without it/,
  );
  await linesPass(nodes, 2);
  await Deno.remove(path);
  await rowsCome(path, namesOf(4), "rows back");
  await allBack([...nodes, newcomer], path, since);
});

diskTest("one of two registries that becomes read-only is told of once", 256, async (disk) => {
  await using cluster = new Cluster();
  const path = `${disk.path}/registry`;
  const nodes = await cluster.startMany(3, "--registry", `file://${path}`);
  const since = performance.now();
  const readOnly = (): Promise<boolean> => disk.setReadOnly(true).then(() => true, () => false);
  await eventually(readOnly, backMs, "no file is open for writing");
  await allTell(nodes, `: Registry file://${path} unavailable (`, since);
  await linesPass(nodes, 3);
  await disk.setReadOnly(false);
  const stale = new Set(heartbeatsIn(path));
  const moved = (): boolean => heartbeatsIn(path).every((name) => !stale.has(name));
  within("rows written again", await eventually(moved, backMs, "rows move"), backMs);
  await allBack(nodes, path, since);
});

processTest("a node starts while one of its registries cannot be used", async () => {
  await using cluster = new Cluster();
  // No folder can be made where a file is.
  const file = `${cluster.folder.path}/file`;
  await Deno.writeTextFile(file, "");
  for (const registries of [[`${file}/x`, cluster.registry], [cluster.registry, `${file}/x`]]) {
    const node = startOn(cluster, "n1@127.0.0.1", ...registries);
    await shown([node], allTrue(1), node.startedAt, 5000);
    await linesPass([node], 2);
    const warnings = linesWith(node, "[warning]").map(({ text }) => text);
    assert.equal(warnings.length, 1, warnings.join("\n"));
    assert.match(warnings[0] ?? "", /Registry file:\/\/\S+\/file\/x unavailable/);
    node.kill("SIGTERM");
    assert.equal(await node.ended(), 143);
  }
  const none = startOn(cluster, "n1@127.0.0.1", `${file}/x`, `${file}/y`);
  await none.line(
    (text) => /cannot .*file\/x.*cannot .*file\/y/.test(text),
    5000,
    "both are named",
  );
});

processTest("of two nodes that got one name in two registries one stays", async () => {
  await using cluster = new Cluster();
  const { path } = cluster.folder;
  const [a, b] = [`${path}/a`, `${path}/b`];
  // Two hosts, each of which reaches only one of the two folders until its link is mended.
  for (const folder of [a, b]) await Deno.mkdir(folder);
  for (const [link, target] of [["one_a", a], ["two_b", b]] as const) {
    await Deno.symlink(target, `${path}/${link}`);
  }
  for (const file of ["one_b", "two_a"]) await Deno.writeTextFile(`${path}/${file}`, "");
  const cookie = ["--cookie", "a-cookie-that-is-long-enough-to-be-good"];
  const start = (host: string): Program => {
    const registries = ["a", "b"].flatMap((folder) => ["--registry", `${path}/${host}_${folder}`]);
    const node = ["start", "--name", "n1@127.0.0.1", "--log-file", "none"];
    const program = Program.run([...node, ...registries, ...cookie]);
    cluster.nodes.push(program);
    return program;
  };
  const [one, two] = [start("one"), start("two")];
  await Promise.all([one, two].map((node) => shown([node], allTrue(1), node.startedAt, 5000)));
  for (const [link, target] of [["one_b", b], ["two_a", a]] as const) {
    await Deno.remove(`${path}/${link}`);
    await Deno.symlink(target, `${path}/${link}`);
  }
  assert.equal(await two.ended(), 3);
  const instanceIn = (folder: string): string =>
    JSON.parse(Deno.readTextFileSync(`${folder}/n1@127.0.0.1`)).instance;
  const isMoved = (): boolean => instanceIn(a) === instanceIn(b);
  await eventually(isMoved, 10_000, "what the other one left behind is replaced");
  await linesPass([one], 3);
  assertNeverFalse([one, two]);
});

processTest("the same registry given twice is a wrong usage", async () => {
  await using cluster = new Cluster();
  const { registry, folder } = cluster;
  const roundabout = `${folder.path}/../${folder.path.split("/").at(-1)}/registry`;
  for (const again of [registry, `file://${registry}/`, roundabout]) {
    const { code, stdout, stderr } = await commandResult([
      ...["start", "--name", "n1@127.0.0.1", "--log-file", "none"],
      ...["--registry", registry, "--registry", again],
    ]);
    assert.equal(code, 2);
    assert.match(stdout + stderr, /same registry (is|was) given twice/);
  }
  assert.deepEqual(cluster.files(), []);
});

/** Waits until each node has said so. */
async function allTell(nodes: readonly Program[], text: string, since: number): Promise<void> {
  const told = (line: string): boolean => line.includes(text);
  await Promise.all(nodes.map((node) => node.line(told, 10_000, text, since)));
}

/** Waits until each node has said that the registry is back, and looks at all that it said. */
async function allBack(nodes: readonly Program[], path: string, since: number): Promise<void> {
  const text = `: Registry file://${path} available again after`;
  await allTell(nodes, text, since);
  await linesPass(nodes, 1);
  for (const node of nodes) {
    assert.equal(linesWith(node, text, since).length, 1);
    const warnings = linesWith(node, "[warning]", since).map((line) => line.text);
    assert.equal(warnings.length, 1, warnings.join("\n"));
  }
  assertNeverFalse(nodes);
}
