/**
 * Profiles: timings that go together.
 *
 * One word for the distance between the nodes instead of many knobs. Shorter times find the dead
 * sooner, longer ones forgive more; the timings are where each link starts before it has learned
 * its own round trips, and the bounds of what it may learn.
 *
 * @module
 */

/** How far apart the nodes of a cluster are. */
export type Profile = "local" | "lan" | "wan";

/** All profiles, from the one that forgives the least to the one that forgives the most. */
export const profiles: readonly Profile[] = ["local", "lan", "wan"];

/** Timings of one profile, all in milliseconds. */
export interface ProfileTimings {
  /** How long a pong may take on a connection that stands, before the link has learned. */
  readonly pingTimeoutMs: number;
  /** Shortest time a link may learn. Above a retransmission, so that one lost packet is no miss. */
  readonly pingTimeoutMinMs: number;
  /** Longest time a link may learn. */
  readonly pingTimeoutMaxMs: number;
  /** How long connecting and the handshake may take. */
  readonly connectTimeoutMs: number;
  /** How much later than an interval after the last one a ping of a peer may come. */
  readonly pulseGraceMs: number;
  /** How soon after a first miss the second ping is sent. */
  readonly secondPingDelayMs: number;
  /** How long helpers may take to reach a peer that this node does not. */
  readonly indirectTimeoutMs: number;
  /** How long a suspicion lasts at least, when enough others confirm it. */
  readonly suspicionMinMs: number;
  /** How long a suspicion lasts at most, when few others confirm it. */
  readonly suspicionMaxMs: number;
}

/** The timings of each profile. */
export const profileTimings: Readonly<Record<Profile, ProfileTimings>> = {
  local: {
    pingTimeoutMs: 500,
    pingTimeoutMinMs: 250,
    pingTimeoutMaxMs: 1000,
    connectTimeoutMs: 700,
    pulseGraceMs: 80,
    secondPingDelayMs: 100,
    indirectTimeoutMs: 400,
    suspicionMinMs: 1000,
    suspicionMaxMs: 6000,
  },
  lan: {
    pingTimeoutMs: 700,
    pingTimeoutMinMs: 300,
    pingTimeoutMaxMs: 2000,
    connectTimeoutMs: 1500,
    pulseGraceMs: 100,
    secondPingDelayMs: 150,
    indirectTimeoutMs: 600,
    suspicionMinMs: 1500,
    suspicionMaxMs: 12_000,
  },
  wan: {
    pingTimeoutMs: 2500,
    pingTimeoutMinMs: 1000,
    pingTimeoutMaxMs: 5000,
    connectTimeoutMs: 4000,
    pulseGraceMs: 250,
    secondPingDelayMs: 400,
    indirectTimeoutMs: 1500,
    suspicionMinMs: 3000,
    suspicionMaxMs: 24_000,
  },
};
