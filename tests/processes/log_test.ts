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
  showsDead,
  showsExactly,
  statusOf,
} from "../integration/cluster.ts";
import { reportIn } from "../report/lines.ts";
import { eventually, processTest } from "../integration/process.ts";

const pair = ["n1@127.0.0.1", "n2@127.0.0.1"];

/** Lines of a log file as they are on standard output, which shows no date. */
function undated(lines: string): string {
  return lines.replaceAll(/^\d{4}-\d\d-\d\d /gm, "");
}

processTest("every line is HH:MM:SS.mmm [level] observer: message", async () => {
  await using cluster = new Cluster();
  const [first, second] = await cluster.startMany(2, "--log-level", "debug");
  second?.kill("SIGKILL");
  await linesPass([first!], 2);
  first?.kill("SIGTERM");
  assert.equal(await first?.ended(), 143);
  const shape =
    /^[012]\d:[0-5]\d:[0-5]\d\.\d{3} \[(debug|info|warning|error)\] n1@127\.0\.0\.1(: |\[| )\S*/;
  for (const { text, from } of first?.lines ?? []) {
    assert.equal(from, "stdout");
    assert.match(text, shape);
  }
});

processTest(
  "a node tells how it starts, who has asked it to leave, and how long it ran",
  async () => {
    await using cluster = new Cluster();
    const secret = "correct-horse-battery";
    const [node] = await cluster.startMany(1, "--cookie", secret);
    assert.ok(node);
    assert.equal((await cluster.command("leave", "--cookie", secret)).code, 0);
    assert.equal(await node.ended(), 0);
    const words = node.lines.map(({ text }) => text.slice(text.indexOf("]") + 2));
    assert.match(words[0] ?? "", /^n1@127\.0\.0\.1: The cookie is easy to guess: /);
    assert.match(
      words[1] ?? "",
      new RegExp(
        "^n1@127\\.0\\.0\\.1: clusternode \\d\\S+ starts with pid " + node.pid +
          " in cluster default; " +
          "registry file:///\\S+; listening on 127\\.0\\.0\\.1:\\d+; advertising 127\\.0\\.0\\.1:\\d+; " +
          "cookie given; log file /\\S+$",
      ),
    );
    assert.ok(!node.text.includes(secret));
    const asked = "pid \\d+ of \\S+( \\d+)? on \\S+ asked it to";
    assert.match(words.at(-2) ?? "", new RegExp(`^n1@127\\.0\\.0\\.1 is leaving: ${asked}$`));
    assert.match(
      words.at(-1) ?? "",
      new RegExp(`^n1@127\\.0\\.0\\.1 has stopped after \\S+ \\S+: ${asked}$`),
    );
  },
);

processTest("a node tells that SIGTERM has ended it", async () => {
  await using cluster = new Cluster();
  const [node] = await cluster.startMany(1);
  node?.kill("SIGTERM");
  assert.equal(await node?.ended(), 143);
  const last = node?.lines.at(-1)?.text ?? "";
  assert.match(last, /n1@127\.0\.0\.1 has stopped after \S+ \S+: SIGTERM has come$/);
});

processTest(
  "a node that was frozen says so itself, and is suspected before it is down",
  async () => {
    await using cluster = new Cluster();
    const [first, second] = await cluster.startMany(2);
    assert.ok(first && second);
    const since = performance.now();
    second.kill("SIGSTOP");
    await shown([first], showsDead(pair[1]!), since, 20_000);
    await first.line((text) => text.includes("n2@127.0.0.1 is down"), 20_000, "it is down", since);
    second.kill("SIGCONT");
    const isTold = (text: string): boolean => text.includes("[warning] n2@127.0.0.1 was held up: ");
    await second.line(isTold, 20_000, "it says that it was held up", since);
    const lines = first.lines.filter(({ at }) => at >= since).map(({ text }) => text);
    const at = (words: string): number => lines.findIndex((text) => text.includes(words));
    const suspected = at("[info] n1@127.0.0.1: n2@127.0.0.1 is suspected by this node: ");
    assert.ok(suspected >= 0 && suspected < at("n2@127.0.0.1 is down"), lines.join("\n"));
    assert.ok(suspected < at('"n2@127.0.0.1": false'), lines.join("\n"));
  },
);

processTest(
  "--log-format json writes an object per line, on the console and to the file",
  async () => {
    await using cluster = new Cluster();
    const json = ["--log-format", "json"];
    const nodes = pair.map((name) => cluster.start(name, ...json));
    const [first] = nodes;
    const whole = (text: string): boolean =>
      text.includes('{"name":"n1@127.0.0.1","alive":true},{"name":"n2@127.0.0.1","alive":true}') &&
      text.includes('"event":"status"');
    await Promise.all(nodes.map((node) => node.line(whole, 10_000, "both are true in JSON")));
    for (const node of nodes) node.kill("SIGTERM");
    for (const node of nodes) assert.equal(await node.ended(), 143);
    const file = (await Deno.readTextFile(cluster.logFile)).trimEnd().split("\n");
    const printed = nodes.flatMap(({ lines }) => lines.map(({ text }) => text));
    assert.deepEqual(file.toSorted(), printed.toSorted());
    for (const line of printed) {
      assert.equal(reportIn(line).schema, "log.v1");
    }
    const status = JSON.parse(first?.lines.find(({ text }) => whole(text))?.text ?? "");
    assert.deepEqual([status.memberCount, status.aliveCount], [2, 2]);
  },
);

processTest("five nodes share one log file, and each line is in it once and whole", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(5);
  await linesPass(nodes, 2);
  for (const node of nodes) node.kill("SIGTERM");
  for (const node of nodes) assert.equal(await node.ended(), 143);
  const file = undated(await Deno.readTextFile(cluster.logFile)).trimEnd().split("\n");
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
  assert.equal(files.map(undated).join(""), node.printed("stdout"));
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
    return lines.filter((line) => line.includes("n1@127.0.0.1[") && statusOf(undated(line))).length;
  };
  const before = await ownLines();
  await eventually(async () => await ownLines() > before, 5000, "it goes on in the file");
  deaf.kill("SIGTERM");
  assert.equal(await deaf.ended(), 143);
});
