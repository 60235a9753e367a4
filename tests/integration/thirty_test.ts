/**
 * Many real nodes on one machine: nobody is ever called dead, and each stays small.
 *
 * Thirty of the binary. From source, where each node costs more, half as many: pings grow with the
 * square of their number, and two processors have to do.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  allTrue,
  assertNeverFalse,
  Cluster,
  linesPass,
  namesOf,
  shown,
  statusesSince,
  within,
} from "./cluster.ts";
import { memoryOf } from "./memory.ts";
import { isCompiled, processTest } from "./process.ts";
import type { Program } from "./process.ts";

const compiledCount = 30;
const sourceCount = 15;

/** Longer than by default: all leave together, and other work may have both processors meanwhile. */
const leaveTimeoutMs = 30_000;
const leaveTimeout = ["--leave-timeout", `${leaveTimeoutMs}ms`];

/** Status lines that each node writes while it is watched: one a second. */
const watchedLines = 60;

processTest("many nodes stay true for a minute in bounded memory", async () => {
  const count = isCompiled() ? compiledCount : sourceCount;
  await using cluster = new Cluster();
  const nodes: Program[] = [];
  // One after another, as each start keeps a processor busy for a while.
  for (const name of namesOf(count)) {
    const node = cluster.start(name, "--log-file", "none", ...leaveTimeout);
    nodes.push(node);
    await node.until(() => statusesSince(node).length > 0, 20_000, "its first status line");
  }
  await shown(nodes, allTrue(count), performance.now(), 30_000);
  await staysTrue(nodes);
  const memory = nodes.map(({ pid }) => memoryOf(pid));
  const residentMiB = Math.max(...memory.map(({ residentBytes }) => residentBytes)) / 2 ** 20;
  const anonymousMiB = Math.max(...memory.map(({ anonymousBytes }) => anonymousBytes)) / 2 ** 20;
  within("resident MiB", residentMiB, isCompiled() ? 100 : 200);
  within("anonymous MiB", anonymousMiB, isCompiled() ? 100 : 200);
  const termAt = performance.now();
  for (const node of nodes) node.kill("SIGTERM");
  for (const node of nodes) assert.equal(await node.ended(leaveTimeoutMs + 5000), 143);
  within("the end of all", performance.now() - termAt, leaveTimeoutMs);
  assert.deepEqual(cluster.files(), [], nodes.map(({ text }) => text.slice(-300)).join("\n"));
});

/**
 * Watches a minute, and a second one if the first was not clean: other work on the machine may hold
 * up some of so many processes for longer than the 2 s that are forgiven, but hardly ever twice.
 */
async function staysTrue(nodes: readonly Program[]): Promise<void> {
  const first = await aMinute(nodes);
  try {
    return assertNeverFalse(nodes, first);
  } catch (error) {
    Deno.stdout.writeSync(new TextEncoder().encode(`Once more, as ${error}\n`));
  }
  await shown(nodes, allTrue(nodes.length), performance.now(), 30_000);
  assertNeverFalse(nodes, await aMinute(nodes));
}

/** Lets a minute of status lines pass; when it began. */
async function aMinute(nodes: readonly Program[]): Promise<number> {
  const since = performance.now();
  await linesPass(nodes, watchedLines);
  return since;
}
