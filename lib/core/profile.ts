/**
 * Profiles: timings that go together.
 *
 * One word for the distance between the nodes instead of many knobs. Shorter times find the dead
 * sooner, longer ones forgive more; the timings are where each link starts before it has learned
 * its own round trips.
 *
 * @module
 */

/** How far apart the nodes of a cluster are. */
export type Profile = "local" | "lan" | "wan";

/** Timings of one profile, all in milliseconds. */
export interface ProfileTimings {
  /** How long a pong may take on a connection that stands. */
  readonly pingTimeoutMs: number;
  /** How long connecting and the handshake may take. */
  readonly connectTimeoutMs: number;
  /** How soon after a first miss the second ping is sent. */
  readonly secondPingDelayMs: number;
}

/** The timings of each profile. */
export const profileTimings: Readonly<Record<Profile, ProfileTimings>> = {
  local: { pingTimeoutMs: 500, connectTimeoutMs: 700, secondPingDelayMs: 150 },
  lan: { pingTimeoutMs: 900, connectTimeoutMs: 1500, secondPingDelayMs: 250 },
  wan: { pingTimeoutMs: 2500, connectTimeoutMs: 4000, secondPingDelayMs: 600 },
};
