/**
 * Whether a registry folder and what is ours in it are this user's alone, or shared on purpose.
 *
 * Whoever can write into the folder can write rows, and whoever can replace what is ours knows the
 * cookie and decides where a write ends up. So a handle refuses a folder that another user owns or can
 * write, unless the URL says that it is shared.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { systemErrorCode } from "../../core/base/system_error.ts";
import { distrustOf, trustedOwners } from "../../files/trusted_path.ts";
import type { Distrust, Sharing } from "../../files/trusted_path.ts";
import { identity } from "./directory_files.ts";
import { layoutOf, privatePath } from "./directory_layout.ts";
import type { DirectoryLayout, FoundLayout, Place } from "./directory_layout.ts";
import { UntrustedStorage } from "../common/storage_fault.ts";

/** Which folder a handle uses, and how. */
export interface TrustedFolderOptions {
  readonly base: string;
  /** A legal cluster name. */
  readonly cluster: string;
  /** Where what is ours is made if there is none of it yet. */
  readonly wish: Place;
  readonly sharing: Sharing;
}

/** The folder of one handle. Its methods throw what the system says. */
export class TrustedFolder {
  readonly #options: TrustedFolderOptions;
  /** Our own folder when all was looked at: while it is that one, nobody else can have changed any. */
  #looked: string | undefined;

  constructor(options: TrustedFolderOptions) {
    this.#options = options;
  }

  /**
   * How the folder is laid out now.
   *
   * @throws {UntrustedStorage} if other users can change it, ours in it, or a folder on the way
   */
  async layout(): Promise<DirectoryLayout> {
    const { base, cluster, wish, sharing } = this.#options;
    const found = await layoutOf(base, cluster, wish, sharing);
    await this.#require(found);
    return found.layout;
  }

  /**
   * Creates what is missing.
   *
   * @throws {UntrustedStorage} if it has become somebody else's meanwhile
   */
  async create(layout: DirectoryLayout): Promise<void> {
    await layout.create();
    await this.layout();
  }

  /**
   * Whose the folder is, or else what is ours in it, if this user was denied something there: the
   * first node may have run as another user, such as root.
   */
  async deniedReason(error: unknown): Promise<string | undefined> {
    const { base, sharing } = this.#options;
    // Members of its group are let in, whoever owns it.
    if (sharing === "group" || systemErrorCode(error) !== "EACCES") return undefined;
    for (const path of [base, privatePath(base, "inside"), privatePath(base, "beside")]) {
      const owner = await Deno.stat(path).then(({ uid }) => uid, () => null);
      const reason = deniedReason(error, path, owner, trustedOwners().at(-1));
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /**
   * A look at one path, such as the cookie's, which somebody may have put there by hand.
   *
   * @throws {UntrustedStorage} if other users can change it
   */
  async requirePath(path: string): Promise<void> {
    const { base, sharing } = this.#options;
    const distrust = await distrustOf(path, { sharing, from: base });
    if (distrust === undefined) return;
    const remedy = remedyFor(distrust, pathToFileURL(base).href);
    throw new UntrustedStorage(`${distrust.path} ${distrust.reason}`, remedy);
  }

  async #require({ layout, top }: FoundLayout): Promise<void> {
    const now = top && `${identity(top)}:${top.uid}:${top.gid}:${top.mode}`;
    if (now !== undefined && now === this.#looked) return;
    await this.requirePath(layout.base);
    await this.requirePath(layout.top);
    this.#looked = now;
  }
}

/**
 * Why this user cannot do anything in the folder at `path`, if that is what `error` of the system
 * means: containers get folders of root's, and the image runs as another user.
 *
 * @param owner user id of the folder
 * @param user our own; `undefined` if this process may not know it
 */
export function deniedReason(
  error: unknown,
  path: string,
  owner: number | null,
  user: number | undefined,
): string | undefined {
  const isDenied = systemErrorCode(error) === "EACCES";
  if (!isDenied || owner === null || user === undefined || owner === user) return undefined;
  return `permission denied: ${path} belongs to the user ${owner}, and this node runs as the ` +
    `user ${user}; chown -R ${user} ${path}, or run as its owner (docker run --user ${owner})`;
}

function remedyFor({ kind, path }: Distrust, url: string): string {
  return kind === "owner"
    ? "name a folder of your own in the option registry, such as ~/sync_dir, run as that user, or, " +
      `if all who can write there are trusted, name it as ${url}?shared=all`
    : `close it with chmod go-w ${path}, or, if those who can write there are trusted, name it as ` +
      `${url}?shared=group (or all) in the option registry`;
}
