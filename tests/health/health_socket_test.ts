/** How a running node is found and asked by its own user, and by nobody else. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { healthFolders, isPrivate, makePrivate } from "../../lib/health/health_folder.ts";
import { localNodes, serveHealth } from "../../lib/health/health_socket.ts";
import type { Health, HealthServer } from "../../lib/health/health_socket.ts";
import { needing } from "../permissions.ts";

const well: Health = { healthy: true, reason: "it is" };

/** A test with a place of its own for sockets; skipped by name where it may not make one. */
function socketTest(name: string, fn: (place: Record<string, string>) => Promise<void>): void {
  Deno.test({
    ...needing(name, "read", "write", "env", "net", "run", "sys"),
    async fn() {
      const place = await Deno.makeTempDir({ prefix: "clusternode-test-" });
      try {
        await fn({ XDG_RUNTIME_DIR: place });
      } finally {
        await Deno.remove(place, { recursive: true });
      }
    },
  });
}

function server(environment: Record<string, string>, name: string): HealthServer {
  const identity = { name, cluster: "six", registries: ["/data"] };
  const id = crypto.randomUUID().replaceAll("-", "");
  return { identity, environment, id, health: () => well };
}

/** The nodes that were started by this test: others of this user may run beside it. */
async function namesIn(environment: Record<string, string>): Promise<string[]> {
  const nodes = await localNodes(environment);
  return nodes.map(({ name }) => name).filter((name) => name.endsWith("@test")).sort();
}

async function filesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
}

function folderOf(environment: Record<string, string>): string {
  return healthFolders(environment)[0] ?? "";
}

/** The file of a node; without a socket beside it, of one that was killed. */
async function writeIdentity(folder: string, id: string, name: string): Promise<void> {
  const identity = { name, cluster: "six", registries: [] };
  await Deno.writeTextFile(`${folder}/${id}.json`, JSON.stringify(identity));
}

socketTest("localNodes() finds the nodes that serve, and they answer", async (place) => {
  const one = await serveHealth(server(place, "n1@test"));
  const other = await serveHealth(server(place, "n2@test"));
  ok(one && other);
  deepEqual(await namesIn(place), ["n1@test", "n2@test"]);
  const [node] = (await localNodes(place)).filter(({ name }) => name === "n1@test");
  deepEqual([node?.cluster, node?.registries], ["six", ["/data"]]);
  deepEqual(await node?.ask(AbortSignal.timeout(5000)), well);
  await one[Symbol.asyncDispose]();
  deepEqual(await namesIn(place), ["n2@test"]);
  await other[Symbol.asyncDispose]();
  deepEqual(await filesIn(folderOf(place)), []);
});

socketTest("localNodes() removes what a killed node has left behind", async (place) => {
  const folder = folderOf(place);
  ok(await makePrivate(folder));
  const dead = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `Deno.listen({ transport: "unix", path: "${folder}/dead.sock" }); Deno.kill(Deno.pid, 9);`,
    ],
    stderr: "null",
  });
  await dead.output();
  await writeIdentity(folder, "dead", "n3@test");
  equal((await filesIn(folder)).length, 2);
  deepEqual(await namesIn(place), []);
  deepEqual(await filesIn(folder), []);
});

socketTest(
  "serveHealth() looks at a few others, each node at those that follow it",
  async (place) => {
    const folder = folderOf(place);
    ok(await makePrivate(folder));
    for (let digit = 0; digit < 10; digit++) {
      await writeIdentity(folder, `${digit}`.repeat(32), "n3@test");
    }
    const left: string[] = [];
    for (const id of ["5ffff", "3ffff", "0ffff"]) {
      await (await serveHealth({ ...server(place, "n1@test"), id }))?.[Symbol.asyncDispose]();
      left.push((await filesIn(folder)).map((name) => name.charAt(0)).sort().join(""));
    }
    deepEqual(left, ["012345", "23", ""]);
  },
);

socketTest("ask() gives up when a node does not answer", async (place) => {
  const folder = folderOf(place);
  ok(await makePrivate(folder));
  using _silent = Deno.listen({ transport: "unix", path: `${folder}/hung.sock` });
  await writeIdentity(folder, "hung", "n4@test");
  const [node] = (await localNodes(place)).filter(({ name }) => name === "n4@test");
  equal(await node?.ask(AbortSignal.timeout(50)), undefined);
});

socketTest("makePrivate() takes no folder that others can open, and no link", async (place) => {
  const root = place["XDG_RUNTIME_DIR"] ?? "";
  const [open, aim, link] = [`${root}/open`, `${root}/aim`, `${root}/link`];
  await Deno.mkdir(open);
  await Deno.chmod(open, 0o755);
  equal(await makePrivate(open), false);
  ok(await makePrivate(aim));
  await Deno.symlink(aim, link);
  equal(await makePrivate(link), false);
  const shared = `${root}/shared`;
  await Deno.mkdir(shared);
  await Deno.chmod(shared, 0o777);
  equal(await makePrivate(`${shared}/own`), false, "others can put another one in its place");
  if (Deno.uid() !== 0) return;
  const foreign = `${root}/foreign`;
  await Deno.mkdir(foreign, { mode: 0o700 });
  await Deno.chown(foreign, 12_345, 12_345);
  equal(await makePrivate(foreign), false);
  equal(await isPrivate(foreign), false);
});

socketTest("serveHealth() takes the next place when the first is another user's", async (place) => {
  const trap = folderOf(place);
  await Deno.mkdir(trap);
  await Deno.chmod(trap, 0o777);
  const served = await serveHealth(server(place, "n5@test"));
  ok(served);
  deepEqual(await filesIn(trap), []);
  deepEqual(await namesIn(place), ["n5@test"]);
  await served[Symbol.asyncDispose]();
});

socketTest("serveHealth() takes the next place where its files cannot be made", async (place) => {
  const [first = ""] = healthFolders(place);
  ok(await makePrivate(first));
  const own = server(place, "n6@test");
  await Deno.writeTextFile(`${first}/${own.id}.json.new`, "in the way");
  const served = await serveHealth(own);
  ok(served);
  deepEqual(await filesIn(first), [`${own.id}.json.new`]);
  deepEqual(await namesIn(place), ["n6@test"]);
  await served[Symbol.asyncDispose]();
});

Deno.test({
  ...needing("healthFolders() names only whole paths that the name of a socket fits into", "sys"),
  fn() {
    const own = `clusternode-${Deno.uid()}`;
    const folders = healthFolders({ XDG_RUNTIME_DIR: "run", TMPDIR: `/${"x".repeat(100)}` });
    deepEqual(folders, [`/dev/shm/${own}`, `/tmp/${own}`]);
    // A hundred bytes with a slash, 32 digits and .sock behind it.
    const longest = "x".repeat(100 - `//${own}/.sock`.length - 32);
    equal(healthFolders({ XDG_RUNTIME_DIR: `/${longest}` })[0], `/${longest}/${own}`);
    equal(healthFolders({ XDG_RUNTIME_DIR: `/${longest}x` })[0], `/dev/shm/${own}`);
  },
});
