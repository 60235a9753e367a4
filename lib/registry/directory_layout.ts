/**
 * Where what lies in a directory registry.
 *
 *     sync_dir/                      one file per node, called like the node
 *       n1@10.0.0.5
 *       .clusternode/                everything else of ours, for this user only
 *         cookie
 *         locks/n1@10.0.0.5          held while that row is changed
 *         tmp/                       files on their way to their place
 *         news/                      touched when more than a beat has changed
 *         clusters/blue/             another cluster, laid out like `sync_dir`
 *
 * Where Elixir nodes take each entry of the folder for a node, the same lies beside it, in
 * `.sync_dir.clusternode`; see `directory_place.ts`.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { unreachable } from "../core/assert.ts";
import { StorageFault } from "./storage_fault.ts";

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

/** Paths of one cluster in one registry folder. */
export class DirectoryLayout {
  /** The folder that the user named. */
  readonly base: string;
  readonly place: Place;
  /** The folder with the rows of this cluster. */
  readonly root: string;
  readonly cookie: string;
  readonly locks: string;
  readonly temporary: string;
  readonly news: string;

  /** @param cluster a legal cluster name */
  constructor(base: string, cluster: string, place: Place) {
    this.base = base;
    this.place = place;
    const shared = privatePath(base, place);
    this.root = cluster === defaultCluster ? base : `${shared}/clusters/${cluster}`;
    const own = cluster === defaultCluster ? shared : privatePath(this.root, "inside");
    this.cookie = `${own}/cookie`;
    this.locks = `${own}/locks`;
    this.temporary = `${own}/tmp`;
    this.news = `${own}/news`;
  }

  /**
   * Creates what is missing. The registry folder itself gets the usual permissions, because other
   * programs may keep their rows there too; what is ours is closed to other users, because the cookie
   * lies in it and because whoever can hold a lock can hold up a node.
   *
   * @throws {StorageFault} if a file of ours cannot become one of the registry folder
   */
  async create(): Promise<void> {
    await Deno.mkdir(this.base, { recursive: true });
    for (const folder of [this.locks, this.temporary, this.news]) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
    const [there, own] = await Promise.all([Deno.stat(this.root), Deno.stat(this.temporary)]);
    if (there.dev === own.dev) return;
    throw new StorageFault(
      `${this.temporary} is not on the same file system, so rows cannot be moved into place; ` +
        "take a folder inside of what is mounted for the registry",
    );
  }
}
