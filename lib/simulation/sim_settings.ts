/**
 * What simulated nodes are set up with.
 *
 * @module
 */
import { profileTimings } from "../core/base/profile.ts";
import type { Settings } from "../core/settings.ts";

/** The settings of a node in a network without surprises, but for who it is and where. */
export const simSettings: Omit<Settings, "name" | "instance" | "addresses"> = {
  nameIsAutomatic: false,
  tags: {},
  startedAt: "2016-03-10T18:51:29.277Z",
  software: "simulated",
  intervalMs: 1000,
  timings: profileTimings.lan,
  fullMesh: false,
  statusEntriesMax: 32,
  startTimeoutMs: 30_000,
  leaveTimeoutMs: 5000,
  registryPaceMs: 0,
};
