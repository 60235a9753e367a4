/**
 * The registry goes away under a running cluster, in every way that a folder can: the cluster goes
 * on by pings alone, says so once, and mends the registry when it is back.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  Cluster,
  heartbeatsIn,
  linesPass,
  linesWith,
  namesOf,
  shown,
  within,
} from "../integration/cluster.ts";
import { diskTest } from "../integration/disk.ts";
import { eventually, processTest, removeFolder } from "../integration/process.ts";
import type { Program } from "../integration/process.ts";

/** How soon everything is as before, in milliseconds. */
const backMs = 5000;

processTest("a registry that is removed is made again, with all rows and the cookie", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(3);
  const since = performance.now();
  await removeFolder(cluster.registry);
  const rows = namesOf(3).join();
  within(
    "rows back",
    await eventually(() => cluster.files().join() === rows, backMs, "the rows are back"),
    backMs,
  );
  await linesPass(nodes, 2);
  // That the folder is gone, and that in the new one the own row is missing.
  assertWarnings(nodes, since, 2);
  // It finds the others, and holds their cookie.
  const newcomer = cluster.start("n4@127.0.0.1");
  await shown([...nodes, newcomer], allTrue(4), newcomer.startedAt, 5000);
  assertNeverFalse([...nodes, newcomer]);
});

processTest(
  "a cookie that was cleared away is put back before a newcomer makes another",
  async () => {
    await using cluster = new Cluster();
    const nodes = await cluster.startMany(2);
    const cookiePath = `${cluster.registry}/.clusternode/cookie`;
    const cookie = await Deno.readTextFile(cookiePath);
    await Deno.remove(cookiePath);
    const read = (): string => {
      try {
        return Deno.readTextFileSync(cookiePath);
      } catch {
        return "";
      }
    };
    within(
      "the cookie back",
      await eventually(() => read() === cookie, backMs, "it is back"),
      backMs,
    );
    const newcomer = cluster.start("n3@127.0.0.1");
    await shown([...nodes, newcomer], allTrue(3), newcomer.startedAt, 5000);
    assertNeverFalse([...nodes, newcomer]);
  },
);

processTest("a registry that becomes a file is used again when it is a folder", async () => {
  await using cluster = new Cluster();
  const nodes = await cluster.startMany(3);
  const { registry } = cluster;
  const since = performance.now();
  await Deno.rename(registry, `${registry}.away`);
  await Deno.writeTextFile(registry, "not a folder\n");
  await allWarn(nodes, since);
  await linesPass(nodes, 2);
  await Deno.remove(registry);
  const rows = namesOf(3).join();
  within(
    "rows back",
    await eventually(() => cluster.files().join() === rows, backMs, "the rows are back"),
    backMs,
  );
  await allBack(nodes, since);
});

diskTest(
  "a full disk under the registry costs nothing, not even the heartbeats",
  256,
  async (disk) => {
    await using cluster = new Cluster(`${disk.path}/registry`);
    const nodes = await cluster.startMany(3);
    await disk.fill();
    const since = performance.now();
    await linesPass(nodes, 2);
    await heartbeatsMove(cluster, backMs);
    for (const node of nodes) assert.deepEqual(linesWith(node, "[warning]", since), []);
  },
);

diskTest(
  "a registry that becomes read-only costs nothing but the heartbeats",
  256,
  async (disk) => {
    await using cluster = new Cluster(`${disk.path}/registry`);
    const nodes = await cluster.startMany(3);
    const since = performance.now();
    await eventually(
      () => disk.setReadOnly(true).then(() => true, () => false),
      5000,
      "no file is open for writing",
    );
    await allWarn(nodes, since);
    await linesPass(nodes, 2);
    await disk.setReadOnly(false);
    await heartbeatsMove(cluster, backMs);
    await allBack(nodes, since);
  },
);

diskTest("a disk that is full, or read-only, ends the start with 4", 256, async (disk) => {
  const bring: [string, () => Promise<void>, RegExp][] = [
    ["full", () => disk.fill(), /No space left on device/],
    ["read-only", () => disk.setReadOnly(true), /Read-only file system/],
  ];
  await using cluster = new Cluster(`${disk.path}/registry`);
  for (const [what, about, reason] of bring) {
    await about();
    const node = cluster.start("n1@127.0.0.1", "--start-timeout", "1s");
    assert.equal(await node.ended(), 4, what);
    const errors = linesWith(node, "[error]").map(({ text }) => text);
    assert.equal(errors.length, 1, node.text);
    assert.match(
      errors[0] ?? "",
      /The registry could not be used within the start timeout: Cannot /,
    );
    assert.match(errors[0] ?? "", reason);
  }
});

/** Waits until each node has said that the registry is away. */
async function allWarn(nodes: readonly Program[], since: number): Promise<void> {
  const told = (text: string): boolean => /\[warning\] .*registry/.test(text);
  await Promise.all(nodes.map((node) => node.line(told, 10_000, "it warns", since)));
}

/** Waits until each node has said that the registry is back, and looks at all that it said. */
async function allBack(nodes: readonly Program[], since: number): Promise<void> {
  const told = (text: string): boolean => text.includes(": The registry is available again after");
  await Promise.all(nodes.map((node) => node.line(told, 10_000, "it is back", since)));
  await linesPass(nodes, 1);
  assertWarnings(nodes, since, 1);
  for (const node of nodes) {
    assert.equal(linesWith(node, "The registry is available again", since).length, 1);
  }
  assertNeverFalse(nodes, since);
}

/** Each node has warned so often, or less. */
function assertWarnings(nodes: readonly Program[], since: number, most: number): void {
  for (const node of nodes) {
    const warnings = linesWith(node, "[warning]", since).map(({ text }) => text);
    assert.ok(warnings.length <= most, warnings.join("\n"));
  }
}

/** Waits until all of three nodes have written a heartbeat. */
async function heartbeatsMove({ registry }: Cluster, withinMs: number): Promise<void> {
  const before = new Set(heartbeatsIn(registry));
  const moved = (): boolean => {
    const now = heartbeatsIn(registry);
    return now.length === 3 && now.every((name) => !before.has(name));
  };
  within("heartbeats", await eventually(moved, withinMs, "heartbeats move"), withinMs);
}
