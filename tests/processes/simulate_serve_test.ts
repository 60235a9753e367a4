/**
 * A simulated cluster that is shown in a page, as a process.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually, processTest, Program } from "../integration/process.ts";

/** Asks for something to be done; the answer. */
async function act(url: string, action: object): Promise<readonly [status: number, text: string]> {
  const body = JSON.stringify(action);
  const response = await fetch(`${url}v1/simulation`, { method: "POST", body });
  return [response.status, await response.text()];
}

/** The members that are not alive, with their statuses. */
async function notAlive(url: string): Promise<string[]> {
  const { members } = await (await fetch(`${url}v1/members`)).json();
  return members.filter(({ status }: { status: string }) => status !== "alive")
    .map(({ name, status }: { name: string; status: string }) => `${name} ${status}`);
}

processTest(
  "simulate --serve shows a cluster to which things can be done, until Ctrl-C",
  async () => {
    const args = ["simulate", "--serve", "0", "--nodes", "6", "--seed", "7"];
    await using program = Program.run(args);
    const { text: url } = await program.line((text) => text.startsWith("http:"), 20_000, "its URL");
    assert.equal(program.lines[0]?.text, "6 simulated nodes, profile lan, seed 7");
    assert.deepEqual(await notAlive(url), []);
    assert.equal((await (await fetch(`${url}v1/node`)).json()).simulated, true);
    const [, changed] = await act(url, { action: "kill", name: "n2" });
    assert.equal(JSON.parse(changed).nodes[1].processState, "dead");
    await act(url, { action: "pace", pace: 20 });
    await eventually(
      async () => String(await notAlive(url)) === "n2@10.0.0.2 down",
      20_000,
      "n2 is down",
    );
    const [status, fault] = await act(url, { action: "kill", name: "n9" });
    assert.deepEqual([status, fault.trim()], [400, 'There is no node "n9"']);
    program.kill("SIGINT");
    assert.equal(await program.ended(), 130);
  },
);

processTest("simulate --serve says why it cannot listen", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using program = Program.run(["simulate", "--serve", String(taken.addr.port)]);
  assert.equal(await program.ended(), 1);
  assert.match(
    program.printed("stderr"),
    /^clusternode: Cannot listen for HTTP on 127\.0\.0\.1:\d+/,
  );
});
