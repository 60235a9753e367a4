/**
 * What nodes write, where, and that neither files nor readers of it can hurt them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  Cluster,
  linesPass,
  linesWith,
  shown,
  showsExactly,
  statusOf,
} from "../integration/cluster.ts";
import { eventually, processTest } from "../integration/process.ts";

const pair = ["n1@127.0.0.1", "n2@127.0.0.1"];

processTest("every line is HH:MM:SS.mmm [level] message", async () => {
  await using cluster = new Cluster();
  const [first, second] = await cluster.startMany(2, "--log-level", "debug");
  second?.kill("SIGKILL");
  await linesPass([first!], 2);
  first?.kill("SIGTERM");
  assert.equal(await first?.ended(), 143);
  const shape = /^[012]\d:[0-5]\d:[0-5]\d\.\d{3} \[(debug|info|warning|error)\] \S.*$/;
  for (const { text, from } of first?.lines ?? []) {
    assert.equal(from, "stdout");
    assert.match(text, shape);
  }
});

processTest(
  "--log-format json writes an object per line, on the console and to the file",
  async () => {
    await using cluster = new Cluster();
    const json = ["--log-format", "json"];
    const nodes = pair.map((name) => cluster.start(name, ...json));
    const [first] = nodes;
    const whole = (text: string): boolean =>
      text.includes('"n1@127.0.0.1":true,"n2@127.0.0.1":true') && text.includes('"event":"status"');
    await Promise.all(nodes.map((node) => node.line(whole, 10_000, "both are true in JSON")));
    for (const node of nodes) node.kill("SIGTERM");
    for (const node of nodes) assert.equal(await node.ended(), 143);
    const file = (await Deno.readTextFile(cluster.logFile)).trimEnd().split("\n");
    const printed = nodes.flatMap(({ lines }) => lines.map(({ text }) => text));
    assert.deepEqual(file.toSorted(), printed.toSorted());
    for (const line of printed) {
      const { time, level, message } = JSON.parse(line);
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.match(level, /^(info|warning)$/);
      assert.equal(typeof message, "string");
    }
    const status = JSON.parse(first?.lines.find(({ text }) => whole(text))?.text ?? "");
    assert.deepEqual(status.members, { "n1@127.0.0.1": true, "n2@127.0.0.1": true });
  },
);

processTest("five nodes share one log file, and each line is in it once and whole", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(5);
  await linesPass(nodes, 2);
  for (const node of nodes) node.kill("SIGTERM");
  for (const node of nodes) assert.equal(await node.ended(), 143);
  const file = (await Deno.readTextFile(cluster.logFile)).trimEnd().split("\n");
  const printed = nodes.flatMap(({ lines }) => lines.map(({ text }) => text));
  assert.deepEqual(file.toSorted(), printed.toSorted());
});

processTest("SIGHUP opens the log file anew after it was moved, and no line is lost", async () => {
  await using cluster = new Cluster();
  const [node] = await cluster.startMany(1);
  assert.ok(node);
  const moved = `${cluster.logFile}.moved`;
  const hasLine = async (): Promise<boolean> => {
    const text = await Deno.readTextFile(cluster.logFile).catch(() => "");
    return text.includes("n1@127.0.0.1[");
  };
  await eventually(hasLine, 5000, "a status line is in the file");
  await Deno.rename(cluster.logFile, moved);
  node.kill("SIGHUP");
  await eventually(hasLine, 5000, "a status line is in the new file");
  const sizeBytes = (await Deno.stat(moved)).size;
  await linesPass([node], 2);
  assert.equal((await Deno.stat(moved)).size, sizeBytes);
  node.kill("SIGTERM");
  assert.equal(await node.ended(), 143);
  const files = await Promise.all([moved, cluster.logFile].map((path) => Deno.readTextFile(path)));
  assert.equal(files.join(""), node.printed("stdout"));
});

processTest("a log file that cannot be opened is one warning", async () => {
  await using cluster = new Cluster();
  const node = cluster.start(pair[0]!, "--log-file", "/dev/null/x/cluster.log");
  await shown([node], showsExactly(pair[0]!), node.startedAt, 5000);
  await linesPass([node], 2);
  const warnings = linesWith(node, "[warning]");
  assert.equal(warnings.length, 1, node.text);
  assert.match(warnings[0]?.text ?? "", /\/dev\/null\/x.*: Not a directory/);
  node.kill("SIGTERM");
  assert.equal(await node.ended(), 143);
});

processTest("a reader of standard output that goes away does not end the node", async () => {
  await using cluster = new Cluster();
  const [deaf, other] = await cluster.startMany(2);
  assert.ok(deaf && other);
  await deaf.closeOutputs();
  await linesPass([other], 2);
  await shown([other], showsExactly(...pair), performance.now(), 2000);
  const ownLines = async (): Promise<number> => {
    const lines = (await Deno.readTextFile(cluster.logFile)).split("\n");
    return lines.filter((line) => line.includes("n1@127.0.0.1[") && statusOf(line)).length;
  };
  const before = await ownLines();
  await eventually(async () => await ownLines() > before, 5000, "it goes on in the file");
  deaf.kill("SIGTERM");
  assert.equal(await deaf.ended(), 143);
});
