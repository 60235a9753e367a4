/**
 * Whom the doctor examines: the node that the options describe, on this machine, now.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { NodeOptions } from "../options/options.ts";
import { profileTimings } from "../core/base/profile.ts";
import type { Profile } from "../core/base/profile.ts";
import { parseRegistryUrl } from "../registry/url.ts";
import type { Deadlines } from "../transport/transport.ts";

/** Options of a node that can be examined without starting one. */
export type DoctorOptions = Pick<
  NodeOptions,
  | "name"
  | "addresses"
  | "cluster"
  | "registries"
  | "cookies"
  | "cookieFiles"
  | "listen"
  | "advertise"
  | "profile"
  | "logFile"
  | "beam"
  | "beamListen"
  | "beamEpmd"
>;

/** What every check may need. */
export interface Patient {
  readonly options: DoctorOptions;
  readonly clock: Clock;
  /** Aborted when the user does not want to wait any longer. */
  readonly signal: AbortSignal;
}

/** The folder of a directory registry, or `undefined` if the registry is something else. */
export function registryFolder({ registries }: DoctorOptions): string | undefined {
  return folderOf(registries[0] ?? "");
}

/** The same of the registry at `url`. */
export function folderOf(url: string): string | undefined {
  const parsed = parseRegistryUrl(url);
  return "fault" in parsed || parsed.backEnd !== "directory" ? undefined : parsed.location;
}

/** A signal that is aborted after `timeoutMs`, or when the user has had enough. */
export function within(timeoutMs: number, { signal }: Pick<Patient, "signal">): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}

/** Deadlines of one question to a node, no longer than an examination can wait. */
export function probeTimeouts(
  profile: Profile,
): Pick<Deadlines, "connectTimeoutMs" | "answerTimeoutMs"> {
  const { connectTimeoutMs, pingTimeoutMs } = profileTimings[profile];
  return {
    connectTimeoutMs: Math.min(connectTimeoutMs, 2_500),
    answerTimeoutMs: Math.min(pingTimeoutMs, 1_500),
  };
}
