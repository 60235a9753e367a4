/**
 * Pings between this program and a real Elixir node, and every way in which they fail.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertOutcome, nameOf, openTestBeam } from "../beam/fixtures.ts";
import { ElixirNode, elixirTest, RealEpmd } from "./elixir.ts";
import { freePort } from "../support/ports.ts";

const hasty = { connectTimeoutMs: 1_000, answerTimeoutMs: 500 };

elixirTest("B1 B3 both sides ping each other, whoever connects", async () => {
  await using us = await openTestBeam();
  const { epmdPort, story, name } = us;
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort });
  assert.equal(await node.ping(name), ":pong");
  await story.line(`ping ${node.name}`);
  const come = await us.ping(node.name);
  us.beam.disconnect(node.name);
  await story.line(`lost ${node.name}`);
  const dialled = await us.ping(node.name);
  assert.ok(come.kind === "pong" && dialled.kind === "pong");
  assert.equal(come.creation, dialled.creation);
  assert.equal(await node.eval(":erlang.system_info(:creation)"), `${come.creation}`);
  assert.equal(await node.ping(name), ":pong");
  assert.equal(await node.eval("Node.list()"), "[]");
  assert.equal(await node.eval("Node.list(:hidden)"), `[:"${name}"]`);
  assert.deepEqual(node.complaints, []);
});

elixirTest("B4 whoever asks for more than a pulse gets an answer", async () => {
  await using us = await openTestBeam();
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  const to = `:"${us.name}"`;
  assert.equal(await node.eval(`:rpc.call(${to}, :erlang, :node, [])`), "{:badrpc, :notsup}");
  assert.match(await node.eval(`GenServer.call({:anybody, ${to}}, :hello)`), /:noproc/);
  assert.equal(
    await node.eval(`GenServer.call({:net_kernel, ${to}}, :hello)`),
    "{:error, :notsup}",
  );
  assert.match(
    await node.eval(`Node.spawn_monitor(${to}, fn -> 1 end); receive do m -> m end`),
    /:notsup/,
  );
  const big = `send({:anybody, ${to}}, String.duplicate("x", 30_000)); Node.ping(${to})`;
  assert.equal(await node.eval(big), ":pong");
  assert.equal(await node.eval(`:erlang.trace_info(self(), :flags); Node.ping(${to})`), ":pong");
  const traced =
    `:seq_trace.set_token(:label, 7); p = Node.ping(${to}); :seq_trace.set_token([]); p`;
  assert.equal(await node.eval(traced), ":pong");
});

elixirTest(
  "B2 a node that is killed is refused; one that comes back is somebody else",
  async () => {
    await using us = await openTestBeam();
    const { epmdPort, story } = us;
    await using node = await ElixirNode.start(nameOf("n1"), { epmdPort });
    const before = await us.ping(node.name);
    node.kill("SIGKILL");
    await story.line(`lost ${node.name}`);
    await node.ended();
    assert.equal(assertOutcome(await us.ping(node.name), "refused"), "its EPMD does not know it");
    await using again = await ElixirNode.start(nameOf("n1"), { epmdPort });
    const after = await us.ping(again.name);
    assert.ok(before.kind === "pong" && after.kind === "pong");
    assert.notEqual(before.creation, after.creation);
  },
);

elixirTest("B2 a frozen node is silent, on an open connection and on a new one", async () => {
  await using us = await openTestBeam();
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  assertOutcome(await us.ping(node.name), "pong");
  await node.freeze();
  assert.match(assertOutcome(await us.ping(node.name, hasty), "silent"), /no answer to a ping/);
  await us.story.line(`lost ${node.name}`);
  const again = assertOutcome(await us.ping(node.name, hasty), "silent");
  assert.match(again, /its answer to the name of this node did not come within/);
  node.kill("SIGCONT");
  assertOutcome(await us.ping(node.name), "pong");
  assert.equal(await node.ping(us.name), ":pong");
  assert.deepEqual(node.complaints, []);
});

elixirTest("B2 B5 a node that stops in order is lost at once, and refused then", async () => {
  await using us = await openTestBeam();
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  assertOutcome(await us.ping(node.name), "pong");
  await node.stop();
  await us.story.line(`lost ${node.name}`);
  assertOutcome(await us.ping(node.name), "refused");
  assert.deepEqual(node.complaints, []);
});

elixirTest("B1 another cookie is named, whoever dials", async () => {
  await using us = await openTestBeam();
  const { epmdPort, story, name } = us;
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort, cookie: "another" });
  assert.equal(await node.ping(name), ":pang");
  assert.match(await story.line("stranger"), /^stranger 127\.0\.0\.1 n1@127\.0\.0\.1 has another/);
  assertOutcome(await us.ping(node.name), "wrong-cookie");
});

elixirTest("B1 a node of another name at the address is another instance", async () => {
  const epmdPort = freePort();
  await using _epmd = await RealEpmd.start(epmdPort);
  await using us = await openTestBeam({ epmdPort, servesEpmd: false });
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort });
  const outcome = await us.ping(nameOf("n1", "127.0.0.2"));
  assert.equal(assertOutcome(outcome, "other-instance"), "n1@127.0.0.1 answers there");
  assertOutcome(await us.ping(node.name), "pong");
});

elixirTest("B2 many pings side by side are all answered, on both sides", async () => {
  await using us = await openTestBeam();
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  const theirs = node.eval(
    `1..200 |> Enum.map(fn _ -> Task.async(fn -> Node.ping(:"${us.name}") end) end) ` +
      "|> Enum.map(&Task.await/1) |> Enum.frequencies()",
  );
  const ours = await Promise.all(Array.from({ length: 200 }, () => us.ping(node.name)));
  assert.deepEqual(ours.filter(({ kind }) => kind !== "pong"), []);
  assert.equal(await theirs, "%{pong: 200}");
  assert.equal(us.beam.linkCount, 1);
});

elixirTest("B7 closing ends pings that wait for a frozen node", async () => {
  await using us = await openTestBeam();
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  assertOutcome(await us.ping(node.name), "pong");
  await node.freeze();
  const waiting = [us.ping(node.name), us.ping(node.name)];
  await us.beam[Symbol.asyncDispose]();
  for (const outcome of await Promise.all(waiting)) assertOutcome(outcome, "closed");
});
