/**
 * A rolling restart of ten nodes, as those see it who watch.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startNode } from "../../lib/mod.ts";
import type { RunningNode } from "../../lib/mod.ts";
import { Cluster, namesOf } from "../integration/cluster.ts";
import { processTest, Program } from "../integration/process.ts";

/** Values of `--json` that a program has printed so far. */
function printed(program: Program): Record<string, unknown>[] {
  const lines = program.lines.filter(({ from }) => from === "stdout");
  return lines.map(({ text }) => JSON.parse(text));
}

/** Who came and went; on a busy machine one may also be suspected for a moment. */
function comings(events: readonly { readonly event: unknown; readonly name: unknown }[]): string[] {
  return events.filter(({ event }) => event === "joined" || event === "left")
    .map(({ event, name }) => `${name} ${event}`);
}

processTest("a rolling restart is told whole and in order by all that watch it", async () => {
  await using cluster = new Cluster();
  const start = (name: string): Promise<RunningNode> =>
    startNode({ name, registry: `file://${cluster.registry}` });
  const names = namesOf(10);
  const embedded = await start("w@127.0.0.1");
  const nodes = new Map<string, RunningNode>();
  for (const name of names) nodes.set(name, await start(name));
  await embedded.waitFor({ members: 11 });
  const told: { event: string; name: string }[] = [];
  const reading = (async () => {
    for await (const { kind, name, snapshot } of embedded.changes()) {
      if (!snapshot) told.push({ event: kind, name });
    }
  })();
  await using follower = Program.run(["events", "--follow", "--json", ...cluster.options]);
  const watching = ["members", "--watch", "--json", ...cluster.options];
  await using watcher = Program.run(watching);
  await follower.line((text) => text.includes('"w@127.0.0.1"'), 20_000, "the history");
  await watcher.line((text) => text.includes('"aliveCount":11'), 20_000, "the members");

  for (const name of names) {
    await nodes.get(name)?.leave();
    nodes.set(name, await start(name));
    const isTold = (): boolean =>
      comings(printed(follower) as never).slice(-2).join() === `${name} left,${name} joined`;
    await follower.until(isTold, 20_000, `${name} left and joined`);
  }
  const expected = names.flatMap((name) => [`${name} left`, `${name} joined`]);
  assert.deepEqual(comings(printed(follower) as never).slice(-expected.length), expected);
  const times = printed(follower).map(({ time }) => time as string);
  assert.deepEqual(times, times.toSorted());

  const since = performance.now();
  await watcher.line((text) => text.includes('"aliveCount":11'), 20_000, "all again", since);
  let asked: unknown;
  for (const look of printed(watcher)) {
    if (asked !== undefined && look.asked !== asked) {
      assert.equal(look.lost, asked, "it stays with one until that one is gone, and says so");
    }
    asked = look.asked;
  }
  for (const program of [follower, watcher]) {
    assert.ok(program.isRunning, program.text);
    program.kill("SIGINT");
    assert.equal(await program.ended(), 130);
  }
  await embedded.leave();
  await reading;
  // The last ones to join before may be told late, together.
  assert.deepEqual(comings(told).slice(-expected.length), expected);
  await Promise.all([...nodes.values()].map((node) => node.leave()));
});
