/**
 * `local --http` shows the page of its first node, and `open` tells where it is.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, Cluster, commandResult, statusOf } from "../integration/cluster.ts";
import type { CommandResult } from "../integration/cluster.ts";
import { eventually, processTest, Program } from "../integration/process.ts";

processTest("open prints where the first node of local shows the cluster", async () => {
  await using cluster = new Cluster();
  // A name of its own: the nodes of other tests run under the same user.
  const clusterName = `open-${crypto.randomUUID().slice(0, 8)}`;
  const env = { CLUSTERNODE_HTTP: "0" };
  const open = (...more: string[]): Promise<CommandResult> =>
    commandResult(["open", "--cluster", clusterName, ...more], env);
  const none = await open();
  assert.deepEqual([none.code, none.stdout], [1, ""]);
  assert.match(none.stderr, /^clusternode: No such node of this user runs on this machine; try /);
  const words = ["local", "2", "--cluster", clusterName, ...cluster.options, "--log-file", "none"];
  const program = Program.run(words, env);
  cluster.nodes.push(program);
  const line = await program.line((text) => text.includes("page and API at"), 20_000, "its URL");
  const url = /page and API at (\S+)$/.exec(line.text)?.[1] ?? "";
  assert.match(line.text, /^node_1 /);
  await program.line(
    (text) => {
      const status = statusOf(text.replace(/^node_1 +\| /, ""));
      return status !== undefined && allTrue(2).holds(status);
    },
    20_000,
    "both are there",
  );
  const { memberCount, asked } = await (await fetch(`${url}v1/members`)).json();
  assert.deepEqual([memberCount, asked], [2, "n1@127.0.0.1"]);
  let opened = none;
  await eventually(
    async () => {
      opened = await open();
      return opened.code === 0;
    },
    20_000,
    "the node has said where it is",
  );
  assert.deepEqual(opened, { code: 0, stdout: `${url}\n`, stderr: "" });
  const second = await open("--name", "n2");
  assert.deepEqual([second.code, second.stdout], [1, ""]);
  assert.match(second.stderr, /^clusternode: n2@127\.0\.0\.1 shows no page: start it with --http/);
  // In order: the nodes of one that is killed outlive it for a moment, and write into the registry.
  program.kill("SIGTERM");
  assert.equal(await program.ended(), 143);
});
