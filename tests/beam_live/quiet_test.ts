/**
 * A hidden node disturbs nobody: links stay up on ticks alone, `global` and `pg` work as without it,
 * and no node has anything to complain about when it comes, leaves, or is killed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sleep, systemClock } from "../../lib/clock.ts";
import { assertOutcome, nameOf, openTestBeam } from "../beam/fixtures.ts";
import { permitted } from "../permissions.ts";
import { needingServer } from "../servers/server.ts";
import { ChildLines, ElixirNode, elixirTest, needs, RealEpmd } from "./elixir.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

const script = new URL("beam_process.ts", import.meta.url).pathname;
const config = new URL("../../deno.json", import.meta.url).pathname;

function startUs(epmdPort: number, ...targets: readonly string[]): ChildLines {
  const args = ["run", "-A", "--config", config, script, "ts", `${epmdPort}`, ...targets];
  return new ChildLines(Deno.execPath(), args, { NO_COLOR: "1" });
}

/** Two nodes that see each other. */
async function pair(epmdPort: number, erl = ""): Promise<[ElixirNode, ElixirNode]> {
  const nodes = await Promise.all(
    ["n1", "n2"].map((local) => ElixirNode.start(nameOf(local), { epmdPort, erl })),
  );
  const [n1, n2] = nodes as [ElixirNode, ElixirNode];
  assert.equal(await n1.ping(n2.name), ":pong");
  return [n1, n2];
}

/** What `global` and `pg` are for works between two nodes. */
async function assertUndisturbed(n1: ElixirNode, n2: ElixirNode, key: string): Promise<void> {
  assert.equal(await n1.eval(":global.sync()", 10_000), ":ok");
  const held = `:global.register_name(:${key}, spawn(fn -> Process.sleep(:infinity) end))`;
  assert.equal(await n1.eval(held, 10_000), ":yes");
  assert.match(await n2.eval(`:global.whereis_name(:${key})`), /^#PID/);
  assert.equal(await n1.eval(`:global.trans({:${key}, self()}, fn -> 7 end)`, 10_000), "7");
  for (const node of [n1, n2]) await node.eval(":pg.start(:pg)");
  assert.equal(await n1.eval(`:pg.join(:${key}, self())`), ":ok");
  await until(
    "pg knows the member on the other node",
    async () => await n2.eval(`length(:pg.get_members(:${key}))`) === "1",
  );
  assert.equal(await n1.eval("Node.list()"), `[:"${n2.name}"]`);
  assert.equal(await n2.eval("Node.list()"), `[:"${n1.name}"]`);
}

elixirTest(
  "global and pg work beside this node, and nobody notices that it is killed",
  async () => {
    const epmdPort = freePort();
    await using _epmd = await RealEpmd.start(epmdPort);
    const [n1, n2] = await pair(epmdPort);
    await using _n1 = n1;
    await using _n2 = n2;
    await using us = startUs(epmdPort, n1.name, n2.name);
    await us.line(/^connected$/);
    assert.equal(await n1.eval("Node.list(:hidden)"), '[:"ts@127.0.0.1"]');
    await assertUndisturbed(n1, n2, "one");
    us.kill("SIGKILL");
    await us.ended();
    for (const node of [n1, n2]) {
      await until(
        `${node.name} has lost it`,
        async () => await node.eval("Node.list(:hidden)") === "[]",
      );
    }
    assert.equal(await n1.ping(nameOf("ts")), ":pang");
    await assertUndisturbed(n1, n2, "two");
    assert.deepEqual([...n1.complaints, ...n2.complaints], []);
  },
);

elixirTest("nobody complains when this node comes and leaves in order", async () => {
  await using node = await (async () => {
    await using us = await openTestBeam();
    const node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
    assert.equal(await node.ping(us.name), ":pong");
    assertOutcome(await us.ping(node.name), "pong");
    return node;
  })();
  await until("it is gone", async () => await node.eval("Node.list(:hidden)") === "[]");
  assert.equal(await node.ping(nameOf("ts")), ":pang");
  assert.deepEqual(node.complaints, []);
});

/** Connected with ticks of `tickMs` on both sides, for so many of them, with nothing else said. */
async function onTicksAlone(tickMs: number, ticks: number): Promise<void> {
  await using us = await openTestBeam({ tickMs });
  const { epmdPort, story } = us;
  // `net_ticktime` is four of them, in seconds.
  const erl = `-kernel net_ticktime ${4 * tickMs / 1_000}`;
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort, erl });
  assertOutcome(await us.ping(node.name), "pong");
  await node.eval(":net_kernel.monitor_nodes(true, [node_type: :all])");
  const lost = story.line("lost").then(() => true);
  const passed = sleep(systemClock, ticks * tickMs).then(() => false);
  assert.equal(await Promise.race([lost, passed]), false, story.lines.join("\n"));
  assert.equal(await node.eval("Process.info(self(), :messages)"), "{:messages, []}");
  assert.equal(await node.ping(us.name), ":pong");
  assertOutcome(await us.ping(node.name), "pong");
  assert.deepEqual(node.complaints, []);
}

elixirTest(
  "a link stays up on ticks alone for three times as long as it would without",
  async () => {
    await onTicksAlone(250, 12);
  },
);

const isLong = permitted("env") && Deno.env.get("CLUSTERNODE_LONG") === "1";
const long = needingServer("a link stays up for five minutes on ticks alone", needs);
Deno.test({
  ...long,
  name: isLong ? long.name : `${long.name} (takes long: CLUSTERNODE_LONG=1)`,
  ignore: long.ignore || !isLong,
  fn: () => onTicksAlone(15_000, 20),
});

elixirTest("without our ticks the link ends: the test above could fail", async () => {
  await using us = await openTestBeam({ tickMs: 60_000 });
  const { epmdPort } = us;
  const erl = "-kernel net_ticktime 1";
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort, erl });
  assertOutcome(await us.ping(node.name), "pong");
  await us.story.line(`lost ${node.name}`);
  assert.match(await node.line(/\[error\]/), /not responding/);
});

elixirTest("without its ticks we end the link", async () => {
  await using us = await openTestBeam({ tickMs: 100 });
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  assertOutcome(await us.ping(node.name), "pong");
  await node.freeze();
  await us.story.line(`lost ${node.name}`);
});
