/**
 * Where the running nodes of this user can be found on this machine, whatever words they were started
 * with: a folder that nobody else can write into or make in advance.
 *
 * Each node has two files in it: `<id>.json` says who it is, so that one that hangs can be named, too;
 * `<id>.sock` is a socket that answers. A socket of a process that is gone refuses, so nobody has to
 * guess whether a file is left over.
 *
 * @module
 */
import { distrustOf } from "../files/trusted_path.ts";

/** Longest path of a socket that every system takes, in bytes. */
const socketPathMax = 100;

/** What stands behind the folder in the path of a socket: a slash, 32 digits, an ending. */
const nameLength = 1 + 32 + ".sock".length;

/**
 * Paths where that folder may lie, the best first. A container with a root file system that cannot be
 * written still has `/dev/shm`.
 */
export function healthFolders(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const uid = Deno.build.os === "windows" ? null : Deno.uid();
  if (uid === null) return [];
  const parents = [environment["XDG_RUNTIME_DIR"], "/dev/shm", environment["TMPDIR"], "/tmp"];
  const absolute = parents.filter((path) => path?.startsWith("/"));
  return [...new Set(absolute.map((path) => `${path?.replace(/\/+$/, "")}/clusternode-${uid}`))]
    .filter((path) => new TextEncoder().encode(path).length + nameLength <= socketPathMax);
}

/** True if `path` is a folder that only this user can look into and change. */
export async function isPrivate(path: string): Promise<boolean> {
  try {
    const { isDirectory, uid, mode } = await Deno.lstat(path);
    const isClosed = mode !== null && (mode & 0o077) === 0;
    return isDirectory && uid === Deno.uid() && isClosed && await distrustOf(path) === undefined;
  } catch {
    // Whatever hinders looking at it, it is of no use.
    return false;
  }
}

/** Makes the folder, unless it is there; false if it cannot be had or is not private. */
export async function makePrivate(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch {
    // It is there, or cannot be made: what counts is what lies there now.
  }
  return await isPrivate(path);
}
