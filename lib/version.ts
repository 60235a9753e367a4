/**
 * Which program this is.
 *
 * @module
 */
import { commit } from "./build_info.ts";

/** Version of the program, the same as in `deno.json`. */
export const softwareVersion = "0.2.0";

/** Everything that tells one build from another. */
export interface BuildInfo {
  readonly version: string;
  /** Commit that was built, or `source`. */
  readonly commit: string;
  /** Version of the Deno that runs it. */
  readonly deno: string;
}

/** This build. */
export function buildInfo(): BuildInfo {
  return { version: softwareVersion, commit, deno: Deno.version.deno };
}

/** `clusternode 0.1.0 (commit 1a2b3c4, Deno 2.4.2)`. */
export function versionText({ version, commit, deno }: BuildInfo = buildInfo()): string {
  return `clusternode ${version} (commit ${commit}, Deno ${deno})`;
}
