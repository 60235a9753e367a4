/**
 * Where what lies in a directory registry.
 *
 *     sync_dir/                      one file per node, called like the node
 *       n1@10.0.0.5
 *       .clusternode/                everything else of ours, for this user (or group) only
 *         cookie
 *         locks/n1@10.0.0.5          held while that row is changed
 *         tmp/                       files on their way to their place
 *         heartbeats/                an empty file per running node, called like its heartbeat
 *         news/                      touched when more than a heartbeat has changed
 *         clusters/blue/             another cluster, laid out like `sync_dir`
 *
 * Where Elixir nodes take each entry of the folder for a node, the same lies beside it, in
 * `.sync_dir.clusternode`.
 *
 * Inside is simplest: one folder is all. But an Elixir node takes every entry of the folder for a
 * node and pings it, so where such nodes are expected, nothing of ours may lie there. All handles on
 * one folder have to agree, or their locks keep nobody out: what exists decides, the inside first,
 * and only who finds neither creates what it wishes. So a handle looks anew with each call. (Two that
 * begin an empty folder in the same moment and wish differently both end up inside; they may have
 * minted two cookies, and one has to be started again.)
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { unreachable } from "../../core/base/assert.ts";
import { systemErrorCode } from "../../core/base/system_error.ts";
import type { Sharing } from "../../files/trusted_path.ts";
import { StorageFault } from "../common/storage_fault.ts";
import { infoOf } from "./directory_files.ts";

/** The one entry of a registry folder that is ours and no row. */
export const privateFolder = ".clusternode";

/** The cluster whose rows lie directly in the registry folder. */
const defaultCluster = "default";

/** Where what is ours lies, as seen from the registry folder. */
export type Place = "inside" | "beside";

/** The folder of ours that belongs to the registry folder `base`. */
export function privatePath(base: string, place: Place): string {
  switch (place) {
    case "inside":
      return `${base}/${privateFolder}`;
    case "beside":
      return `${dirname(base)}/.${basename(base)}${privateFolder}`;
    default:
      return unreachable(place);
  }
}

/** Who may use what is made. */
export interface Permissions {
  readonly folder: number;
  readonly file: number;
  /** True if the mask of the process must not take any of it away. */
  readonly isExact: boolean;
}

const forUser: Permissions = { folder: 0o700, file: 0o600, isExact: false };
/** What is made in such a folder belongs to its group. */
const forGroup: Permissions = { folder: 0o2770, file: 0o660, isExact: true };

/** Paths of one cluster in one registry folder. */
export class DirectoryLayout {
  /** The folder that the user named. */
  readonly base: string;
  readonly place: Place;
  /** The folder of ours that belongs to `base`, for all clusters in it. */
  readonly top: string;
  /** The folder with the rows of this cluster. */
  readonly root: string;
  readonly cookie: string;
  readonly locks: string;
  readonly temporary: string;
  readonly heartbeats: string;
  readonly news: string;
  readonly permissions: Permissions;

  /** @param cluster a legal cluster name */
  constructor(base: string, cluster: string, place: Place, sharing: Sharing = "none") {
    this.base = base;
    this.place = place;
    this.top = privatePath(base, place);
    this.root = cluster === defaultCluster ? base : `${this.top}/clusters/${cluster}`;
    const own = cluster === defaultCluster ? this.top : privatePath(this.root, "inside");
    this.cookie = `${own}/cookie`;
    this.locks = `${own}/locks`;
    this.temporary = `${own}/tmp`;
    this.heartbeats = `${own}/heartbeats`;
    this.news = `${own}/news`;
    this.permissions = sharing === "group" ? forGroup : forUser;
  }

  /**
   * Creates what is missing, closed to other users: the cookie lies in it, and whoever can hold a lock
   * can hold up a node. A registry folder that is there already stays as it is, because other programs
   * may keep their rows there, too.
   *
   * @throws {StorageFault} if a file of ours cannot become one of the registry folder
   */
  async create(): Promise<void> {
    const { base, permissions } = this;
    await Deno.mkdir(dirname(base), { recursive: true, mode: permissions.folder });
    await makeFolder(base, permissions, null);
    const { gid, dev } = await Deno.stat(base);
    const folders = [this.locks, this.temporary, this.heartbeats, this.news]
      .flatMap((path) => this.#downTo(path));
    for (const folder of new Set(folders)) await makeFolder(folder, permissions, gid);
    // The rows of another cluster lie in what is ours.
    if ((await Deno.stat(this.temporary)).dev === dev) return;
    throw new StorageFault(
      `${this.temporary} is not on the same file system, so rows cannot be moved into place; ` +
        "take a folder inside of what is mounted for the registry",
    );
  }

  /** The folders of ours on the way to `path`, itself included, the outermost first. */
  #downTo(path: string): string[] {
    return path === this.top ? [path] : [...this.#downTo(dirname(path)), path];
  }
}

/** Makes one folder if it is not there, for the users of the group `gid` if there is one. */
async function makeFolder(
  path: string,
  { folder: mode, isExact }: Permissions,
  gid: number | null,
): Promise<void> {
  try {
    await Deno.mkdir(path, { mode });
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return;
    throw error;
  }
  if (!isExact) return;
  if (gid !== null) await Deno.chown(path, null, gid);
  await Deno.chmod(path, mode);
}

/** What is said of our own folder where Elixir nodes see it. */
export const insideReason =
  "it is clusternode's own folder, and Elixir nodes would list it as a dead node; to have it " +
  "beside the registry folder, stop all clusternodes, remove it, and start those with the option beam first";

/** How a registry folder is laid out now. */
export interface FoundLayout {
  readonly layout: DirectoryLayout;
  /** What was seen of our own folder in it; `undefined` if it is not there yet. */
  readonly top: Deno.FileInfo | undefined;
}

/** How the folder `base` is laid out now, for those who only look, and by `wish` if nothing tells. */
export async function layoutOf(
  base: string,
  cluster: string,
  wish: Place = "inside",
  sharing: Sharing = "none",
): Promise<FoundLayout> {
  for (const place of ["inside", "beside"] as const) {
    const top = await infoOf(privatePath(base, place));
    if (top !== undefined) {
      return { layout: new DirectoryLayout(base, cluster, place, sharing), top };
    }
  }
  return { layout: new DirectoryLayout(base, cluster, wish, sharing), top: undefined };
}
