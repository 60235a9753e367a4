/**
 * `clusternode local`: several nodes in one terminal, and none of them outlives it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, Cluster, commandResult, statusOf, within } from "./cluster.ts";
import { childrenOf, isRunning } from "./memory.ts";
import { eventually, processTest, Program } from "./process.ts";

/** The number of the node that wrote a line, and the line. */
function unprefixed(text: string): { number: number; line: string } | undefined {
  const match = /^node_(\d+) +\| (.*)$/.exec(text);
  return match === null ? undefined : { number: Number(match[1]), line: match[2] ?? "" };
}

/** Starts `count` nodes and waits until each line shows all of them true. */
async function startLocal(cluster: Cluster, count: number, ...more: string[]): Promise<Program> {
  const options = [...cluster.options, "--log-file", "none"];
  const program = Program.run(["local", String(count), ...options, ...more]);
  cluster.nodes.push(program);
  await allSeen(program, count, -Infinity);
  return program;
}

/** Waits until each of `count` nodes has written a line with all true since `since`. */
async function allSeen(program: Program, count: number, since: number): Promise<void> {
  const complete = (): boolean => {
    const seen = new Set<number>();
    for (const { text, at } of program.lines) {
      const found = unprefixed(text);
      const status = found && statusOf(found.line);
      if (at >= since && status && allTrue(count).holds(status)) seen.add(found.number);
    }
    return seen.size === count;
  };
  await program.until(complete, 20_000, `${count} nodes show ${count} true`);
}

processTest("local prefixes the lines of its nodes and leaves cleanly on SIGINT", async () => {
  await using cluster = new Cluster();
  const program = await startLocal(cluster, 5);
  within("five nodes in one terminal", performance.now() - program.startedAt, 5000);
  const nodes = childrenOf(program.pid);
  assert.equal(nodes.length, 5);
  const since = performance.now();
  program.kill("SIGINT");
  assert.equal(await program.ended(), 130);
  within("the end of all", performance.now() - since, 2500);
  assert.deepEqual(cluster.files(), []);
  assert.deepEqual(nodes.filter(isRunning), []);
  for (const { text } of program.lines) assert.ok(unprefixed(text), text);
});

processTest("the nodes of a killed local leave, and no process stays behind", async () => {
  await using cluster = new Cluster();
  const program = await startLocal(cluster, 3);
  const nodes = childrenOf(program.pid);
  assert.equal(nodes.length, 3);
  program.kill("SIGKILL");
  const tookMs = await eventually(() => !nodes.some(isRunning), 5000, "all nodes end");
  within("the end of all", tookMs, 3000);
  assert.deepEqual(cluster.files(), []);
});

processTest("local --kill-one kills a node and starts it again", async () => {
  await using cluster = new Cluster();
  const program = await startLocal(cluster, 3, "--kill-one", "1s");
  const told = (words: string) => (text: string): boolean => unprefixed(text)?.line === words;
  const killed = await program.line(told("killed with SIGKILL"), 5000, "one is killed");
  const number = unprefixed(killed.text)?.number;
  const showsFalse = (text: string): boolean =>
    text.includes(`"n${number}@127.0.0.1": false`) && text.includes(" [info] ");
  const seen = await program.line(showsFalse, 3000, "the others see it", killed.at);
  within("the others see it", seen.at - killed.at, 1000);
  const again = await program.line(told("started again"), 6000, "it is started", killed.at);
  const back = (text: string): boolean => {
    const status = statusOf(unprefixed(text)?.line ?? "");
    return status !== undefined && allTrue(3).holds(status);
  };
  const healed = await program.line(back, 5000, "all true again", again.at);
  within("all true again", healed.at - again.at, 2000);
  program.kill("SIGTERM");
  assert.equal(await program.ended(), 143);
  assert.deepEqual(cluster.files(), []);
});

processTest(
  "local removes the rows of killed nodes, and of those that had no time to leave",
  async () => {
    await using cluster = new Cluster();
    const program = await startLocal(cluster, 3, "--leave-timeout", "0");
    const [victim] = childrenOf(program.pid);
    assert.ok(victim);
    Deno.kill(victim, "SIGKILL");
    await eventually(() => !isRunning(victim), 5000, "one is dead");
    assert.equal(cluster.files().length, 3);
    // As a node that somebody has started by hand under a name that was free.
    const [name = ""] = cluster.files();
    const foreign = `${name.replace(/^n\d+/, "n9")}`;
    const row = { ...await cluster.row(name), name: foreign, instance: "0".repeat(32) };
    await Deno.writeTextFile(`${cluster.registry}/${foreign}`, JSON.stringify(row));
    program.kill("SIGTERM");
    assert.equal(await program.ended(), 143);
    assert.deepEqual(cluster.files(), [foreign]);
    const told = program.lines.filter(({ text }) => /\| its row is removed from the/.test(text));
    assert.ok(told.length >= 1, program.text);
  },
);

processTest("local refuses a number of nodes that makes no sense", async () => {
  for (const count of ["0", "five", "101"]) {
    const { code, stdout, stderr } = await commandResult(["local", count]);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
    assert.match(stderr, new RegExp(`^clusternode: <N> "${count}": .*100`));
  }
});
