/**
 * What a registry folder tells beyond its rows, for those who look for what is wrong with it.
 *
 * Looking changes nothing. A trial, which writes into a cluster of its own, is cleared away: its
 * cluster's folder with all that is in it, and of the folders above those that it made, as far as
 * nobody else has begun to use them.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { parseNodeName } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import { readableByAll } from "../files/secret_file.ts";
import type { Exposure } from "../files/secret_file.ts";
import { DirectoryLayout, layoutOf, privatePath } from "../registry/directory/directory_layout.ts";
import { illegalNameReason } from "../registry/directory/directory_names.ts";
import { exists, freeBytesOf, nearestExisting, quietly } from "./disk.ts";

/** Another cluster in the same folder. */
export interface NeighbourCluster {
  readonly name: string;
  /** How many files in it are called like nodes. */
  readonly rows: number;
}

/** What a look at a registry folder tells. */
export interface FolderFacts {
  readonly path: string;
  readonly exists: boolean;
  /** True if at least the folder above is there. */
  readonly parentExists: boolean;
  /** What other users can do with the minted cookie. */
  readonly cookieExposure: Exposure | undefined;
  /** Free space for this user in bytes. */
  readonly freeBytes: number | undefined;
  readonly neighbours: readonly NeighbourCluster[];
}

/** Which names of nodes cannot all be names of files in a folder. */
export interface NameFacts {
  /** Names that differ in nothing but their case are one file. */
  readonly ignoresCase: boolean;
  /** No file can have a colon in its name, as the names of nodes at IPv6 addresses do. */
  readonly refusesColons: boolean;
}

/** Clusters in which the trials write are called so. */
export const trialClusterPrefix = "doctor-";

/** Looks at the folder `path` as the cluster `cluster` uses it. Never fails. */
export async function inspectFolder(path: string, cluster: string): Promise<FolderFacts> {
  const layout = await knownLayoutOf(path, cluster);
  const existing = await nearestExisting(layout.base);
  const [cookie, freeBytes, neighbours] = await Promise.all([
    quietly(Deno.lstat(layout.cookie)),
    freeBytesOf(existing),
    neighboursOf(layout, cluster),
  ]);
  return {
    path: layout.base,
    exists: existing === layout.base,
    parentExists: existing === layout.base || existing === dirname(layout.base),
    // Whether others can change it is looked at by whoever reads it.
    cookieExposure: cookie && readableByAll(layout.cookie, cookie.mode ?? 0),
    freeBytes,
    neighbours,
  };
}

/** As the folder is laid out now; a folder that cannot be looked at is taken for a plain one. */
async function knownLayoutOf(path: string, cluster: string): Promise<DirectoryLayout> {
  return (await quietly(layoutOf(resolve(path), cluster)))?.layout ??
    new DirectoryLayout(resolve(path), cluster, "inside");
}

async function neighboursOf(
  layout: DirectoryLayout,
  cluster: string,
): Promise<NeighbourCluster[]> {
  const names = await folderNames(`${privatePath(layout.base, layout.place)}/clusters`);
  const others = ["default", ...names.sort()].filter((name) =>
    name !== cluster && !name.startsWith(trialClusterPrefix)
  );
  const found = await Promise.all(others.map(async (name) => {
    const entries = await folderNames(new DirectoryLayout(layout.base, name, layout.place).root);
    return { name, rows: entries.filter((entry) => parseNodeName(entry)).length };
  }));
  return found.filter(({ rows }) => rows > 0);
}

async function folderNames(path: string): Promise<string[]> {
  return await quietly(Array.fromAsync(Deno.readDir(path), ({ name }) => name)) ?? [];
}

/**
 * True if the file system says that no file in `root` can be called like a node at an IPv6 address.
 */
async function refusesColons(root: string): Promise<boolean> {
  const name = "doctor@fd00::1" as NodeName;
  try {
    await Deno.writeTextFile(`${root}/${name}`, "");
    return false;
  } catch (error) {
    // What else is wrong with writing was told when a row was written.
    return illegalNameReason(name, error) !== undefined;
  }
}

/** A trial in a folder: knows what was not there before it. */
export class FolderTrial {
  readonly #layout: DirectoryLayout;
  readonly #missing: readonly string[];

  private constructor(layout: DirectoryLayout, missing: readonly string[]) {
    this.#layout = layout;
    this.#missing = missing;
  }

  /**
   * Call it before the first write.
   *
   * @param cluster a name that begins with {@linkcode trialClusterPrefix} and that nobody else uses
   */
  static async begin(path: string, cluster: string): Promise<FolderTrial> {
    const layout = await knownLayoutOf(path, cluster);
    const existing = await nearestExisting(dirname(layout.root));
    const missing: string[] = [];
    for (let above = dirname(layout.root); above !== existing; above = dirname(above)) {
      missing.push(above);
    }
    return new FolderTrial(layout, missing);
  }

  /** When a row was written, in wall-clock milliseconds of the file system. */
  async writtenAt(name: string): Promise<number | undefined> {
    return (await quietly(Deno.lstat(`${this.#layout.root}/${name}`)))?.mtime?.getTime();
  }

  /** Which names the file system takes, tried beside the row of `written`, which is there. */
  async names(written: NodeName): Promise<NameFacts> {
    const { root } = this.#layout;
    const inCapitals = `${root}/${written.toUpperCase()}`;
    return {
      ignoresCase: await quietly(Deno.lstat(inCapitals)) !== undefined,
      refusesColons: await refusesColons(root),
    };
  }

  /**
   * Removes what the trial has left.
   *
   * @throws what the system says
   */
  async clear(): Promise<void> {
    try {
      await Deno.remove(this.#layout.root, { recursive: true });
    } catch (error) {
      if (await exists(this.#layout.root)) throw error;
    }
    // Only empty ones: somebody may have moved in meanwhile.
    for (const folder of this.#missing) await quietly(Deno.remove(folder));
  }
}
