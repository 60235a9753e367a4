/**
 * A simulated cluster that goes on by itself, and what can be done to it.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as v from "valibot";
import { act, ActionFault } from "../../../lib/cli/simulated/actions.ts";
import { clusterNodesMax } from "../../../lib/cli/simulated/simulated_cluster.ts";
import { Simulation } from "../../../lib/cli/simulated/simulation.ts";
import { memberSummary } from "../../../lib/cli/members/member_summary.ts";
import type { Clock } from "../../../lib/clock.ts";
import { simulationSchema } from "../../../lib/report/simulation_report.ts";
import { quietScenario } from "../../../lib/simulation/scenario.ts";
import { curtainMs, scriptedCluster } from "../../../lib/cli/simulated/scripted.ts";
import { SimulatedSource } from "../../../lib/cli/simulated/simulated_source.ts";
import type { SimulationReport } from "../../../lib/report/simulation_report.ts";
import { fixture } from "../../http/fixtures.ts";
import type { FixtureState } from "../../http/fixtures.ts";
import { ManualClock } from "../../support/manual_clock.ts";

function simulated(state: FixtureState, clock: Clock = new ManualClock()): Simulation {
  const { cluster, source } = fixture(state);
  return new Simulation(cluster, source, clock);
}

/** Does it, and tells how things are then. */
function done(simulation: Simulation, action: object): SimulationReport {
  act(simulation, JSON.stringify(action));
  const report = simulation.report();
  v.assert(simulationSchema, report);
  return report;
}

/** Lets real time pass in the pieces in which turns are taken. */
function pass(clock: ManualClock, realMs: number): void {
  for (let passedMs = 0; passedMs < realMs; passedMs += 20) clock.pass(20);
}

/** What virtual time passed while `realMs` did. */
function passed(clock: ManualClock, simulation: Simulation, realMs: number): number {
  const before = simulation.report().virtualMs;
  pass(clock, realMs);
  return simulation.report().virtualMs - before;
}

Deno.test("Simulation lets virtual time follow the real one at its pace", () => {
  const clock = new ManualClock();
  using simulation = simulated("five", clock);
  assert.equal(passed(clock, simulation, 1000), 1000);
  for (const [pace, virtualMs] of [[0.1, 100], [5, 5000]] as const) {
    assert.equal(done(simulation, { action: "pace", pace }).pace, pace);
    assert.equal(passed(clock, simulation, 1000), virtualMs);
  }
  assert.equal(done(simulation, { action: "pause", paused: true }).actualPace, 0);
  assert.equal(passed(clock, simulation, 1000), 0);
  done(simulation, { action: "pause", paused: false });
  assert.equal(passed(clock, simulation, 1000), 5000);
});

Deno.test("Simulation gives way to others when there is too much to do, and says so", () => {
  const clock = new ManualClock();
  let readings = 0;
  // Each look at the clock takes a millisecond: work that is slow.
  const slow: Clock = {
    now: () => clock.now() + readings++,
    nowUs: () => clock.nowUs(),
    wallTime: () => clock.wallTime(),
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
  using simulation = simulated("five", slow);
  done(simulation, { action: "pace", pace: 20 });
  const virtualMs = passed(clock, simulation, 5000);
  const turns = 5000 / 20;
  assert.ok(virtualMs > turns * 2 && virtualMs <= turns * 24, `${virtualMs} ms`);
  const { actualPace } = simulation.report();
  assert.ok(actualPace > 0 && actualPace < 2, `${actualPace}`);
});

Deno.test("Simulation stands still once it is disposed", () => {
  const clock = new ManualClock();
  const simulation = simulated("five", clock);
  simulation[Symbol.dispose]();
  assert.equal(passed(clock, simulation, 1000), 0);
});

Deno.test("act() kills, freezes, unplugs and restarts, and members see it", () => {
  const clock = new ManualClock();
  using simulation = simulated("five", clock);
  const shown = (): string => memberSummary(simulation.source.members());
  const state = ({ nodes }: SimulationReport): string[] =>
    nodes.map(({ processState, plugged }) => plugged ? processState : `${processState}, unplugged`);
  done(simulation, { action: "kill", name: "n2" });
  done(simulation, { action: "freeze", name: "n3@10.0.0.3" });
  const report = done(simulation, { action: "unplug", name: "n4" });
  assert.deepEqual(state(report), [
    "running",
    "dead",
    "frozen",
    "running, unplugged",
    "running",
  ]);
  pass(clock, 30_000);
  assert.match(shown(), /^2 of 5 alive; n2 down \d+ s, n3 down \d+ s, n4 unreachable \d+ s$/);
  done(simulation, { action: "restart", name: "n2" });
  done(simulation, { action: "thaw", name: "n3" });
  const healed = done(simulation, { action: "plug", name: "n4" });
  assert.deepEqual(state(healed), Array(5).fill("running"));
  pass(clock, 30_000);
  assert.equal(shown(), "5 of 5 alive");
});

Deno.test("act() cuts links and groups, which outlast a restart, and heals them", () => {
  const clock = new ManualClock();
  using simulation = simulated("five", clock);
  const [n1, n2, n3] = ["n1@10.0.0.1", "n2@10.0.0.2", "n3@10.0.0.3"];
  const cut = done(simulation, { action: "cut", from: "n1", to: "n2", bothWays: true });
  assert.deepEqual(cut.cuts, [{ from: n1, to: n2 }, { from: n2, to: n1 }]);
  assert.deepEqual(done(simulation, { action: "heal", from: "n2", to: "n1" }).cuts, []);
  done(simulation, { action: "cut", from: "n1", to: "n3" });
  assert.deepEqual(done(simulation, { action: "divide", names: ["n2", "n3"] }).cutOff, [n2, n3]);
  const { cuts, cutOff } = done(simulation, { action: "restart", name: "n3" });
  assert.deepEqual([cuts, cutOff], [[{ from: n1, to: n3 }], [n2, n3]]);
  pass(clock, 30_000);
  assert.match(memberSummary(simulation.source.members()), /^3 of 5 alive; n2 .*, n3 /);
  const healed = done(simulation, { action: "heal" });
  assert.deepEqual([healed.cuts, healed.cutOff], [[], []]);
  pass(clock, 30_000);
  assert.equal(memberSummary(simulation.source.members()), "5 of 5 alive");
});

Deno.test("act() adds nodes, lets one leave, and looks through another", () => {
  const clock = new ManualClock();
  using simulation = simulated("five", clock);
  assert.equal(done(simulation, { action: "add", count: 2 }).nodes.length, 7);
  done(simulation, { action: "leave", name: "n1" });
  assert.equal(done(simulation, { action: "observe", name: "n5" }).asked, "n5@10.0.0.5");
  pass(clock, 10_000);
  assert.equal(memberSummary(simulation.source.members()), "6 of 6 alive");
});

Deno.test("act() refuses what makes no sense with a sentence, and does nothing", () => {
  using simulation = simulated("five");
  done(simulation, { action: "freeze", name: "n3" });
  const before = simulation.report();
  const refused: readonly (readonly [unknown, RegExp])[] = [
    ["", /^The body must be a JSON object such as/],
    [[], /^The body must be/],
    [{}, /^action must be one of kill, freeze, thaw, /],
    [{ action: "toString" }, /^action must be one of/],
    [{ action: "kill" }, /^kill needs name$/],
    [{ action: "kill", name: 3 }, /^name must be the name of a node$/],
    [{ action: "kill", name: "n9" }, /^There is no node "n9"$/],
    [{ action: "kill", name: "n1", force: true }, /^kill takes no force$/],
    [{ action: "observe", name: "n3" }, /^n3@10.0.0.3 is frozen$/],
    [{ action: "cut", from: "n1", to: "n1" }, /^n1@10.0.0.1 needs no link to itself$/],
    [{ action: "heal", from: "n1" }, /^from and to go together$/],
    [{ action: "divide", names: [] }, /^names must be a list of names of nodes$/],
    [{ action: "pace", pace: 21 }, /^pace must be a number from 0.1 to 20$/],
    [{ action: "pace", pace: "1" }, /^pace must be a number/],
    [{ action: "pause", paused: 1 }, /^paused must be true or false$/],
    [{ action: "add", count: 0 }, /^count must be a whole number from 1 to 1000$/],
    [{ action: "add", count: clusterNodesMax }, /^There are 5 nodes, 1000 at most$/],
  ];
  for (const [action, message] of refused) {
    const text = action === "" ? "" : JSON.stringify(action);
    assert.throws(() => act(simulation, text), (error) => {
      assert.ok(error instanceof ActionFault, text);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(simulation.report(), before);
});

Deno.test("scriptedCluster() comes together, and plays its scenario where it is seen", async () => {
  const scenario = {
    ...quietScenario,
    nodes: 12,
    kill: 1,
    freeze: 1,
    unplug: 1,
    leave: 1,
    oneWay: 1,
  };
  const cluster = scriptedCluster(scenario, { seed: 3, begunAt: 0 });
  const [first] = cluster.nodes;
  assert.ok(first !== undefined);
  const source = new SimulatedSource(cluster, first, "0".repeat(32));
  assert.equal(memberSummary(source.members()), "12 of 12 alive");
  const reports = await source.links();
  assert.ok(reports.every(({ links }) => links?.some(({ kind }) => kind === "pong")));
  cluster.world.run(curtainMs + 30_000);
  assert.equal(first.state, "running");
  assert.match(
    memberSummary(source.members()),
    /^8 of 11 alive; n\d+ down \d+ s, n\d+ down \d+ s, n\d+ unreachable \d+ s/,
  );
  assert.equal(cluster.cuts.length, 1);
});

Deno.test("scriptedCluster() divides, and unites again", () => {
  const scenario = { ...quietScenario, nodes: 6, partitionMs: 20_000 };
  const cluster = scriptedCluster(scenario, { seed: 3, begunAt: 0 });
  cluster.world.run(curtainMs + 100);
  assert.equal(cluster.group.length, 2);
  cluster.world.run(20_000);
  assert.equal(cluster.group.length, 0);
});
