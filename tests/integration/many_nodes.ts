/**
 * Many real nodes on one machine: started one after another, watched, told to end together.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Cluster, namesOf, statusOf, within } from "./cluster.ts";
import type { Program } from "./process.ts";

/** Longer than by default: all leave together, and other work may have both processors meanwhile. */
const leaveTimeoutMs = 30_000;

/** How many members a status line shows, and how many of them are true. */
interface Summary {
  readonly alive: number;
  readonly shown: number;
}

/** What a status line sums up, whether it names all members or, where they are many, counts them. */
function summaryOf(text: string): Summary | undefined {
  const counts = /^\S+ \[info\] [^\s[]+\[(\d+) of (\d+) true\]$/.exec(text);
  if (counts !== null) return { alive: Number(counts[1]), shown: Number(counts[2]) };
  const status = statusOf(text);
  if (status === undefined) return undefined;
  return { alive: [...status.values()].filter(Boolean).length, shown: status.size };
}

/** Starts `count` nodes one after another, as each start keeps a processor busy for a while. */
export async function startInTurns(cluster: Cluster, count: number): Promise<Program[]> {
  const nodes: Program[] = [];
  const options = ["--log-file", "none", "--leave-timeout", `${leaveTimeoutMs}ms`];
  for (const name of namesOf(count)) {
    const node = cluster.start(name, ...options);
    nodes.push(node);
    await node.line(
      (text) => summaryOf(text) !== undefined,
      20_000,
      `the first status line of ${name}`,
    );
  }
  return nodes;
}

/** Waits until each of `nodes` shows `count` members, all true; the last within `withinMs` of `since`. */
export async function allShownTrue(
  nodes: readonly Program[],
  count: number,
  since: number,
  withinMs: number,
): Promise<void> {
  const matches = (text: string): boolean => {
    const summary = summaryOf(text);
    return summary?.shown === count && summary.alive === count;
  };
  const leftMs = since + withinMs + 1000 - performance.now();
  const lines = await Promise.all(
    nodes.map((node) => node.line(matches, leftMs, `${count} members, all true`, since)),
  );
  const tookMs = Math.max(...lines.map(({ at }) => at - since));
  within(`${count} members, all true on ${nodes.length} nodes`, tookMs, withinMs);
}

/** Lets `count` status lines of each node pass; fails if one of them shows a false one. */
export async function stayTrue(nodes: readonly Program[], count: number): Promise<void> {
  const since = performance.now();
  const summariesOf = (node: Program): Summary[] =>
    node.lines.filter(({ at }) => at >= since).flatMap(({ text }) => summaryOf(text) ?? []);
  const isFalse = ({ alive, shown }: Summary): boolean => alive < shown;
  await Promise.all(nodes.map((node) => {
    const holds = (): boolean =>
      summariesOf(node).length >= count || summariesOf(node).some(isFalse);
    return node.until(holds, (count + 30) * 1000, `${count} more status lines`);
  }));
  const wrong = nodes.filter((node) => summariesOf(node).some(isFalse));
  assert.equal(wrong.length, 0, wrong.map((node) => warningsOf(node, since)).join("\n"));
}

/** How long it takes until all of `nodes` have told that `name` has failed, in milliseconds. */
export async function failureKnown(
  nodes: readonly Program[],
  name: string,
  since: number,
): Promise<number> {
  const tells = (text: string): boolean =>
    text.includes("[warning]") && text.includes(name) && / is (down|unreachable)[:;] /.test(text);
  const lines = await Promise.all(
    nodes.map((node) => node.line(tells, 30_000, `${name} has failed`, since)),
  );
  return Math.max(...lines.map(({ at }) => at - since));
}

/** Tells all nodes to end at once; they leave in time, and no row stays behind. */
export async function allLeave(cluster: Cluster, nodes: readonly Program[]): Promise<void> {
  const termAt = performance.now();
  for (const node of nodes) node.kill("SIGTERM");
  for (const node of nodes) assert.equal(await node.ended(leaveTimeoutMs + 5000), 143);
  within("the end of all", performance.now() - termAt, leaveTimeoutMs);
  assert.deepEqual(cluster.files(), [], nodes.map(({ text }) => text.slice(-300)).join("\n"));
}

function warningsOf(node: Program, since: number): string {
  const lines = node.lines.filter(({ at, text }) => at >= since && !text.includes("[info]"));
  return lines.map(({ text }) => text).join("\n");
}
