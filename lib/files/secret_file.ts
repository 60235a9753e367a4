/**
 * Can other users read, or change, a file that holds a secret of ours?
 *
 * `ssh` refuses to use a key that others can read. Here that would shut out the secrets of
 * containers, which are mounted readable for all (0444 in Docker, 0644 in Kubernetes, both of
 * root's), where there is nobody else to read them. So a secret that others can read is told of;
 * one that others can write is theirs.
 *
 * @module
 */
import { distrustOf, shownMode, trustedOwners } from "./trusted_path.ts";
import { isPrivateGroup } from "./private_group.ts";

/** What other users can do with a secret. */
export interface Exposure {
  /** `changed`: it may be somebody else's secret by now. */
  readonly kind: "read" | "changed";
  /** The file, or the folder on the way to it that is open. */
  readonly path: string;
  /** A clause whose subject is the path: "can be read by all users (mode 0644)". */
  readonly reason: string;
}

/**
 * What other users can do with the secret in the file `path`, or `undefined` if nothing. Never
 * fails.
 */
export async function exposureOf(path: string): Promise<Exposure | undefined> {
  try {
    const distrust = await distrustOf(path);
    if (distrust?.kind === "writable") return { ...distrust, kind: "changed" };
    return await readability(path, await Deno.stat(path)) ??
      (distrust && { ...distrust, kind: "read" });
  } catch {
    // Whoever reads the file is told why it cannot be read.
    return undefined;
  }
}

async function readability(
  path: string,
  { isFile, mode, uid, gid }: Deno.FileInfo,
): Promise<Exposure | undefined> {
  if (!isFile || mode === null) return undefined;
  const byAll = readableByAll(path, mode);
  if (byAll !== undefined) return byAll;
  // What root has given to a group is meant for it.
  const isOwn = uid !== null && uid !== 0 && trustedOwners().includes(uid);
  if ((mode & 0o040) === 0 || !isOwn || gid === null || await isPrivateGroup(gid, uid)) {
    return undefined;
  }
  return { kind: "read", path, reason: `can be read by the group ${gid} ${shownMode(mode)}` };
}

/** What the permissions of a file alone give to all users. */
export function readableByAll(path: string, mode: number): Exposure | undefined {
  if ((mode & 0o004) === 0) return undefined;
  return { kind: "read", path, reason: `can be read by all users ${shownMode(mode)}` };
}
