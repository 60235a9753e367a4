/**
 * `health` finds the node of this user whatever words that was started with.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, commandResult } from "../integration/cluster.ts";
import { eventually, processTest, Program } from "../integration/process.ts";

/** Names that no node of another test has: those of this machine have the same user. */
const run = crypto.randomUUID().slice(0, 8);
const [first, second] = [`one-${run}`, `two-${run}`];
const [six, seven] = [`six-${run}`, `seven-${run}`];

/** Surroundings of their own: the nodes of other tests run under the same user. */
function surroundings(cluster: Cluster): Record<string, string> {
  return { XDG_RUNTIME_DIR: cluster.folder.path, CLUSTERNODE_REGISTRY: "/nowhere/at/all" };
}

/** A node of a cluster of its own words, once it is registered. */
async function startNode(cluster: Cluster, name: string, clusterName: string): Promise<Program> {
  const words = ["--name", name, "--cluster", clusterName, "--log-file", "none"];
  const node = Program.run(["start", ...words, ...cluster.options], surroundings(cluster));
  cluster.nodes.push(node);
  await node.line((text) => text.includes(`"${name}": true`), 20_000, "its first line");
  return node;
}

processTest("health finds nodes by no word at all, and only those that are meant", async () => {
  await using cluster = new Cluster();
  const env = surroundings(cluster);
  const node = await startNode(cluster, `${first}@127.0.0.1`, six);
  await startNode(cluster, `${second}@127.0.0.1`, seven);
  const all = await commandResult(["health"], env);
  for (const name of [first, second]) {
    assert.ok(all.stdout.includes(`${name}@127.0.0.1 is healthy: `), all.stdout);
  }
  const meant = [["--name", first], ["--cluster", six], ["--cluster", six, ...cluster.options]];
  for (const words of meant) {
    const { code, stdout, stderr } = await commandResult(["health", ...words], env);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^one-\S+@127\.0\.0\.1 is healthy: [^\n]*\n$/);
  }
  const config = `${cluster.folder.path}/other.json`;
  await Deno.writeTextFile(config, JSON.stringify({ name: "nobody", cluster: six }));
  const nobody = await commandResult(["health", "--config", config, ...cluster.options], env);
  assert.notEqual(nobody.code, 0, nobody.stdout);
  const closed = await commandResult(["health", "--http", "127.0.0.1:1"], env);
  assert.deepEqual([closed.code, closed.stdout], [1, ""]);
  assert.match(closed.stderr, /No such node answers over HTTP at 127\.0\.0\.1:1/);
  node.kill("SIGSTOP");
  const hung = await commandResult(["health", "--cluster", six], env);
  assert.deepEqual([hung.code, hung.stdout], [1, ""]);
  assert.match(hung.stderr, /^clusternode: one-\S+@127\.0\.0\.1 does not answer: /);
  assert.equal((await commandResult(["health", "--cluster", seven], env)).code, 0);
  node.kill("SIGKILL");
  await node.ended();
  const left = await commandResult(["health", "--cluster", seven, ...cluster.options], env);
  assert.equal(left.code, 0, left.stderr);
  const folder = `${cluster.folder.path}/clusternode-${Deno.uid()}`;
  const files = await Array.fromAsync(Deno.readDir(folder));
  assert.equal(files.length, 2, "those of the killed one are gone");
});

processTest("health asks where it is told to, though that node is another user's", async () => {
  await using cluster = new Cluster();
  await startNode(cluster, `${first}@127.0.0.1`, six);
  const sick = { schema: "health.v1", name: second, cluster: seven, healthy: false, reason: "ill" };
  const quiet = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using server = Deno.serve(quiet, () => Response.json(sick));
  const place = `127.0.0.1:${server.addr.port}`;
  const { code, stdout } = await commandResult(["health", "--http", place], surroundings(cluster));
  assert.deepEqual([code, stdout], [1, `${second} is not healthy: ill\n`]);
  await using busy = Deno.serve(quiet, () => new Response("no place", { status: 503 }));
  const there = `127.0.0.1:${busy.addr.port}`;
  const refused = await commandResult(["health", "--http", there], surroundings(cluster));
  const words = `clusternode: The node at ${there} is too busy to answer over HTTP\n`;
  assert.deepEqual([refused.code, refused.stdout, refused.stderr], [1, "", words]);
});

processTest("health is 0 while the registry is away, and its node goes on", async () => {
  await using cluster = new Cluster();
  const env = surroundings(cluster);
  const node = await startNode(cluster, `${first}@127.0.0.1`, six);
  await eventually(() => replaceByFile(cluster), 5000, "a file stands in the registry's place");
  await node.line((text) => text.includes("Registry unavailable ("), 20_000, "it is told");
  const { code, stderr } = await commandResult(["health", "--cluster", six], env);
  assert.deepEqual([code, stderr], [0, ""]);
});

processTest("health tells of a service that is not ready, and is 0 all the same", async () => {
  await using cluster = new Cluster();
  const env = surroundings(cluster);
  const words = ["--name", `${first}@127.0.0.1`, "--cluster", six, "--log-file", "none"];
  const service = ["--ready", "exec:false", "--", "sleep", "60"];
  const node = Program.run(["start", ...words, ...cluster.options, ...service], env);
  cluster.nodes.push(node);
  await node.line((text) => text.includes(": true"), 20_000, "its first line");
  const { code, stdout, stderr } = await commandResult(["health", "--cluster", six], env);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /; its service is starting: the command is being started\n$/);
});

/** Puts a file where the registry was; false if the node was quicker and has made the folder anew. */
async function replaceByFile({ registry, folder }: Cluster): Promise<boolean> {
  await Deno.rename(registry, `${folder.path}/${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(registry, "no folder", { createNew: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
