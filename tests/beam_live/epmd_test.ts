/**
 * EPMD, ours and Erlang's: nodes that find each other by it, and what happens when it goes away.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertOutcome, nameOf, openTestBeam } from "../beam/fixtures.ts";
import { run } from "../servers/program.ts";
import { ElixirNode, elixirTest, RealEpmd } from "./elixir.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

/** The EPMD of Erlang as a command, which prints the names that another one knows. */
const namesAt = (port: number): Promise<string> => run("epmd", ["-port", `${port}`, "-names"]);

elixirTest("two nodes of the seed and this one meet where no EPMD runs", async () => {
  await using us = await openTestBeam();
  const { epmdPort, name } = us;
  await using folder = new TemporaryFolder();
  await Deno.writeTextFile(`${folder.path}/${name}`, "");
  const seed = (local: string): ElixirNode =>
    new ElixirNode(nameOf(local), { epmdPort, script: "seed_node.exs", args: [folder.path] });
  await using n1 = seed("n1");
  await using n2 = seed("n2");
  const all = '["n1@127.0.0.1": true, "n2@127.0.0.1": true, "ts@127.0.0.1": true]';
  for (const node of [n1, n2]) {
    const line = await node.line(/"ts@127.0.0.1": true/);
    assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} \[info\] n[12]@127\.0\.0\.1\["n/);
    await until(`${node.name} sees all`, () => node.lines.some((one) => one.endsWith(all)));
    assertOutcome(await us.ping(node.name), "pong");
  }
  const names = await namesAt(epmdPort);
  for (const known of ["n1", "n2", "ts"]) assert.match(names, new RegExp(`^name ${known} at`, "m"));
  for (const { complaints } of [n1, n2]) assert.deepEqual(complaints, []);
});

elixirTest("nobody ends our EPMD from outside", async () => {
  await using us = await openTestBeam();
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort: us.epmdPort });
  for (const order of ["-kill", "-stop"]) {
    const args = ["-port", `${us.epmdPort}`, order, ...(order === "-stop" ? ["n1"] : [])];
    await new Deno.Command("epmd", { args, stdout: "null", stderr: "null" }).output();
  }
  assert.match(await namesAt(us.epmdPort), /^name n1 at/m);
  assertOutcome(await us.ping(node.name), "pong");
});

elixirTest("EPMD is killed: ours takes over, and everybody is registered again", async () => {
  const epmdPort = freePort();
  await using epmd = await RealEpmd.start(epmdPort);
  await using us = await openTestBeam({ epmdPort });
  await using node = await ElixirNode.start(nameOf("n1"), { epmdPort });
  assert.equal(us.beam.epmdPort, 0);
  const before = await us.ping(node.name);
  epmd.kill("SIGKILL");
  await epmd.ended();
  await until("EPMD is served here", () => us.beam.epmdPort === epmdPort);
  await until("both are registered", async () => {
    const names = await namesAt(epmdPort);
    return names.includes("name n1 at") && names.includes("name ts at");
  });
  us.beam.disconnect(node.name);
  const after = await us.ping(node.name);
  assert.ok(before.kind === "pong" && after.kind === "pong");
  assert.equal(after.creation, before.creation);
  us.beam.disconnect(node.name);
  assert.equal(await node.ping(us.name), ":pong");
});

elixirTest("EPMD is restarted by somebody else: this node registers again", async () => {
  const epmdPort = freePort();
  const first = await RealEpmd.start(epmdPort);
  await using us = await openTestBeam({ epmdPort, servesEpmd: false });
  const seen = async (): Promise<string> => {
    await using other = await ElixirNode.start(nameOf("n1"), { epmdPort });
    assert.equal(await other.ping(us.name), ":pong");
    return await other.eval(
      `:ets.tab2list(:sys_dist) |> Enum.map(&elem(&1, 1)) |> Enum.member?(:"${us.name}")`,
    );
  };
  assert.equal(await seen(), "true");
  first.kill("SIGKILL");
  await first.ended();
  await us.story.line("warning ts is not registered");
  await using _second = await RealEpmd.start(epmdPort);
  await until("it is registered", async () => (await namesAt(epmdPort)).includes("name ts at"));
  assert.equal(await seen(), "true");
  await first[Symbol.asyncDispose]();
});
