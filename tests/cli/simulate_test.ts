/**
 * `simulate` as the user meets it: words in, a report out.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as v from "valibot";
import { programCommands } from "../../lib/cli/commands.ts";
import { scenarioOf } from "../../lib/cli/commands/simulate.ts";
import { main } from "../../lib/cli/main.ts";
import type { Call } from "../../lib/cli/parse/call.ts";
import type { CliCommand } from "../../lib/cli/parse/command_table.ts";
import { simulateSchema } from "../../lib/report/simulate_report.ts";
import { reportText } from "../../lib/simulation/report.ts";
import { summarize } from "../../lib/simulation/summary.ts";
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
    [
      "--seed 4294967295 --runs 3",
      /--seed 4294967295: with --runs 3 it must be 4294967293 at most/,
    ],
    ["--nodes 0", /from 1 to 10000/],
    ["--serve here", /--serve "here": it must be a port, or an address with one/],
    ["--serve 0 --nodes 1001", /--nodes 1001: --serve shows 1000 at most/],
    ["--serve 0 --json", /--serve: it does not go together with --json/],
    ["--serve 0 --runs 2", /--serve: it does not go together with --runs/],
    ["--serve 0 --replay x", /--serve: it does not go together with --replay/],
    ["--replay x --nodes 3", /--replay: it does not go together with --nodes/],
    ["--replay x --clock-jumps", /--replay: it does not go together with --clock-jumps/],
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
  assert.match(
    text,
    /\+\d\.\d{3} s {2}n\d@\S+: n\d@\S+ is down: .*connection refused.* \(and 2 more/,
  );
});

Deno.test("simulate() shows one column for one run, and how many runs are spread", async () => {
  const one = await outputOf("--nodes", "3", "--kill", "1", "--seed", "1");
  assert.doesNotMatch(one, /p50/);
  assert.match(one, /^killed, known by all after +\d+ ms$/m);
  const two = await outputOf("--nodes", "3", "--kill", "1", "--seed", "1", "--runs", "2");
  assert.match(two, /^ +p50 +p99 +max$/m);
  assert.match(two, /^killed, known by all after +(\d+ ms *){3}$/m);
});

Deno.test("simulate() advises another profile where delays do not fit", async () => {
  const said = async (...args: string[]): Promise<string | undefined> =>
    /^Delays of .*$/m.exec(await outputOf("--nodes", "2", "--duration", "1s", ...args))?.[0];
  assert.equal(
    await said("--latency", "80ms"),
    "Delays of 80 to 160 ms do not fit the profile lan: a lost packet is a missed ping there. " +
      "Add --profile wan",
  );
  assert.match(await said("--profile", "local", "--latency", "20ms") ?? "", /Add --profile lan$/);
  assert.match(await said("--profile", "wan", "--latency", "1s") ?? "", /nor any other/);
  for (const profile of ["local", "lan", "wan"]) {
    assert.equal(await said("--profile", profile), undefined, profile);
  }
});

Deno.test("simulate() names observer and time of a verdict that is not true", () => {
  const falseVerdict = { seed: 7, atMs: 3200, observer: "n1@h", subject: "n2@h", reason: "why" };
  const summary = { ...summarize(quietScenario, 7, []), falseVerdictCount: 1 };
  assert.match(
    reportText({ ...summary, falseVerdicts: [falseVerdict] }, undefined, 1),
    /^ {2}seed 7, \+3\.200 s {2}n1@h: n2@h has failed: why$/m,
  );
});

Deno.test("simulate() gives the same result for the same seed, and another for another", async () => {
  const timed = /"tookMs":[^,]+,/;
  const json = async (seed: string): Promise<string> =>
    (await outputOf("--nodes", "8", "--freeze", "2", "--loss", "5%", "--seed", seed, "--json"))
      .replace(timed, "").replace(/"seed":\d+/, "");
  const first = await json("3");
  assert.equal(await json("3"), first);
  assert.notEqual(await json("4"), first);
  const { story } = JSON.parse(await outputOf("--kill", "1", "--seed", "3", "--json"));
  assert.ok(story.some(({ message }: { message: string }) => message.endsWith("is killed")));
});

Deno.test("simulate() puts many runs together and shows no timeline", async () => {
  const result = JSON.parse(await outputOf("--kill", "1", "--runs", "20", "--seed", "1", "--json"));
  v.assert(simulateSchema, result);
  assert.equal(result.runCount, 20);
  assert.equal(result.scenario.killCount, 1);
  assert.equal(result.story, undefined);
  const [, , all] = result.times;
  assert.ok(all !== undefined);
  const { measured, fault, measuredCount, neverCount, p50Ms = NaN, p99Ms = NaN, maxMs } = all;
  assert.deepEqual([measured, fault, measuredCount, neverCount], ["known-by-all", "kill", 20, 0]);
  assert.ok(p50Ms <= p99Ms && p99Ms <= (maxMs ?? NaN));
});
