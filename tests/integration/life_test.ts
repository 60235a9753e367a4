/**
 * Five processes find each other, and see each other die, freeze, wake up and leave.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  Cluster,
  lacks,
  namesOf,
  shown,
  showsDead,
  statusesSince,
  within,
} from "./cluster.ts";
import { eventually, isCompiled, processTest } from "./process.ts";
import type { Program } from "./process.ts";

type Five = [Program, Program, Program, Program, Program];

async function startFive(cluster: Cluster): Promise<Five> {
  return await cluster.startMany(5) as Five;
}

/** From source, reading and checking the program takes most of the time until all are there. */
const meetMs = isCompiled() ? 1500 : 3000;

processTest(`five nodes in a fresh registry see each other within ${meetMs / 1000} s`, async () => {
  await using cluster = new Cluster();
  const nodes = namesOf(5).map((name) => cluster.start(name));
  const last = nodes.at(-1) as Program;
  await shown(nodes, allTrue(5), last.startedAt, meetMs);
  assertNeverFalse(nodes);
  assert.deepEqual(cluster.files(), namesOf(5));
});

processTest("a killed node is false on all others within 1 s", async () => {
  await using cluster = new Cluster();
  const [first, second, third, ...others] = await startFive(cluster);
  const killedAt = performance.now();
  third.kill("SIGKILL");
  await shown([first, second, ...others], showsDead("n3@127.0.0.1"), killedAt, 1000);
  for (const node of [first, second, ...others]) {
    const wrong = statusesSince(node, killedAt).flatMap((status) =>
      [...status].filter(([name, alive]) => !alive && name !== "n3@127.0.0.1")
    );
    assert.deepEqual(wrong, []);
  }
});

processTest("a stopped node is false within 4 s and true within 2 s of going on", async () => {
  await using cluster = new Cluster();
  const nodes = await startFive(cluster);
  const [stopped, ...others] = nodes;
  const stoppedAt = performance.now();
  stopped.kill("SIGSTOP");
  await shown(others, showsDead("n1@127.0.0.1"), stoppedAt, 4000);
  const continuedAt = performance.now();
  stopped.kill("SIGCONT");
  await shown(nodes, allTrue(5), continuedAt, 2000);
  // It was held up itself: that is no evidence against the others.
  assertNeverFalse([stopped]);
});

processTest("a node that is told to end is gone from all lines within 1 s", async () => {
  await using cluster = new Cluster();
  const [first, second, ...others] = await startFive(cluster);
  const termAt = performance.now();
  first.kill("SIGTERM");
  await shown([second, ...others], lacks("n1@127.0.0.1"), termAt, 1000);
  assert.equal(await first.ended(), 143);
  assert.deepEqual(cluster.files(), namesOf(5).slice(1));
  const intAt = performance.now();
  second.kill("SIGINT");
  await shown(others, lacks("n2@127.0.0.1"), intAt, 1000);
  assert.equal(await second.ended(), 130);
  assert.deepEqual(cluster.files(), namesOf(5).slice(2));
  assertNeverFalse(others);
});

processTest("five nodes told to end at once have all left within 2 s", async () => {
  await using cluster = new Cluster();
  const nodes = await startFive(cluster);
  const termAt = performance.now();
  for (const node of nodes) node.kill("SIGTERM");
  const codes = await Promise.all(nodes.map((node) => node.ended()));
  within("the end of all five", performance.now() - termAt, 2000);
  assert.deepEqual(codes, [143, 143, 143, 143, 143]);
  assert.deepEqual(cluster.files(), []);
  assertNeverFalse(nodes);
});

processTest(
  "a node keeps no file of its registry open, however often its row vanishes",
  async () => {
    await using cluster = new Cluster();
    const [node] = await cluster.startMany(1) as [Program];
    for (let times = 1; times <= 3; times++) {
      await Deno.remove(`${cluster.registry}/n1@127.0.0.1`);
      await eventually(() => cluster.files().length === 1, 5000, "the row is written again");
    }
    const opened = (): string[] =>
      Array.from(Deno.readDirSync(`/proc/${node.pid}/fd`), ({ name }) => linkOf(node, name))
        // What watches the folder is no file, and tells its path nowhere.
        .filter((path) => path.startsWith(cluster.registry));
    // A file that is open for a moment is another one the next time, or none.
    await eventually(() => opened().length === 0, 5000, "all files are closed");
  },
);

function linkOf(node: Program, descriptor: string): string {
  try {
    return Deno.readLinkSync(`/proc/${node.pid}/fd/${descriptor}`);
  } catch {
    return "";
  }
}
