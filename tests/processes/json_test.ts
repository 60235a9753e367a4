/**
 * The JSON of all commands and of the log: each line of the shape that it names, and all of them fit
 * for one index.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, commandResult, namesOf } from "../integration/cluster.ts";
import { isInstalled } from "../integration/hosts.ts";
import { processTest } from "../integration/process.ts";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { DynamicIndex, labelsOf } from "../report/index.ts";
import { reportIn } from "../report/lines.ts";

/** What is asked of three nodes, of which n3 is dead; the last takes one out, the first to go. */
const questions: readonly (readonly string[])[] = [
  ["members"],
  ["events"],
  ["matrix"],
  ["explain", "n3"],
  ["explain", "n1"],
  ["ping", "n1", "-c", "2", "-i", "20ms"],
  ["ping", "n3", "-c", "1"],
  ["wait", "--members", "2"],
  ["wait", "--members", "9", "--timeout", "100ms"],
  ["health"],
  ["doctor", "--log-file", "none"],
  ["version"],
  ["simulate", "--kill", "1", "--duration", "5s"],
  ["forget", "n3", "--dry-run"],
  ["forget", "n3"],
  ["leave", "--name", "n2"],
];

processTest("each command writes JSON of its own schema, and all fit into one index", async () => {
  await using cluster = new Cluster();
  const [, , third] = await cluster.startMany(3, "--tag", "zone=a");
  third?.kill("SIGKILL");
  const down = await cluster.command("wait", "--member", "n3", "--status", "down");
  assert.equal(down.code, 0, down.stderr);
  const index = new DynamicIndex();
  const schemas = new Map<string, string>();
  const lines: string[] = [];
  for (const [command = "", ...args] of questions) {
    const options = ["version", "simulate"].includes(command) ? [] : cluster.options;
    const { stdout, stderr } = await commandResult([command, ...args, ...options, "--json"]);
    assert.notEqual(stdout, "", `${command} ${args.join(" ")}: ${stderr}`);
    for (const line of stdout.trimEnd().split("\n")) {
      schemas.set(reportIn(line).schema, command);
      index.add(line);
      lines.push(line);
    }
  }
  const withJson = commandEntries.filter(([, { flags }]) => "json" in flags).map(([name]) => name);
  assert.deepEqual([...new Set(schemas.values())].toSorted(), withJson.toSorted());
  assert.equal(index.fields.get("time"), "moment");
  await passesJq(lines);
});

processTest("each line of a log in JSON is of the schema of logs, and has its labels", async () => {
  await using cluster = new Cluster();
  const nodes = namesOf(2).map((name) => cluster.start(name, "--log-format", "json"));
  const [first, second] = nodes;
  assert.ok(first && second);
  for (const node of nodes) {
    const both = (text: string): boolean => text.includes('"aliveCount":2');
    await node.line(both, 20_000, "it sees both");
  }
  // Told by the one that ends as it should: the file lacks the last lines of the killed one.
  await Deno.writeTextFile(`${cluster.registry}/stray`, "x");
  const stray = (text: string): boolean => text.includes('"event":"foreign-entry"');
  await first.line(stray, 20_000, "the stray file");
  second.kill("SIGKILL");
  await first.line((text) => text.includes('"event":"failed"'), 20_000, "the death");
  first.kill("SIGTERM");
  await first.ended();

  const lines = (await Deno.readTextFile(cluster.logFile)).trimEnd().split("\n");
  const index = new DynamicIndex();
  const events = new Set<string>();
  for (const line of lines) {
    assert.equal(reportIn(line).schema, "log.v1");
    index.add(line);
    const { event = "" } = labelsOf(line, ["level", "event", "observer", "cluster"]);
    events.add(event);
  }
  const wanted = ["starting", "status", "joined", "foreign-entry", "failed", "leaving", "stopped"];
  assert.deepEqual(wanted.filter((event) => !events.has(event)), []);
  await passesJq(lines);
});

/** Fails unless jq reads each of the lines as one value. */
async function passesJq(lines: readonly string[]): Promise<void> {
  if (!isInstalled("jq")) return assert.notEqual(Deno.env.get("CI"), "true", "jq is not installed");
  const jq = new Deno.Command("jq", {
    args: ["--raw-output", ".schema"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = jq.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  await writer.close();
  const { success, stdout } = await jq.output();
  assert.ok(success);
  const schemas = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assert.deepEqual(schemas, lines.map((line) => reportIn(line).schema));
}
