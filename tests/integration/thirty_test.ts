/**
 * Many real nodes on one machine: nobody is ever called dead, and each stays small.
 *
 * Thirty of the binary. From source, where each node costs more, half as many: two processors have
 * to do.
 *
 * @module
 */
import { Cluster, within } from "./cluster.ts";
import { allLeave, allShownTrue, startInTurns, stayTrue } from "./many_nodes.ts";
import { memoryOf } from "./memory.ts";
import { isCompiled, processTest } from "./process.ts";

const compiledCount = 30;
const sourceCount = 15;

/** Status lines that each node writes while it is watched: one a second. */
const watchedLines = 60;

processTest("many nodes stay true for a minute in bounded memory", async () => {
  const count = isCompiled() ? compiledCount : sourceCount;
  await using cluster = new Cluster();
  const nodes = await startInTurns(cluster, count);
  await allShownTrue(nodes, count, performance.now(), 30_000);
  await stayTrue(nodes, watchedLines);
  const memory = nodes.map(({ pid }) => memoryOf(pid));
  const residentMiB = Math.max(...memory.map(({ residentBytes }) => residentBytes)) / 2 ** 20;
  const anonymousMiB = Math.max(...memory.map(({ anonymousBytes }) => anonymousBytes)) / 2 ** 20;
  within("resident MiB", residentMiB, isCompiled() ? 100 : 200);
  within("anonymous MiB", anonymousMiB, isCompiled() ? 100 : 200);
  await allLeave(cluster, nodes);
});
