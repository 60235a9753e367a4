/**
 * Threads that play runs: what they tell is what one would have played here.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Players } from "../../../lib/cli/simulated/players.ts";
import { playRuns } from "../../../lib/cli/simulated/runs.ts";
import { quietScenario } from "../../../lib/simulation/scenario.ts";
import type { Scenario } from "../../../lib/simulation/scenario.ts";
import { runScenario } from "../../../lib/simulation/scenario_run.ts";

const scenario: Scenario = { ...quietScenario, nodes: 3, kill: 1, durationMs: 2000 };

Deno.test("Players.playAll() gives what the runs give here, in the order of their seeds", async () => {
  await using players = new Players(2);
  const [some, others] = await Promise.all([
    players.playAll(scenario, { seed: 7, runs: 5 }),
    players.playAll({ ...scenario, kill: 0 }, { seed: 1, runs: 1 }),
  ]);
  const here = [7, 8, 9, 10, 11].map((seed) => ({ ...runScenario(scenario, seed), timeline: [] }));
  assert.deepEqual(some, here);
  // A single run keeps what happened in it.
  assert.deepEqual(others, [runScenario({ ...scenario, kill: 0 }, 1)]);
});

Deno.test("Players.playAll() tells how far all runs are", async () => {
  await using players = new Players(2);
  const told: { share: number; done: number }[] = [];
  await players.playAll(
    scenario,
    { seed: 1, runs: 4 },
    (share, done) => told.push({ share, done }),
  );
  assert.ok(told.length >= 4, `told ${told.length} times`);
  for (const { share, done } of told) assert.ok(share > 0 && share <= 1 && done / 4 <= share);
  assert.ok(told.some(({ done }) => done === 3));
});

Deno.test("Players.playAll() rejects with what a run has thrown", async () => {
  await using players = new Players(1);
  const nothing = null as unknown as Scenario;
  await assert.rejects(players.playAll(nothing, { seed: 1, runs: 1 }), /null/);
});

Deno.test("playRuns() plays a single run here, and several at once as one after the other", async () => {
  const shares: number[] = [];
  const [single] = await playRuns(scenario, { seed: 7, runs: 1 }, (share) => shares.push(share));
  assert.deepEqual(single, runScenario(scenario, 7));
  assert.equal(shares.at(-1), 1);
  const several = await playRuns(scenario, { seed: 7, runs: 3 }, () => {});
  const alone = [7, 8, 9].map((seed) => ({ ...runScenario(scenario, seed), timeline: [] }));
  assert.deepEqual(several, alone);
});
