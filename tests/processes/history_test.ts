/**
 * What nodes remember over their restarts: `events --since`, `/v1/history`, and the file after a kill.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, Cluster, shown } from "../integration/cluster.ts";
import { eventually, processTest, Program } from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { decodeLine } from "../../lib/history/remembered.ts";
import type { HistoryReport } from "../../lib/report/history_report.ts";
import { reportIn } from "../report/lines.ts";

const remembers = ["--history", "1h"];

/** Events in short: `n1 +1: n3 is down`, without times and reasons. */
function inShort(stdout: string): string[] {
  return stdout.trim().split("\n").map((line) =>
    line.replace(/^\S{10} \S{12} /, "").replaceAll("@127.0.0.1", "").replace(/(: .*?): .*/, "$1")
  );
}

/** How often `events` tells that of `name`. */
function countOf(stdout: string, name: string, words: string): number {
  return inShort(stdout).filter((event) => event.endsWith(`: ${name} ${words}`)).length;
}

/** A cluster of three of which n3 was killed, and all others were started anew after that. */
async function restarted(cluster: Cluster, options: readonly string[]): Promise<Program[]> {
  const [one, two, three] = await cluster.startMany(3, ...options);
  assert.ok(one && two && three);
  three.kill("SIGKILL");
  await Promise.all(
    [one, two].map((node) =>
      node.line((text) => text.includes("n3@127.0.0.1 is down"), 20_000, "n3 is down")
    ),
  );
  for (const node of [one, two]) node.kill("SIGTERM");
  await Promise.all([one, two].map((node) => node.ended()));
  const later = ["n1", "n2"].map((name) => cluster.start(`${name}@127.0.0.1`, ...options));
  const since = performance.now();
  await Promise.all(
    later.map((node) =>
      node.line(
        (text) => /"n1@127.0.0.1": true, "n2@127.0.0.1": true/.test(text),
        20_000,
        "both",
        since,
      )
    ),
  );
  return later;
}

processTest(
  "events --since tells what was seen before all nodes were restarted, once",
  async () => {
    await using cluster = new Cluster();
    await restarted(cluster, remembers);
    const now = await cluster.command("events");
    assert.equal(countOf(now.stdout, "n3", "joined"), 0, now.stdout);
    const { stdout, stderr } = await cluster.command("events", "--since", "1h");
    assert.match(stderr, /^clusternode: The history reaches back [\d.]+ m?s only, not 1 h\n$/);
    assert.equal(countOf(stdout, "n3", "joined"), 1, stdout);
    assert.equal(countOf(stdout, "n3", "is down"), 1, stdout);
    // Both have seen it, and it is one event.
    assert.match(stdout, / n[12]@127\.0\.0\.1 \+1: n3@127\.0\.0\.1 is down: /);
    const json = await cluster.command("events", "--since", "1h", "--json");
    const reports = json.stdout.trim().split("\n").map((line) => reportIn(line));
    const times = reports.map((report) => "time" in report ? report.time : "");
    assert.deepEqual(times, times.toSorted());
    assert.equal(reports.length, inShort(stdout).length);
    const alone = await cluster.command("events", "--since", "1h", "--from", "n2");
    assert.equal(countOf(alone.stdout, "n3", "is down"), 1, alone.stdout);
    const isOld = async (): Promise<boolean> => {
      const young = await cluster.command("events", "--since", "1s");
      return young.code === 0 && countOf(young.stdout, "n3", "joined") === 0;
    };
    await eventually(isOld, 10_000, "n3 has joined more than a second ago");
  },
);

processTest("events --since says how little nodes know that keep no history", async () => {
  await using cluster = new Cluster();
  await restarted(cluster, []);
  const { stdout, stderr } = await cluster.command("events", "--since", "1h");
  assert.equal(countOf(stdout, "n3", "joined"), 0, stdout);
  assert.match(
    stderr,
    /^clusternode: The history reaches back .+ only, not 1 h; nodes with --history remember over restarts\n$/,
  );
  const isKnown = async (): Promise<boolean> =>
    (await cluster.command("events", "--since", "1s")).stderr === "";
  await eventually(isKnown, 10_000, "nodes that were there for longer know what was asked for");
});

processTest("events --since --follow goes on over the restart of the asked node", async () => {
  await using cluster = new Cluster();
  const [first] = await cluster.startMany(2, ...remembers);
  await using follower = Program.run(
    ["events", "--follow", "--since", "1h", "--from", "n1", ...cluster.options],
  );
  const tells = (text: string, since?: number): Promise<unknown> =>
    follower.line((line) => line.includes(text), 20_000, text, since);
  await tells("n2@127.0.0.1 joined");
  first?.kill("SIGKILL");
  await tells("waiting for it");
  cluster.start("n1@127.0.0.1", ...remembers);
  await tells("n1@127.0.0.1 answers");
  cluster.start("n3@127.0.0.1");
  await tells("n3@127.0.0.1 joined");
  const events = inShort(follower.printed("stdout"));
  assert.equal(events.filter((event) => event.endsWith("n2 joined")).length, 1, follower.text);
});

processTest("/v1/history tells the runs before, and that one of them was killed", async () => {
  await using cluster = new Cluster();
  const options = [...remembers, "--http", "127.0.0.1:0"];
  const [first, second] = await cluster.startMany(2, ...options);
  const file = `${cluster.folder.path}/n1.history.jsonl`;
  const isWritten = (): boolean => Deno.readTextFileSync(file).includes('"joined"');
  await eventually(isWritten, 10_000, "what it has seen is in the file");
  first?.kill("SIGKILL");
  await second?.line((text) => text.includes("n1@127.0.0.1 is down"), 20_000, "it is down");
  const again = cluster.start("n1@127.0.0.1", ...options);
  await shown([again], allTrue(2), performance.now(), 20_000);
  const line = await again.line((text) => text.includes("page and API at"), 20_000, "its URL");
  const url = /page and API at (\S+)$/.exec(line.text)?.[1];
  const text = await (await fetch(`${url}v1/history?since=1h`)).text();
  const { entries, asked } = reportIn(text.trim()) as HistoryReport;
  assert.equal(asked, "n1@127.0.0.1");
  const told = entries.map(({ event, name }) => `${event} ${name?.split("@")[0]}`);
  assert.deepEqual(told.slice(0, 5), [
    ...["started n1", "joined n2", "crashed n1", "started n1", "joined n2"],
  ]);
  assert.equal(entries[2]?.instance, entries[0]?.instance);
  assert.notEqual(entries[3]?.instance, entries[0]?.instance);
});

processTest("a history survives kills in the middle of writes, but for the last line", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/n1.history.jsonl`;
  const writer = new URL("../history/writing_main.ts", import.meta.url).pathname;
  for (let run = 1; run <= 8; run++) {
    const wanted = sizeOf(path) + 20_000;
    await using program = new Program(Deno.execPath(), [
      ...["run", "--allow-all", writer, path, `${run}`],
    ]);
    await eventually(() => sizeOf(path) > wanted, 20_000, `${wanted} bytes`);
    program.kill("SIGKILL");
    await program.ended();
    assert.equal(program.printed("stderr"), "");
  }
  const lines = (await Deno.readTextFile(path)).split("\n");
  const read = lines.map(decodeLine);
  const torn = read.filter((line) => line === undefined).length;
  assert.ok(torn <= 9, `${torn} lines of 8 runs are torn`);
  const runs = Map.groupBy(read.filter((line) => line !== undefined), ({ run }) => run);
  assert.equal(runs.size, 8);
  for (const [run, entries] of runs) {
    const numbers = entries.flatMap(({ event }) => "number" in event ? [event.number] : []);
    assert.deepEqual(numbers, numbers.map((_, index) => index), `run ${run}`);
    assert.ok(numbers.length > 10);
  }
});

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

processTest("the nodes of local do not write their histories into one file", async () => {
  await using cluster = new Cluster();
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/history.jsonl`;
  const env = { CLUSTERNODE_HISTORY: "1h", CLUSTERNODE_HISTORY_FILE: file };
  const words = ["local", "2", "--plain", ...cluster.options, "--log-file", "none"];
  await using program = Program.run(words, env);
  await program.line(
    (text) => text.includes('"n1@127.0.0.1": true, "n2@127.0.0.1": true'),
    20_000,
    "two nodes",
  );
  program.kill("SIGINT");
  assert.equal(await program.ended(), 130);
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});
