/**
 * The flags of `simulate`.
 *
 * @module
 */
import { httpAddress } from "../../options/option_table_http.ts";
import { choice, count, duration, path, percent } from "../../options/option_values.ts";
import { registryFaults } from "../../simulation/registry_faults.ts";

/** Most nodes that can be simulated. */
export const simulatedNodesMax = 10_000;

/** The highest seed. */
export const simulatedSeedMax = 2 ** 32 - 1;

const many = count(0, simulatedNodesMax);

/** All flags of `simulate`; those that describe the scenario are called like its fields. */
export const simulateFlags = {
  nodes: {
    flag: "--nodes",
    type: count(1, simulatedNodesMax),
    defaultText: "5",
    help: `how many nodes, up to ${simulatedNodesMax}`,
  },
  seed: {
    flag: "--seed",
    type: count(0, simulatedSeedMax),
    defaultText: "by chance",
    help: "random seed of the simulation; the same seed gives the same run",
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
  latencyMs: {
    flag: "--latency",
    type: duration("0", "10s"),
    defaultText: "of the profile",
    help: "delay of a message one way, plus up to as much again by chance",
  },
  pauseMs: {
    flag: "--pause",
    type: duration("0", "1h"),
    defaultText: "never",
    help: "every node is held up once for so long, at a random moment",
  },
  partitionMs: {
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
  durationMs: {
    flag: "--duration",
    type: duration("1s", "24h"),
    defaultText: "20s",
    help: "how long the cluster is watched once things happen",
  },
  serve: {
    flag: "--serve",
    type: httpAddress,
    defaultText: "not at all",
    help: "show the cluster in real time, in a page where nodes can be killed, frozen and cut off",
  },
  replay: {
    flag: "--replay",
    type: path,
    defaultText: "none",
    help: "play the recording of a real node again (see --record) instead",
  },
  json: { flag: "--json", help: "as JSON instead of text" },
} as const;
