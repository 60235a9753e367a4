/**
 * The ways in which a simulated registry misbehaves, each with its words.
 *
 * @module
 */
import type { SimRegistry } from "./sim_registry.ts";

interface Misbehaviour {
  readonly words: string;
  /** Breaks `registry` at `now`; {@linkcode SimRegistry.mend} ends what can be mended. */
  begin(registry: SimRegistry, now: number): void;
}

const misbehaviours = {
  "away": {
    words: "the registry is away",
    begin: (registry) => registry.awayBecause = "connection refused",
  },
  "read-only": {
    words: "the registry refuses writes",
    begin: (registry) => registry.readOnlyBecause = "read-only file system",
  },
  "slow": {
    words: "the registry takes 1.5 s to answer",
    begin: (registry) => registry.latencyMs = 1500,
  },
  "stale": {
    words: "the registry shows what it held a minute ago",
    begin: (registry) => registry.staleMs = 60_000,
  },
  "empty": {
    words: "the registry shows no rows",
    begin: (registry) => registry.isEmpty = true,
  },
  "rolled-back": {
    words: "the registry falls back to what it held 5 s ago",
    begin: (registry, now) => registry.rollBack(5000, now),
  },
  "wiped": {
    words: "the registry loses everything",
    begin: (registry) => registry.wipe(),
  },
  "lying": {
    words: "the registry writes, and says that it did not",
    begin: (registry) => registry.liesBecause = "connection reset",
  },
} as const satisfies Readonly<Record<string, Misbehaviour>>;

/** A way in which a registry can misbehave. */
export type RegistryFault = keyof typeof misbehaviours;

/** All of them. */
export const registryFaults = Object.keys(misbehaviours) as readonly RegistryFault[];

/** What a fault does, as a clause. */
export function registryFaultWords(fault: RegistryFault): string {
  return misbehaviours[fault].words;
}

/** Breaks `registry` at `now`; {@linkcode SimRegistry.mend} ends what can be mended. */
export function breakRegistry(registry: SimRegistry, fault: RegistryFault, now: number): void {
  const { begin }: Misbehaviour = misbehaviours[fault];
  begin(registry, now);
}
