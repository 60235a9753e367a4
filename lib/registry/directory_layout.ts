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
 * @module
 */

/** The one entry of a registry folder that is ours and no row. */
export const privateFolder = ".clusternode";

/** The cluster whose rows lie directly in the registry folder. */
const defaultCluster = "default";

/** Paths of one cluster in one registry folder. */
export class DirectoryLayout {
  /** The folder that the user named. */
  readonly base: string;
  /** The folder with the rows of this cluster. */
  readonly root: string;
  readonly cookie: string;
  readonly locks: string;
  readonly temporary: string;
  readonly news: string;

  /** @param cluster a legal cluster name */
  constructor(base: string, cluster: string) {
    this.base = base;
    this.root = cluster === defaultCluster ? base : `${base}/${privateFolder}/clusters/${cluster}`;
    const own = `${this.root}/${privateFolder}`;
    this.cookie = `${own}/cookie`;
    this.locks = `${own}/locks`;
    this.temporary = `${own}/tmp`;
    this.news = `${own}/news`;
  }

  /**
   * Creates what is missing. The registry folder itself gets the usual permissions, because other
   * programs may keep their rows there too; what is ours is closed to other users, because the cookie
   * lies in it and because whoever can hold a lock can hold up a node.
   */
  async create(): Promise<void> {
    await Deno.mkdir(this.base, { recursive: true });
    for (const folder of [this.locks, this.temporary, this.news]) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
  }
}
