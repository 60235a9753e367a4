/**
 * Nothing that lies in the registry becomes a member or ends one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, linesPass, linesWith, statusesSince } from "../integration/cluster.ts";
import { processTest, succeeds } from "../integration/process.ts";
import type { Program } from "../integration/process.ts";

/** Names of files, and what is in them. */
const files: Readonly<Record<string, string>> = {
  "n7@10.0.0.7": '{"version":1,"name":"n7@10.0.0.7","insta',
  "n8@10.0.0.8": "",
  "n9@10.0.0.9": '{"version":99,"name":"n9@10.0.0.9"}',
  "elixir@10.0.0.10": "2016-03-10 18:51:29",
  "n1@127.0.0.1~": "{}",
  ".n1@127.0.0.1.swp": "b0VIM",
  "#n1@127.0.0.1#": "{}",
  "4913": "",
  "README": "what is this folder?",
  [`${"long".repeat(60)}@x`]: "{}",
};

processTest("garbage in the registry is reported once and is nobody", async () => {
  await using cluster = new Cluster();
  const { registry } = cluster;
  const nodes = await cluster.startMany(2);
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${registry}/${name}`, text);
  }
  await Deno.mkdir(`${registry}/n5@10.0.0.5/below`, { recursive: true });
  assert.ok(await succeeds("mkfifo", `${registry}/n6@10.0.0.6`));
  assert.ok(await succeeds("sh", "-c", `: >"${registry}/$(printf 'n\\377@10.0.0.11')"`));
  await Deno.symlink("/etc/passwd", `${registry}/n4@10.0.0.4`);
  const count = Object.keys(files).length + 3;
  for (const node of nodes) {
    const enough = (): boolean => reportsOf(node).length >= count;
    await node.until(enough, 5000, `${count} reports`);
  }
  // One that starts now meets all of it at once.
  nodes.push(cluster.start("n3@127.0.0.1"));
  const names = ["n1@127.0.0.1", "n2@127.0.0.1", "n3@127.0.0.1"];
  await linesPass(nodes, 4);
  for (const node of nodes) {
    const reports = reportsOf(node);
    assert.equal(reports.length, count, reports.join("\n"));
    assert.equal(new Set(reports).size, count);
    for (const status of statusesSince(node)) {
      for (const [name, alive] of status) assert.ok(alive && names.includes(name), name);
    }
  }
  const [text] = linesWith(nodes[0] as Program, "Ignoring n7@10.0.0.7");
  assert.match(text?.text ?? "", /in the registry: it is not JSON$/);
});

/** What it said about the garbage; not all runtimes show it names that are not UTF-8. */
function reportsOf(node: Program): string[] {
  const lines = linesWith(node, ": Ignoring ").map(({ text }) =>
    text.slice(text.indexOf("Ignoring"))
  );
  return lines.filter((line) => !line.includes("\ufffd"));
}
