/**
 * The cookie of a directory registry: a file that only this user (or group) may read.
 *
 * Made by whoever comes first, under a lock and by rename, so that there is never more than one and
 * nobody ever reads half of it. Someone may also have put it there by hand.
 *
 * @module
 */
import { dirname } from "node:path";
import { systemErrorCode } from "../../core/base/system_error.ts";
import { encodeUtf8 } from "../../core/base/text.ts";
import type { Call } from "../common/timed_calls.ts";
import { flush, identityOf, readSmallFile, replaceFile } from "./directory_files.ts";
import type { Permissions } from "./directory_layout.ts";

/** Largest file that is taken for a cookie, in bytes. */
const cookieMaxBytes = 1024;

/** What {@linkcode cookieOf} needs. */
export interface CookieOptions {
  readonly path: string;
  /** A free path on the same file system. */
  readonly temporaryPath: string;
  /** The cookie to keep if there is none: one line of at least one character. */
  readonly minted: string;
  readonly call: Call;
  /** Now, for times of files. */
  readonly wallTimeMs: number;
  readonly permissions: Permissions;
  readonly createFolders: () => Promise<void>;
  /** Runs work while nobody else makes a cookie. */
  readonly locked: (work: () => Promise<string>) => Promise<string>;
}

/** The cookie that lies under `path`, after putting `minted` there if there was none. */
export async function cookieOf(options: CookieOptions): Promise<string> {
  const { path, temporaryPath, minted, call, permissions, createFolders, locked } = options;
  const present = await readCookie(path, call);
  if (present !== undefined) {
    await touch(path, options.wallTimeMs);
    return present;
  }
  return await locked(async () => {
    const sooner = await readCookie(path, call);
    if (sooner !== undefined) return sooner;
    await replaceFile({
      path,
      temporaryPath,
      content: encodeUtf8(minted + "\n"),
      mode: permissions.file,
      isModeExact: permissions.isExact,
      // Nodes go on using it after a power cut, so it must still be there then.
      durable: true,
      createFolders,
      beforeRename: () => call.checkpoint(),
    });
    await flush(dirname(path));
    return minted;
  });
}

/** False if there is none; a user who may not look cannot tell, and need not care. */
export async function hasCookieAt(path: string): Promise<boolean> {
  try {
    return await identityOf(path) !== undefined;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return true;
  }
}

/**
 * Cleaners of temporary folders go by when a file was last read or written, and a running cluster
 * does neither for days.
 */
async function touch(path: string, wallTimeMs: number): Promise<void> {
  try {
    const now = new Date(wallTimeMs);
    for (const one of [path, dirname(path)]) await Deno.utime(one, now, now);
  } catch (error) {
    // Only the owner may, and one of all nodes is enough.
    if (systemErrorCode(error) === undefined) throw error;
  }
}

/** The cookie that lies under `path`, or `undefined` if there is none. */
export async function readCookie(path: string, call: Call): Promise<string | undefined> {
  const found = await readSmallFile(path, cookieMaxBytes);
  if (found.kind === "absent") return undefined;
  if (found.kind === "odd") throw call.fault(`what is there cannot be used: ${found.reason}`);
  const cookie = found.text.replace(/\r?\n$/, "");
  if (cookie === "") throw call.fault("what is there cannot be used: it is empty");
  return cookie;
}
