/**
 * What a registry is opened with.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** What every back end may need. */
export interface RegistryContext {
  /** A legal cluster name. */
  readonly cluster: string;
  readonly clock: Clock;
  /** How long any call waits for the storage, in milliseconds; by default the back end decides. */
  readonly timeoutMs?: number;
  /** A new text at each call, 1 to 40 letters and digits, that no other process makes. */
  readonly randomText: () => string;
  /** True if BEAM nodes, which take every entry of a folder for a node, share the registry. */
  readonly isSharedWithBeam?: boolean;
}
