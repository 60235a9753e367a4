/**
 * The flags of `simulate`, and the scenario that they describe.
 *
 * @module
 */
import { choice, count, duration, path, percent } from "../core/option_values.ts";
import type { NodeOptions } from "../core/options.ts";
import {
  profileLatencyMs,
  quietScenario,
  registryFaults,
  scenarioFault,
} from "../simulation/scenario.ts";
import type { Scenario } from "../simulation/scenario.ts";
import type { SimulateRequest } from "./commands.ts";
import type { OwnWords } from "./own_words.ts";

/** Most nodes that can be simulated. */
export const simulatedNodesMax = 10_000;

const many = count(0, simulatedNodesMax);

/** All flags of `simulate`. */
export const simulateFlags = {
  nodes: {
    flag: "--nodes",
    type: count(1, simulatedNodesMax),
    defaultText: "5",
    help: `how many nodes, up to ${simulatedNodesMax}`,
  },
  seed: {
    flag: "--seed",
    type: count(0, 2 ** 32 - 1),
    defaultText: "by chance",
    help: "of all chance in the simulation; the same seed gives the same run",
  },
  runs: {
    flag: "--runs",
    type: count(1, 1_000_000),
    defaultText: "1",
    help: "how many runs, each with the next seed; times are those of all",
  },
  kill: { flag: "--kill", type: many, defaultText: "0", help: "processes that end without a word" },
  freeze: {
    flag: "--freeze",
    type: many,
    defaultText: "0",
    help: "processes that stop and answer nobody",
  },
  unplug: {
    flag: "--unplug",
    type: many,
    defaultText: "0",
    help: "hosts that are gone from the network, while they reach the registry",
  },
  leave: { flag: "--leave", type: many, defaultText: "0", help: "nodes that leave as they should" },
  loss: {
    flag: "--loss",
    type: percent(0, 50),
    defaultText: "0%",
    help: "share of packets that are lost on every link",
  },
  latency: {
    flag: "--latency",
    type: duration("0", "10s"),
    defaultText: "of the profile",
    help: "delay of a message one way, plus up to as much again by chance",
  },
  pause: {
    flag: "--pause",
    type: duration("0", "1h"),
    defaultText: "never",
    help: "every node is held up once for so long, at a random moment",
  },
  partition: {
    flag: "--partition",
    type: duration("0", "1h"),
    defaultText: "never",
    help: "for so long a third of the nodes is cut off from the others",
  },
  oneWay: {
    flag: "--one-way",
    type: many,
    defaultText: "0",
    help: "links that carry nothing in one direction",
  },
  registryFault: {
    flag: "--registry-fault",
    type: choice(...registryFaults),
    defaultText: "none",
    help: "what is wrong with the registry",
  },
  clockJumps: {
    flag: "--clock-jumps",
    help: "wall clocks are wrong by up to ten minutes, by another amount each time",
  },
  ghosts: {
    flag: "--ghosts",
    type: many,
    defaultText: "0",
    help: "rows of dead nodes that lie in the registry before the start",
  },
  duration: {
    flag: "--duration",
    type: duration("1s", "24h"),
    defaultText: "20s",
    help: "how long the cluster is watched once things happen",
  },
  replay: {
    flag: "--replay",
    type: path,
    defaultText: "none",
    help: "play the recording of a real node again (see --record) instead",
  },
  json: { flag: "--json", help: "as JSON instead of text" },
} as const;

/** What the user wants simulated; faults are told to `words`. */
export function simulateRequest(words: OwnWords, options: NodeOptions): SimulateRequest {
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
