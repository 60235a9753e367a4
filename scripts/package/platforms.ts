/**
 * The platforms that packages are made for, as each kind of package names them.
 *
 * @module
 */
import { join } from "node:path";
import { dist } from "../common/script.ts";

/** One platform. */
export interface Platform {
  /** As Rust and Deno name it. */
  readonly target: string;
  /** `process.platform` and `process.arch` of Node, the `os` and `cpu` of npm. */
  readonly os: string;
  readonly cpu: string;
  /** The C library that the binary needs, as npm names it. */
  readonly libc?: string;
  /** The architecture as Debian names it; none where there is no Debian. */
  readonly debian?: string;
}

/** All of them. */
export const platforms: readonly Platform[] = [
  {
    target: "x86_64-unknown-linux-gnu",
    ...{ os: "linux", cpu: "x64", libc: "glibc", debian: "amd64" },
  },
  {
    target: "aarch64-unknown-linux-gnu",
    ...{ os: "linux", cpu: "arm64", libc: "glibc", debian: "arm64" },
  },
  { target: "x86_64-apple-darwin", os: "darwin", cpu: "x64" },
  { target: "aarch64-apple-darwin", os: "darwin", cpu: "arm64" },
  { target: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" },
];

/** A platform whose binary is there. */
export interface Built {
  readonly platform: Platform;
  /** Path of the binary. */
  readonly binary: string;
}

/** True if this machine can run the binary. */
export function isOwn(platform: Platform): boolean {
  return platform.target === Deno.build.target;
}

/** As Node names it: `linux-x64`. */
export function platformName({ os, cpu }: Platform): string {
  return `${os}-${cpu}`;
}

/** The name of the program's file. */
export function programFile(platform: Platform): string {
  return platform.os === "win32" ? "clusternode.exe" : "clusternode";
}

/** Where `scripts/build.ts` puts the binary for a platform. */
export function binaryPath(platform: Platform): string {
  const suffix = isOwn(platform) ? "" : `-${platform.target}`;
  return join(dist, `clusternode${suffix}${platform.os === "win32" ? ".exe" : ""}`);
}
