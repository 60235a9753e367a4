/**
 * A real node writes down what its core is told, and the same decisions are made from it again.
 *
 * @module
 */
import assert from "node:assert/strict";
import { linesOf } from "../../lib/recording/recording.ts";
import { DirectoryLayout } from "../../lib/registry/directory/directory_layout.ts";
import {
  Cluster,
  commandResult,
  linesPass,
  linesWith,
  namesOf,
  shown,
  showsDead,
  showsExactly,
} from "../integration/cluster.ts";
import { diskTest } from "../integration/disk.ts";
import { eventually, processTest } from "../integration/process.ts";

const names = namesOf(2);

/** The story of a recording, and how its replay ended. */
async function story(path: string): Promise<{ text: string; code: number }> {
  const { stdout, stderr, code } = await commandResult(["simulate", "--replay", path]);
  assert.equal(stderr, "");
  return { text: stdout, code };
}

processTest("--record writes what a replay makes the same decisions of", async () => {
  await using cluster = new Cluster();
  const path = `${cluster.folder.path}/n1.recording`;
  const [first, second] = names.map((name, index) =>
    cluster.start(name, "--status", "every", ...index === 0 ? ["--record", path] : [])
  );
  assert.ok(first && second);
  await shown([first, second], showsExactly(...names), performance.now(), 20_000);
  // Questions change nothing.
  for (const command of ["members", "matrix", "events"]) await cluster.command(command);
  second.kill("SIGKILL");
  await shown([first], showsDead(names[1]!), performance.now(), 20_000);
  await linesPass([first], 2);
  first.kill("SIGTERM");
  assert.equal(await first.ended(), 143);
  const { text, code } = await story(path);
  assert.match(text, /: the same decisions again\n$/);
  assert.equal(code, 0);
  assert.match(text, /n2@127\.0\.0\.1 joined: /);
  const [failure] = linesWith(first, "n2@127.0.0.1 is ");
  const words = failure?.text.replace(/^.*\[warning\] \S+ /, "") ?? "?";
  assert.ok(text.includes(`s  ${words}\n`), `${words}\n${text}`);
  assert.match(text, /s {2}The node has left\n/);
  const recorded = await Deno.readTextFile(path);
  const cookie = await Deno.readTextFile(
    new DirectoryLayout(cluster.registry, "default", "inside").cookie,
  );
  assert.ok(!recorded.includes(cookie.trim()), "the cookie is not in it");
});

processTest("--record leaves a recording that can be replayed after a kill -9", async () => {
  await using cluster = new Cluster();
  const path = `${cluster.folder.path}/n1.recording`;
  const node = cluster.start(names[0]!, "--record", path);
  const grown = async (): Promise<boolean> => {
    const text = await Deno.readTextFile(path).catch(() => "");
    return [...linesOf(text)].length > 10;
  };
  await eventually(grown, 20_000, "ten lines are in the file");
  node.kill("SIGKILL");
  await node.ended();
  const { text, code } = await story(path);
  assert.match(text, /n1@127\.0\.0\.1 is registered\n/);
  assert.match(text, /: the same decisions again\n$/);
  assert.equal(code, 0);
});

diskTest("--record to a full disk is one warning, and the node goes on", 64, async (disk) => {
  await using cluster = new Cluster();
  await disk.fill();
  const node = cluster.start(names[0]!, "--record", `${disk.path}/recording`);
  await shown([node], showsExactly(names[0]!), node.startedAt, 20_000);
  await linesPass([node], 3);
  const warnings = linesWith(node, "[warning]").map(({ text }) => text);
  assert.equal(warnings.length, 1, node.text);
  assert.match(warnings[0] ?? "", /Cannot record to ".*": No space left on device; /);
  node.kill("SIGTERM");
  assert.equal(await node.ended(), 143);
});
