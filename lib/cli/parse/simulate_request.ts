/**
 * From the flags of `simulate` to the scenario that they describe.
 *
 * @module
 */
import type { NodeOptions } from "../../options/options.ts";
import { profileLatencyMs, quietScenario, scenarioFault } from "../../simulation/scenario.ts";
import type { Scenario } from "../../simulation/scenario.ts";
import type { SimulateRequest } from "../commands.ts";
import type { CommandArgs } from "./command_args.ts";
import { simulateFlags } from "./simulate_flags.ts";

/** What the user wants simulated; faults are told to `words`. */
export function simulateRequest(words: CommandArgs, options: NodeOptions): SimulateRequest {
  const flags = simulateFlags;
  const { profile = "lan", intervalMs = 1000, mesh } = options;
  const scenario: Scenario = {
    nodes: words.value(flags.nodes, flags.nodes.type) ?? quietScenario.nodes,
    profile,
    intervalMs,
    fullMesh: mesh === "full",
    loss: words.value(flags.loss, flags.loss.type) ?? 0,
    latencyMs: words.value(flags.latency, flags.latency.type) ?? profileLatencyMs[profile],
    ghosts: words.value(flags.ghosts, flags.ghosts.type) ?? 0,
    kill: words.value(flags.kill, flags.kill.type) ?? 0,
    freeze: words.value(flags.freeze, flags.freeze.type) ?? 0,
    unplug: words.value(flags.unplug, flags.unplug.type) ?? 0,
    leave: words.value(flags.leave, flags.leave.type) ?? 0,
    pauseMs: words.value(flags.pause, flags.pause.type) ?? 0,
    partitionMs: words.value(flags.partition, flags.partition.type) ?? 0,
    oneWay: words.value(flags.oneWay, flags.oneWay.type) ?? 0,
    registryFault: words.value(flags.registryFault, flags.registryFault.type),
    clockJumps: words.isOn(flags.clockJumps),
    durationMs: words.value(flags.duration, flags.duration.type) ?? quietScenario.durationMs,
  };
  words.fault(scenarioFault(scenario));
  return {
    scenario,
    seed: words.value(flags.seed, flags.seed.type),
    runs: words.value(flags.runs, flags.runs.type) ?? 1,
    replay: words.value(flags.replay, flags.replay.type),
    json: words.isOn(flags.json),
  };
}
