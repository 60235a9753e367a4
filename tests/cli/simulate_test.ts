/**
 * `simulate` as the user meets it: words in, a report out.
 *
 * @module
 */
import assert from "node:assert/strict";
import { programCommands } from "../../lib/cli/commands.ts";
import { scenarioOf } from "../../lib/cli/commands/simulate.ts";
import { main } from "../../lib/cli/main.ts";
import type { Call } from "../../lib/cli/parse/call.ts";
import type { CliCommand } from "../../lib/cli/parse/command_table.ts";
import { quietScenario } from "../../lib/simulation/scenario.ts";
import { fakeWorld, run } from "./fake_context.ts";

/** What the real command answers. */
async function simulated(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const world = fakeWorld({}, (some) => stdout += some, (some) => stderr += some);
  const code = await main(["simulate", ...args], world, programCommands);
  return { code, stdout, stderr };
}

async function outputOf(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await simulated(...args);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout;
}

/** The call that these words make. */
async function callOf(...args: readonly string[]): Promise<Call<"simulate">> {
  const { calls, stderr } = await run(["simulate", ...args]);
  assert.equal(stderr, "");
  return calls[0] as Call<CliCommand> as Call<"simulate">;
}

Deno.test("main() makes a scenario of the words of simulate", async () => {
  assert.deepEqual(scenarioOf(await callOf()), quietScenario);
  const call = await callOf(
    ...["--nodes", "200", "--loss", "5%", "--kill", "3", "--partition", "10s", "--seed", "7"],
    ...["--runs", "2", "--profile", "wan", "--registry-fault", "stale", "--clock-jumps"],
  );
  assert.deepEqual([call.flags.seed, call.flags.runs], [7, 2]);
  assert.deepEqual(scenarioOf(call), {
    ...quietScenario,
    nodes: 200,
    loss: 0.05,
    kill: 3,
    partitionMs: 10_000,
    profile: "wan",
    latencyMs: 50,
    registryFault: "stale",
    clockJumps: true,
  });
});

Deno.test("main() refuses scenarios that make no sense", async () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["--kill 5", /--kill, --freeze, --unplug and --leave take 5 of 5 nodes/],
    ["--one-way 21", /5 nodes have 20 links/],
    ["--pause 30s", /must end within --duration/],
    ["--nodes 1 --partition 1s", /one node cannot be divided/],
    ["--loss 51%", /from 0% to 50%/],
    ["--nodes 0", /from 1 to 10000/],
  ];
  for (const [words, message] of faults) {
    const { code, stderr } = await simulated(...words.split(" "));
    assert.equal(code, 2, words);
    assert.match(stderr, message);
  }
});

Deno.test("simulate() tells times, costs and what happened", async () => {
  const text = await outputOf("--nodes", "5", "--kill", "1", "--freeze", "1", "--seed", "1");
  assert.match(text, /^5 nodes, profile lan, a pulse of 1\.0 s, delays of 1 to 2 ms, seed 1\n/);
  assert.match(text, /1 is killed; 1 is frozen\n/);
  assert.match(text, /killed, known by all after +\d+ ms/);
  assert.match(text, /frozen, known by all after +\d\.\d s/);
  assert.match(text, /false verdicts: none\n/);
  assert.match(text, /\+\d\.\d{3} s {2}n\d@\S+ is down: .*connection refused.* \(told by 3/);
});

Deno.test("simulate() gives the same result for the same seed, and another for another", async () => {
  const timed = /"realMs": [^,]+,/;
  const json = async (seed: string): Promise<string> =>
    (await outputOf("--nodes", "8", "--freeze", "2", "--loss", "5%", "--seed", seed, "--json"))
      .replace(timed, "").replace(/"seed": \d+/, "");
  const first = await json("3");
  assert.equal(await json("3"), first);
  assert.notEqual(await json("4"), first);
});

Deno.test("simulate() puts many runs together and shows no timeline", async () => {
  const result = JSON.parse(await outputOf("--kill", "1", "--runs", "20", "--seed", "1", "--json"));
  assert.equal(result.runs, 20);
  assert.equal(result.timeline, undefined);
  const [{ fault, allMs, unknown }] = result.detections;
  assert.deepEqual([fault, allMs.count, unknown], ["kill", 20, 0]);
  assert.ok(allMs.p50 <= allMs.p99 && allMs.p99 <= allMs.max);
});
