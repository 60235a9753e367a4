/**
 * Who else can change what lies under a path?
 *
 * A folder below `/tmp` can be anybody's trap: made in advance by another user, it gives away what is
 * written into it, and a symbolic link in it leads a write into a file of the victim. So before
 * anything is made or opened for writing, each folder on the way is looked at, from the root on,
 * links included:
 *
 * - each belongs to this user or to root;
 * - no other user can write into it. On the way it is enough that nobody can remove what others own
 *   (the sticky bit, as of `/tmp`), or that root has given it to a group (as `/var/log` is);
 * - what an administrator has mounted is trusted as far as its own owner and mode go, and so is what
 *   lies below: containers get their volumes like that, with the owners and modes of elsewhere. (Where
 *   `user_allow_other` lets any user mount by FUSE for all others, that user is trusted as well.)
 *
 * Where all of this holds, only this user and root can change what any part of the path means, now or
 * between the look and what follows from it. Where users share a folder on purpose it does not
 * hold, so that has to be said ({@linkcode Sharing}), and those users are trusted.
 *
 * @module
 */
import { resolve } from "node:path";
import { isPrivateGroup } from "./private_group.ts";

/** Which other users are trusted with a folder. */
export type Sharing = "none" | "group" | "all";

/** Why a path is not to be trusted. */
export interface Distrust {
  /** The part of the path that is another user's. */
  readonly path: string;
  readonly kind: "owner" | "writable";
  /** A clause whose subject is the path: "belongs to another user (id 1001)". */
  readonly reason: string;
}

/** A path that other users can change. The message is a clause: `/tmp/log belongs to another user`. */
export class UntrustedPathError extends Error {
  override name = "UntrustedPathError";
  readonly distrust: Distrust;

  constructor(distrust: Distrust) {
    super(`${distrust.path} ${distrust.reason}`);
    this.distrust = distrust;
  }
}

/** What {@linkcode distrustOf} goes by, beyond what holds for all folders on the way. */
export interface TrustRules {
  /** Who may write into the last part of the path; `undefined`: it is like those on the way. */
  readonly sharing?: Sharing;
  /** A folder on the way from which on `sharing` holds, instead of for the last part alone. */
  readonly from?: string;
}

/** A part of the path that is still to be looked at. */
interface Part {
  readonly name: string;
  readonly sharing: Sharing | undefined;
}

/** Who is trusted on the way so far. */
interface Trusted {
  /** User ids; empty if this process may not know its own. */
  readonly owners: readonly number[];
  /** Those of the mode bits `0o022` that an administrator has set on what is mounted here. */
  readonly writeBits: number;
}

/** Longest chain of symbolic links that is followed; the kernel gives up there, too. */
const linksMax = 40;

/**
 * Any user may make a subvolume of Btrfs, which has a device of its own, too, and always this
 * number.
 */
const subvolumeInode = 256;

const groupWrites = 0o020;
const othersWrite = 0o002;
const sticky = 0o1000;

/**
 * Why other users can change what lies under `path`, or `undefined` if they cannot. What does not
 * exist yet is not judged, and on systems without owners nothing is.
 *
 * @throws what the system says
 */
export async function distrustOf(
  path: string,
  rules: TrustRules = {},
): Promise<Distrust | undefined> {
  return rules.sharing === "all" ? undefined : await new Walk(rules).judge(path);
}

/** @throws {UntrustedPathError} if other users can change what lies under `path` */
export async function requireTrusted(path: string, rules: TrustRules = {}): Promise<void> {
  const distrust = await distrustOf(path, rules);
  if (distrust !== undefined) throw new UntrustedPathError(distrust);
}

class Walk {
  readonly #rules: TrustRules;
  #trusted: Trusted = { owners: trustedOwners(), writeBits: 0 };

  constructor(rules: TrustRules) {
    this.#rules = rules;
  }

  async judge(path: string): Promise<Distrust | undefined> {
    const { sharing, from = path } = this.#rules;
    const isBelow = resolve(path).startsWith(`${resolve(from)}/`);
    const parts = [
      ...partsOf(resolve(isBelow ? from : path), sharing),
      ...(isBelow ? namesOf(resolve(path).slice(resolve(from).length)) : []).map((name) => ({
        name,
        sharing,
      })),
    ];
    let folder = "";
    let device = await deviceOf(folder);
    let links = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      if (part.name === "..") {
        folder = folder.slice(0, folder.lastIndexOf("/"));
        device = await deviceOf(folder);
        continue;
      }
      const next = `${folder}/${part.name}`;
      const info = await lookAt(next);
      if (info === undefined || (info.isSymlink && ++links > linksMax)) return undefined;
      if (isMounted(info, device)) this.#trustMounted(info);
      const distrust = await judgeEntry(next, info, this.#trusted, part.sharing);
      if (distrust !== undefined) return distrust;
      if (info.isSymlink) {
        const target = await Deno.readLink(next);
        if (target.startsWith("/")) [folder, device] = ["", await deviceOf("")];
        parts.unshift(...partsOf(target, part.sharing));
      } else [folder, device] = [next, info.dev];
    }
    return undefined;
  }

  #trustMounted({ uid, mode }: Deno.FileInfo): void {
    const { owners, writeBits } = this.#trusted;
    this.#trusted = {
      owners: owners.length === 0 || uid === null ? owners : [...owners, uid],
      writeBits: writeBits | ((mode ?? 0) & (groupWrites | othersWrite)),
    };
  }
}

/**
 * True if an administrator has mounted something here that has one owner: a folder like `/tmp`, where
 * the sticky bit keeps users apart, is everybody's.
 *
 * @param device that of the folder above
 */
export function isMounted({ isDirectory, dev, ino, mode }: Deno.FileInfo, device: number): boolean {
  return isDirectory && dev !== device && ino !== subvolumeInode && ((mode ?? 0) & sticky) === 0;
}

async function judgeEntry(
  path: string,
  { uid, gid, mode, isSymlink, isCharDevice }: Deno.FileInfo,
  { owners, writeBits }: Trusted,
  sharing: Sharing | undefined,
): Promise<Distrust | undefined> {
  // Only root can make one, and gives it to whom it belongs, as terminals.
  if (isCharDevice === true) return undefined;
  const isForeign = uid !== null && owners.length > 0 && !owners.includes(uid);
  if (isForeign && (isSymlink || sharing !== "group")) {
    const what = isSymlink ? "is a symbolic link of another user" : "belongs to another user";
    return { path, kind: "owner", reason: `${what} (id ${uid})` };
  }
  if (isSymlink || mode === null) return undefined;
  const writers = mode & (groupWrites | othersWrite) & ~writeBits;
  if (writers === 0 || (sharing === undefined && (mode & sticky) !== 0)) return undefined;
  const shown = shownMode(mode);
  if ((writers & othersWrite) !== 0) {
    return { path, kind: "writable", reason: `can be written by all users ${shown}` };
  }
  if (sharing === "group" || (sharing === undefined && uid === 0)) return undefined;
  if (uid !== null && gid !== null && await isPrivateGroup(gid, uid)) return undefined;
  return { path, kind: "writable", reason: `can be written by the group ${gid} ${shown}` };
}

/** `(mode 0755)`. */
export function shownMode(mode: number): string {
  return `(mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`;
}

/** The parts of a path, of which only the last one may be shared. */
function partsOf(path: string, sharing: Sharing | undefined): Part[] {
  const names = namesOf(path);
  return names.map((name, index) => ({
    name,
    sharing: index === names.length - 1 ? sharing : undefined,
  }));
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

async function deviceOf(folder: string): Promise<number> {
  return (await Deno.lstat(`${folder}/`)).dev;
}

/** What lies there, or `undefined` if there is nothing. */
async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** This user and root; empty if the system has no users, or this process may not know its own. */
export function trustedOwners(): readonly number[] {
  // A program that embeds a node may have been granted less: it must not be asked for more.
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  const user = state === "granted" ? Deno.uid() : null;
  return user === null ? [] : [0, user];
}
