/**
 * A name server that does not answer: names that cannot be resolved disturb nobody.
 *
 * @module
 */
import assert from "node:assert/strict";
import { encodeRow } from "../../lib/core/members/row.ts";
import { rowOf } from "../registry/rows.ts";
import { allTrue, heartbeatsIn, linesPass, shown, statusOf } from "./cluster.ts";
import { hostsTest } from "./hosts.ts";
import type { Hosts } from "./hosts.ts";
import { eventually } from "./process.ts";
import type { Program } from "./process.ts";

/** Longest pause between two status lines, of which there is one a second, in milliseconds. */
const pauseMaxMs = 3000;

/** Every host asks the last one for names, which keeps silent. */
async function askInVain(hosts: Hosts): Promise<void> {
  const server = hosts.count;
  await hosts.silenceNameServer(server);
  for (let number = 1; number <= hosts.count; number++) {
    await hosts.etc(number, "resolv.conf", `nameserver ${hosts.address(server)}`);
  }
}

/** The longest pause between two status lines since `since`, in milliseconds. */
function longestPauseMs(node: Program, since: number): number {
  const times = node.lines.filter(({ at, text }) => at >= since && statusOf(text) !== undefined);
  return Math.max(...times.map(({ at }, index) => at - (times[index - 1]?.at ?? since)));
}

/** The heartbeat in the row of the node on host `number`. */
async function heartbeatOf(hosts: Hosts, number: number): Promise<number> {
  const [path, name] = [`${hosts.folder.path}/registry`, hosts.name(number)];
  await Deno.stat(`${path}/${name}`);
  const found = heartbeatsIn(path).find((heartbeat) => heartbeat.startsWith(`${name}.`));
  return Number(found?.split(".").at(-2));
}

/** Ends a node, and looks that it is gone soon and has left. */
async function leaves(hosts: Hosts, number: number, node: Program): Promise<void> {
  const begun = performance.now();
  node.kill("SIGTERM");
  assert.equal(await node.ended(), 143);
  const tookMs = performance.now() - begun;
  assert.ok(tookMs < pauseMaxMs, `leaving took ${Math.round(tookMs)} ms`);
  await assert.rejects(heartbeatOf(hosts, number), Deno.errors.NotFound);
}

/** Rows and timestamps of nodes on hosts whose names no name server knows. */
async function writeUnresolvable(hosts: Hosts, count: number): Promise<void> {
  for (let index = 1; index <= count; index++) {
    const name = `x${index}@10.0.9.${index}`;
    const addresses = [1, 2].map((port) => ({ host: `x${index}.test`, port }));
    const instance = String(index).padStart(32, "0");
    const folder = `${hosts.folder.path}/registry`;
    await Deno.writeTextFile(
      `${folder}/${name}`,
      encodeRow(rowOf(name, 1, { addresses, instance })),
    );
    await Deno.writeTextFile(`${folder}/e${index}@e${index}.test`, "2016-03-10 18:51:29\n");
  }
}

hostsTest("many names that nobody resolves disturb no line, no heartbeat and no leaving", 2, async (
  hosts,
) => {
  await askInVain(hosts);
  const logFile = `${hosts.folder.path}/cluster.log`;
  const node = hosts.start(1, "--log-file", logFile, "--beam", "--beam-cookie", "secret");
  await linesPass([node], 1);
  await writeUnresolvable(hosts, 40);
  const since = performance.now();
  await node.line((text) => text.includes("x40@10.0.9.40"), 20_000, "it has read the rows");
  const before = await heartbeatOf(hosts, 1);
  await eventually(
    async () => await heartbeatOf(hosts, 1) >= before + 12,
    20_000,
    "its heartbeat moves",
  );
  const pauseMs = longestPauseMs(node, since);
  assert.ok(pauseMs < pauseMaxMs, `no line for ${Math.round(pauseMs)} ms`);
  const logged = (await Deno.readTextFile(logFile)).trimEnd().split("\n").at(-1) ?? "";
  const shownLines = node.lines.slice(-3).map(({ text }) => text);
  // The file has the date, too.
  const [, time] = logged.split(/^\S+ /);
  assert.ok(shownLines.includes(time ?? ""), `the log file is behind: ${logged}`);
  await leaves(hosts, 1, node);
});

hostsTest("nodes that give their names stay together when names cease to be resolved", 3, async (
  hosts,
) => {
  const names = [1, 2, 3].map((number) => `${hosts.address(number)} n${number}.test`);
  await askInVain(hosts);
  for (const number of [1, 2, 3]) await hosts.etc(number, "hosts", ...names);
  const start = (number: number): Program =>
    hosts.start(number, "--listen", "0.0.0.0:4000", "--advertise", `n${number}.test:4000`);
  const nodes = [1, 2, 3].map(start);
  await shown(nodes, allTrue(3), performance.now(), 20_000);
  for (const number of [1, 2, 3]) await hosts.etc(number, "hosts", "127.0.0.1 localhost");
  await linesPass(nodes, 12);
  nodes[2]?.kill("SIGKILL");
  await nodes[2]?.ended();
  const since = performance.now();
  nodes[2] = start(3);
  await shown(nodes, allTrue(3), since, 20_000);
  for (const node of nodes) {
    const pauseMs = longestPauseMs(node, Math.max(since, node.startedAt + 2000));
    assert.ok(pauseMs < pauseMaxMs, `no line for ${Math.round(pauseMs)} ms`);
  }
  await Promise.all(nodes.map((node, index) => leaves(hosts, index + 1, node)));
});

hostsTest("registries on hosts that nobody resolves disturb no line and no leaving", 2, async (
  hosts,
) => {
  await askInVain(hosts);
  const server = `nameserver ${hosts.address(2)}`;
  // As in Kubernetes: one question becomes many, and takes the system minutes.
  await hosts.etc(1, "resolv.conf", server, "search a.test b.test c.test", "options ndots:5");
  const away = ["redis://r1", "redis://r2", "redis://r3", "etcd://e1", "etcd://e2"]
    .map((start) => `${start}.test`);
  const registries = [...away, "postgres://p1.test/x", "postgres://p2.test/x"];
  const node = hosts.start(1, ...registries.flatMap((url) => ["--registry", url]));
  await node.line((text) => statusOf(text) !== undefined, 20_000, "a status line");
  const since = performance.now();
  await linesPass([node], 25);
  const pauseMs = longestPauseMs(node, since);
  assert.ok(pauseMs < pauseMaxMs, `no line for ${Math.round(pauseMs)} ms`);
  await leaves(hosts, 1, node);
});
