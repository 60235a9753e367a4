/** How often a node of a cluster in which nothing happens wakes up: that is what it costs. */
import assert from "node:assert/strict";
import { wakeUpsOf } from "../../scripts/bench/usage.ts";
import { Cluster, linesPass, statusesSince } from "../integration/cluster.ts";
import { isCompiled, processTest } from "../integration/process.ts";

/** Status lines after which all have settled, and during which wake-ups are counted. */
const settleLines = 10;
const countedLines = 10;

/**
 * Most wake-ups of a node of five between two status lines: less than twice what was counted, 18 in
 * the binary and 27 from source, where the runtime has threads of its own.
 */
const wakeUpsMax = isCompiled() ? 34 : 48;

processTest("a node of an idle cluster wakes up only so often per interval", async () => {
  await using cluster = new Cluster();
  // They show themselves over HTTP, and nobody looks: that must not cost anything.
  const nodes = await cluster.startMany(5, "--http", "127.0.0.1:0");
  await linesPass(nodes, settleLines);
  const before = await Promise.all(nodes.map(({ pid }) => wakeUpsOf(pid)));
  const since = performance.now();
  await linesPass(nodes, countedLines);
  const after = await Promise.all(nodes.map(({ pid }) => wakeUpsOf(pid)));
  const lines = nodes.map((node) => statusesSince(node, since).length);
  const rates = after.map((count, index) => {
    return (count - (before[index] ?? NaN)) / (lines[index] ?? NaN);
  });
  assert.ok(Math.max(...rates) <= wakeUpsMax, `wake-ups per interval: ${rates.join(", ")}`);
});
