/**
 * What a random cluster is like, and how often what befalls it, all drawn from one seed.
 *
 * @module
 */
import type { Profile } from "../../lib/core/base/profile.ts";
import type { Random } from "../../lib/core/base/random.ts";
import { profileLatencyMs } from "../../lib/simulation/scenario.ts";

/** A random cluster. */
export interface SwarmConfig {
  readonly nodes: number;
  readonly profile: Profile;
  /** The pulse, in milliseconds. */
  readonly intervalMs: number;
  readonly fullMesh: boolean;
  /** Probability that a packet is lost, 0 … 1. */
  readonly loss: number;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  readonly latencyMs: number;
  /**
   * How long after a row has come or gone all nodes get a hint, in milliseconds; `Infinity`: never.
   */
  readonly hintMs: number;
  /** Rows of nodes that died long ago, in the registry before anybody starts. */
  readonly ghosts: number;
  readonly clockJumps: boolean;
  /** How often things happen and everything heals again. */
  readonly rounds: number;
  /** How long things happen, in milliseconds. */
  readonly roundMs: number;
  /** Mean pause between two of them, in milliseconds; `Infinity` if nothing is to happen. */
  readonly pauseMs: number;
  /** Virtual minutes of peace at the end, in which those who are long dead are tidied up. */
  readonly restMinutes: number;
}

/** Things that can happen, and how often one happens compared with the others. */
export const faultWeights = {
  kill: 5,
  restart: 5,
  "restart-elsewhere": 3,
  freeze: 4,
  pause: 3,
  unplug: 3,
  leave: 3,
  newcomer: 3,
  twin: 1,
  cut: 3,
  partition: 1,
  registry: 4,
  "forget-dead": 2,
  "forget-living": 1,
} as const;

/** One of them. */
export type SwarmFault = keyof typeof faultWeights;

/** The fault that is next. */
export function drawFault(random: Random): SwarmFault {
  const weights = Object.entries(faultWeights) as [SwarmFault, number][];
  let left = random.below(weights.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [fault, weight] of weights) if ((left -= weight) < 0) return fault;
  return "kill";
}

/** One of `items`. */
export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items.length === 0 ? undefined : items[random.below(items.length)];
}

/** True once in `times`. */
export function onceIn(times: number, random: Random): boolean {
  return random.below(times) === 0;
}

/** Draws a cluster. */
export function drawConfig(random: Random): SwarmConfig {
  const profile = pick<Profile>(["local", "lan", "lan", "lan", "wan"], random) ?? "lan";
  const isLarge = onceIn(25, random);
  // Who is out of reach among many dead is found again late; so nothing else happens there.
  const isCrowded = !isLarge && onceIn(40, random);
  const nodes = isLarge ? 10 + random.below(15) : 2 + random.below(8);
  const latencyMs = profileLatencyMs[profile] * (1 + random.below(100) / 100);
  return {
    nodes,
    profile,
    intervalMs: pick([1000, 1000, 1000, 500, 2000], random) ?? 1000,
    fullMesh: onceIn(4, random),
    loss: onceIn(3, random) ? random.below(100) / 1000 : 0,
    latencyMs,
    hintMs: onceIn(3, random) ? Infinity : 20,
    ghosts: isCrowded ? 200 : onceIn(15, random) ? 1 + random.below(20) : 0,
    clockJumps: onceIn(4, random),
    rounds: onceIn(6, random) ? 2 : 1,
    roundMs: (isLarge ? 15_000 : 20_000) + random.below(isLarge ? 5000 : 20_000),
    pauseMs: isCrowded ? Infinity : 1000 + random.below(4000),
    restMinutes: !isLarge && onceIn(40, random) ? 12 : 0,
  };
}

/** A cluster in words. */
export function describeConfig(config: SwarmConfig): string {
  return Object.entries(config).map(([key, value]) => `${key} ${value}`).join(", ");
}
