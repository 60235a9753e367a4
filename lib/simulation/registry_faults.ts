/**
 * The ways in which a simulated registry misbehaves.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import type { RegistryFault } from "./scenario.ts";
import type { SimRegistry } from "./sim_registry.ts";

/** How long a slow registry takes, in milliseconds. */
const slowMs = 1500;

/** How old the listings of a stale one are, in milliseconds. */
const staleMs = 60_000;

/** How far one falls back that is rolled back, in milliseconds. */
const rolledBackMs = 5000;

/** Breaks `registry` at `now`; {@linkcode SimRegistry.mend} ends what can be mended. */
export function breakRegistry(registry: SimRegistry, fault: RegistryFault, now: number): void {
  switch (fault) {
    case "away":
      return void (registry.awayBecause = "connection refused");
    case "read-only":
      return void (registry.readOnlyBecause = "read-only file system");
    case "slow":
      return void (registry.latencyMs = slowMs);
    case "stale":
      return void (registry.staleMs = staleMs);
    case "empty":
      return void (registry.isEmpty = true);
    case "rolled-back":
      return registry.rollBack(rolledBackMs, now);
    case "wiped":
      return registry.wipe();
    case "lying":
      return void (registry.liesBecause = "connection reset");
    default:
      return unreachable(fault);
  }
}
