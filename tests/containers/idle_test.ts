/** What a node in a container costs while nothing happens. */
import assert from "node:assert/strict";
import { allTrue, linesPass, shown, within } from "../integration/cluster.ts";
import { ComposeProject } from "./compose.ts";
import type { Container } from "./container.ts";
import { containersTest, docker } from "./engine.ts";
import { memoryGroup, processorGroup } from "./machine.ts";

/** For how long it is watched, in status lines: at least one check of its health falls into that. */
const watchedLines = 35;

/**
 * What a container may be charged: 19 to 20 MB were measured, up and down with what is not collected
 * yet, so that a sample by itself may be above.
 */
const memoryMaxBytes = 21e6;

/** What the system charges a container, in bytes. */
async function memoryOf(container: Container): Promise<number> {
  const group = await memoryGroup(container);
  return Number(await readFirst(`${group}/memory.usage_in_bytes`, `${group}/memory.current`));
}

/** Processor time that a container has used, in milliseconds. */
async function processorMsOf(container: Container): Promise<number> {
  const group = await processorGroup(container);
  const text = await readFirst(`${group}/cpuacct.usage`, `${group}/cpu.stat`);
  const micros = /usage_usec (\d+)/.exec(text)?.[1];
  return micros === undefined ? Number(text) / 1e6 : Number(micros) / 1e3;
}

async function readFirst(...paths: string[]): Promise<string> {
  for (const path of paths) {
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return assert.fail(`none of ${paths.join(", ")} is there`);
}

containersTest(
  "five idle nodes: memory, processor, and nothing written but rows and log",
  async () => {
    await using project = new ComposeProject();
    const nodes = await project.scale(5);
    const logs = nodes.map(({ log }) => log);
    await shown(logs, allTrue(5), performance.now(), 20_000);
    await linesPass(logs, 10);
    const before = await Promise.all(nodes.map(processorMsOf));
    const begun = performance.now();
    const charged: number[] = [];
    for (let line = 0; line < watchedLines; line++) {
      await linesPass(logs, 1);
      charged.push(...await Promise.all(nodes.map(memoryOf)));
    }
    const after = await Promise.all(nodes.map(processorMsOf));
    const tookMs = performance.now() - begun;
    const shares = after.map((ms, index) => 100 * (ms - (before[index] ?? 0)) / tookMs);
    for (const node of nodes) assert.equal(await docker("diff", node.id), "");
    const [first] = nodes as [Container];
    assert.deepEqual((await first.members()).map(({ status }) => status), Array(5).fill("alive"));
    const median = (values: readonly number[]): number =>
      [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
    within("bytes charged to a container, median", median(charged), memoryMaxBytes);
    // How much that is depends on the machine, so it is told, and held in \`deno task bench\`.
    const percents = shares.map((share) => share.toFixed(2)).join(", ");
    const text = `percent of a core: ${percents}; bytes charged: ${Math.min(...charged)} to ` +
      `${Math.max(...charged)}, median ${median(charged)}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  },
  { needsOwnEngine: true },
);
