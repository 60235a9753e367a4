/**
 * Cookies that others can guess or read: they still work, and the node says what is wrong with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, Cluster, commandResult, linesWith, shown } from "../integration/cluster.ts";
import { processTest } from "../integration/process.ts";

processTest("a weak cookie works, with one warning, and for commands without any", async () => {
  await using cluster = new Cluster();
  const cookie = ["--cookie", "cookie"];
  const nodes = await cluster.startMany(2, ...cookie);
  for (const node of nodes) {
    const [warning, ...more] = linesWith(node, "[warning]");
    assert.match(warning?.text ?? "", /easy to guess: it is the first word.*clusternode keygen/);
    assert.deepEqual(more, []);
  }
  const members = await cluster.command("members", ...cookie);
  assert.equal(members.code, 0, members.stderr);
  assert.equal(members.stderr, "");
  const wrong = await cluster.command("members", "--cookie", "another");
  assert.equal(wrong.code, 1);
});

processTest(
  "a cookie file that others can read is told, one that they can write refused",
  async () => {
    await using cluster = new Cluster();
    const path = `${cluster.folder.path}/cookie`;
    await Deno.writeTextFile(path, (await commandResult(["keygen"])).stdout);
    const file = ["--cookie-file", path];
    await Deno.chmod(path, 0o644);
    const [node] = await cluster.startMany(1, ...file);
    assert.equal(linesWith(node!, "[warning]").length, 1, node?.text);
    assert.match(
      node?.text ?? "",
      /cookie file .* can be read by all users \(mode 0644\); close it/,
    );
    await Deno.chmod(path, 0o400);
    const closed = cluster.start("n2@127.0.0.1", ...file);
    await shown([closed], allTrue(2), closed.startedAt, 20_000);
    assert.equal(linesWith(closed, "[warning]").length, 0, closed.text);
    await Deno.chmod(path, 0o622);
    const refused = cluster.start("n3@127.0.0.1", ...file);
    assert.equal(await refused.ended(), 2);
    assert.match(refused.text, /can be written by all users \(mode 0622\), so others may know/);
  },
);
