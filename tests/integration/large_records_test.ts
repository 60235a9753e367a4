/** Members that say much about themselves: everything about them is told, and nobody ends of it. */
import assert from "node:assert/strict";
import { Cluster } from "./cluster.ts";
import { processTest, Program } from "./process.ts";

const count = 9;

/** 31 legal tags of 250 characters: one such member takes eight kilobytes, all of them 75. */
const largeTags = Array.from(
  { length: 31 },
  (_, index) => ["--tag", `t${index}=${"x".repeat(250)}`],
)
  .flat();

processTest("nodes with large tags tell all members and events, and go on", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(count, ...largeTags);
  const { code, stdout, stderr } = await cluster.command("members", "--json");
  assert.equal(code, 0, stderr);
  const { members } = JSON.parse(stdout);
  assert.equal(members.length, count);
  for (const { tags } of members) assert.equal(tags.length, 31);

  await using watching = Program.run(["members", "--json", "--watch", ...cluster.options]);
  const looks = (): number => watching.lines.filter(({ from }) => from === "stdout").length;
  await watching.until(() => looks() >= 3, 20_000, "members --watch has shown three looks");
  for (const { text } of watching.lines) assert.equal(JSON.parse(text).members.length, count);
  watching.kill("SIGINT");
  assert.equal(await watching.ended(), 130);

  const events = await cluster.command("events", "--json");
  assert.equal(events.code, 0, events.stderr);
  assert.ok(events.stdout.includes('"joined"'), events.stdout);
  assert.deepEqual(nodes.map(({ isRunning }) => isRunning), nodes.map(() => true));
});
