/**
 * What lies in `/proc` and `/dev` is there for the binary as it is for the program from source.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, commandResult } from "../integration/cluster.ts";
import { hostsTest } from "../integration/hosts.ts";
import { processTest, programCommand } from "../integration/process.ts";

/** A folder in memory, which Linux keeps among its devices. */
const memory = "/dev/shm";

/** A test with a folder below {@linkcode memory}; skipped by name where there is none. */
function memoryTest(name: string, fn: (folder: string) => Promise<void>): void {
  if (Deno.build.os !== "linux") return Deno.test.ignore(`${name} (needs ${memory})`, () => {});
  processTest(name, async () => {
    const folder = await Deno.makeTempDir({ dir: memory, prefix: "clusternode-test-" });
    try {
      await fn(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

hostsTest(
  "start prefers the interface with the default route to the first one",
  1,
  async (hosts) => {
    await hosts.leadOut(1, "eth1", "10.78.0.1");
    const node = hosts.startDetecting(1);
    await node.line((text) => text.includes(`"n1@10.78.0.1": true`), 20_000, "its name");
  },
);

memoryTest("--registry and --record take paths in /dev/shm", async (folder) => {
  await using cluster = new Cluster(`${folder}/registry`);
  const recording = `${folder}/n1.recording`;
  const node = cluster.start("n1@127.0.0.1", "--record", recording);
  await node.line((text) => text.includes(`"n1@127.0.0.1": true`), 20_000, "its first line");
  assert.deepEqual(cluster.files(), ["n1@127.0.0.1"]);
  node.kill("SIGTERM");
  assert.equal(await node.ended(), 143);
  const replayed = await commandResult(["simulate", "--replay", recording]);
  assert.match(replayed.stdout, /: the same decisions again\n$/);
  assert.deepEqual([replayed.code, replayed.stderr], [0, ""]);
});

memoryTest("--config takes /dev/stdin, and a cookie file may lie in memory", async (folder) => {
  await Deno.writeTextFile(`${folder}/cookie`, "not so secret as it should be");
  const { command, args } = programCommand();
  const child = new Deno.Command(command, {
    args: [...args, "members", "--config", "/dev/stdin", "--cookie-file", `${folder}/cookie`],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`{"registry": "file://${folder}/none"}`));
  await writer.close();
  const { code, stderr } = await child.output();
  const text = new TextDecoder().decode(stderr);
  assert.match(
    text,
    /^clusternode: No node of the cluster "default" is registered in file:\/\/\S+\/none\n$/,
  );
  assert.equal(code, 1);
});
