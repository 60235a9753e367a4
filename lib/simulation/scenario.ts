/**
 * A scenario: how large a cluster is, what its network is like, and what happens to it.
 *
 * Everything that is to happen begins at one moment, when the cluster has come together and its links
 * have learned; from then on the time counts until the others know.
 *
 * @module
 */
import { formatDuration } from "../core/base/duration.ts";
import { profiles, profileTimings } from "../core/base/profile.ts";
import type { Profile, ProfileTimings } from "../core/base/profile.ts";
import { retransmitMs } from "./network.ts";
import { registryFaultWords } from "./registry_faults.ts";
import type { RegistryFault } from "./registry_faults.ts";

/** A scenario. Numbers of nodes are disjoint: nobody is killed and frozen. */
export interface Scenario {
  readonly nodes: number;
  readonly profile: Profile;
  /** The pulse, in milliseconds. */
  readonly intervalMs: number;
  /** Timings that are other than those of the profile. */
  readonly timings: Partial<ProfileTimings>;
  /** Everybody watches everybody. */
  readonly fullMesh: boolean;
  /** Probability that a packet is lost, 0 … 1. */
  readonly loss: number;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  readonly latencyMs: number;
  /** Rows of nodes that died long ago, in the registry before anybody starts. */
  readonly ghosts: number;
  /** How many processes end without a word. */
  readonly kill: number;
  /** How many processes stop and answer nobody, for good. */
  readonly freeze: number;
  /** How many hosts are gone from the network, for good. */
  readonly unplug: number;
  /** How many nodes leave as they should. */
  readonly leave: number;
  /** Every node is held up once for so long, at a random moment; 0 for never. In milliseconds. */
  readonly pauseMs: number;
  /** For so long a third of the nodes is cut off from the others; 0 for never. In milliseconds. */
  readonly partitionMs: number;
  /** How many links carry nothing in one direction. */
  readonly oneWay: number;
  readonly registryFault: RegistryFault | undefined;
  /** The wall clock of every node is wrong by up to ten minutes, by another amount each time. */
  readonly clockJumps: boolean;
  /** How long the cluster is watched from the moment when things happen, in milliseconds. */
  readonly durationMs: number;
}

/** One-way delays that fit the profiles, in milliseconds. */
export const profileLatencyMs: Readonly<Record<Profile, number>> = { local: 0.2, lan: 1, wan: 50 };

/**
 * True if a pong is in time at the shortest deadline that a link may learn, even when one packet was
 * lost on its way.
 *
 * @param latencyMs one way, and up to as much again by chance
 */
export function fitsProfile(profile: Profile, latencyMs: number): boolean {
  return 4 * latencyMs + retransmitMs <= profileTimings[profile].pingTimeoutMinMs;
}

/** The first profile that fits such delays; `undefined` if none does. */
export function fittingProfile(latencyMs: number): Profile | undefined {
  return profiles.find((profile) => fitsProfile(profile, latencyMs));
}

/** A quiet cluster of five. */
export const quietScenario: Scenario = {
  nodes: 5,
  profile: "lan",
  intervalMs: 1000,
  timings: {},
  fullMesh: false,
  loss: 0,
  latencyMs: profileLatencyMs.lan,
  ghosts: 0,
  kill: 0,
  freeze: 0,
  unplug: 0,
  leave: 0,
  pauseMs: 0,
  partitionMs: 0,
  oneWay: 0,
  registryFault: undefined,
  clockJumps: false,
  durationMs: 20_000,
};

/** Why a scenario makes no sense, as a sentence; `undefined` if it does. */
export function scenarioFault(
  { nodes, kill, freeze, unplug, leave, oneWay, pauseMs, partitionMs, durationMs }: Scenario,
): string | undefined {
  const gone = kill + freeze + unplug + leave;
  if (gone >= nodes) {
    return `--kill, --freeze, --unplug and --leave take ${gone} of ${nodes} nodes: ` +
      "at least one must stay to tell";
  }
  const links = nodes * (nodes - 1);
  if (oneWay > links) return `--one-way ${oneWay}: ${nodes} nodes have ${links} links`;
  if (partitionMs > 0 && nodes < 2) return "--partition: one node cannot be divided";
  if (Math.max(pauseMs, partitionMs) > durationMs) {
    return "--pause and --partition must end within --duration";
  }
  return undefined;
}

/** What happens, in words: "5 % of the packets are lost", "3 are killed". */
export function describeScenario(scenario: Scenario): string[] {
  const { loss, kill, freeze, unplug, leave, pauseMs, partitionMs, oneWay, ghosts } = scenario;
  const words: string[] = [];
  const add = (count: number, text: string): void => {
    if (count > 0) words.push(text);
  };
  add(ghosts, `${ghosts} rows of dead nodes lie in the registry`);
  add(loss, `${Math.round(loss * 1000) / 10} % of the packets are lost`);
  add(kill, `${countOf(kill)} killed`);
  add(freeze, `${countOf(freeze)} frozen`);
  add(unplug, `${countOf(unplug)} unplugged`);
  if (leave > 0) words.push(`${leave} ${leave === 1 ? "leaves" : "leave"}`);
  add(pauseMs, `every node is held up once for ${formatDuration(pauseMs)}`);
  add(partitionMs, `a third is cut off for ${formatDuration(partitionMs)}`);
  add(oneWay, `${oneWay} ${oneWay === 1 ? "link is" : "links are"} dead in one direction`);
  if (scenario.clockJumps) words.push("wall clocks jump by up to 10 minutes");
  if (scenario.registryFault !== undefined) words.push(registryFaultWords(scenario.registryFault));
  return words;
}

function countOf(count: number): string {
  return `${count} ${count === 1 ? "is" : "are"}`;
}
