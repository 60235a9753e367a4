/**
 * Careful handling of single files in a folder where anything may lie.
 *
 * Whoever opens what he finds may wait for ever (a FIFO), read for ever (a device) or be led away (a
 * symbolic link). So: look first, open only regular files, read no more than the limit, and write
 * only by renaming a finished file into place, so that nobody ever sees half of one.
 *
 * @module
 */
import { constants, open } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "../../core/base/system_error.ts";
import { decodeUtf8 } from "../../core/base/text.ts";
import { OddFileError, touchOwnFile } from "../../files/own_file.ts";
import { textVersion } from "../common/text_version.ts";
import type { Entry, Unreadable } from "../store.ts";

/** What stands under a path; `undefined`: nothing. */
export type Content = Entry | Unreadable | undefined;

/** How much older than the present a temporary file must be to be a dead process's. */
const leftoverAgeMs = 60 * 60 * 1000;

/** Most files removed in one sweep; the rest waits for the next process. */
const sweepMax = 1_000;

/** What a look at a folder entry or at a path tells. */
export interface FileType {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/**
 * Should the file be swapped for a FIFO after the look, opening it does not wait, and should it be
 * swapped for a symbolic link, it is not followed. (Deno 2.4 ignores both; 2.9 does not.)
 */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** What these errors of one single file say about it. All others are faults of the storage. */
const oddCodes: Readonly<Record<string, string>> = {
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  EISDIR: "it is a folder",
  ELOOP: "it is a symbolic link",
  ENXIO: "it is neither a file nor a folder",
  EAGAIN: "it is neither a file nor a folder",
};

/** Why something of this type is no row, or `undefined` if it is a regular file. */
export function typeOddity(type: FileType): string | undefined {
  if (type.isFile) return undefined;
  if (type.isDirectory) return "it is a folder";
  if (type.isSymlink) return "it is a symbolic link";
  return "it is neither a file nor a folder";
}

/** Like {@linkcode readKnownFile}, for a path of which nothing is known yet: looks first. */
export async function readSmallFile(path: string, maxBytes: number): Promise<Content> {
  try {
    const reason = typeOddity(await Deno.lstat(path));
    if (reason !== undefined) return { reason };
  } catch (error) {
    return contentFor(error);
  }
  return readKnownFile(path, new Uint8Array(maxBytes + 1));
}

/**
 * Reads a file that was a regular one a moment ago.
 *
 * @param buffer one byte larger than the largest legal file; overwritten
 * @throws what the system says, if it is about the storage and not about this one file
 */
export async function readKnownFile(path: string, buffer: Uint8Array): Promise<Content> {
  try {
    const file = await open(path, openFlags);
    try {
      // A regular file gives all it has in one go, so one read is enough.
      // From where the file stands, its beginning: naming the position would cost three seeks.
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === buffer.length) {
        return { reason: `it is larger than ${buffer.length - 1} bytes` };
      }
      const text = decodeUtf8(buffer.subarray(0, bytesRead));
      return text === undefined
        ? { reason: "it is not UTF-8" }
        : { text, version: textVersion(text) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return contentFor(error);
  }
}

function contentFor(error: unknown): Content {
  const code = systemErrorCode(error) ?? "";
  if (code === "ENOENT") return undefined;
  const reason = oddCodes[code];
  if (reason === undefined) throw error;
  return { reason };
}

/** How {@linkcode replaceFile} writes. */
export interface ReplaceOptions {
  readonly path: string;
  /** A free path on the same file system. */
  readonly temporaryPath: string;
  readonly content: Uint8Array;
  /** Permissions of the new file; by default those that the process gives to new files. */
  readonly mode?: number;
  /** Gives it these permissions whatever the mask of the process says. */
  readonly isModeExact?: boolean;
  /** Survives a power cut, its name too, at the price of waiting for the disk. */
  readonly durable: boolean;
  /** Creates the folders of both paths; called if one of them is not there. */
  readonly createFolders: () => Promise<void>;
  /** Called when all is ready, right before the file appears; it does not if this is false. */
  readonly beforeRename: () => Promise<boolean>;
}

/** Puts `content` under `path` in one step, whatever stood there; false if it was called off. */
export async function replaceFile(options: ReplaceOptions): Promise<boolean> {
  let isDone: boolean;
  try {
    isDone = await tryToReplaceFile(options);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    await options.createFolders();
    isDone = await tryToReplaceFile(options);
  }
  if (isDone && options.durable) await flush(dirname(options.path));
  return isDone;
}

async function tryToReplaceFile(options: ReplaceOptions): Promise<boolean> {
  const { path, temporaryPath, content, mode, isModeExact, durable } = options;
  try {
    await Deno.writeFile(temporaryPath, content, {
      createNew: true,
      ...(mode === undefined ? {} : { mode }),
    });
    if (isModeExact === true && mode !== undefined) await Deno.chmod(temporaryPath, mode);
    if (durable) await flush(temporaryPath);
    const mayAppear = await options.beforeRename();
    if (mayAppear) await Deno.rename(temporaryPath, path);
    else await removeQuietly(temporaryPath);
    return mayAppear;
  } catch (error) {
    await removeQuietly(temporaryPath);
    throw error;
  }
}

/** Waits until a file, or the list of names in a folder, is on the disk. */
async function flush(path: string): Promise<void> {
  // Not `using`: see the lint rule house/using-needs-more-than-one-use.
  const file = await Deno.open(path);
  try {
    await file.sync();
  } finally {
    file.close();
  }
}

/** Removes a file; false if there is none. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Removes a file of ours that is of no use any more; if that fails, it merely stays. */
export async function removeQuietly(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

/**
 * Removes old files from `folder`. The present is when `touched` was last written, set anew here, so
 * that both times come from the same clock, that of the file server. Failing, it leaves them.
 */
export async function sweepTemporary(folder: string, touched: string): Promise<void> {
  try {
    await touchOwnFile(touched);
    const now = (await Deno.lstat(touched)).mtime?.getTime() ?? 0;
    let seen = 0;
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isFile || ++seen > sweepMax) continue;
      const path = `${folder}/${entry.name}`;
      const written = (await Deno.lstat(path)).mtime?.getTime() ?? now;
      if (now - written > leftoverAgeMs) await removeQuietly(path);
    }
  } catch (error) {
    // Another process may sweep at the same time, and on a full disk the write that follows says so.
    if (systemErrorCode(error) === undefined && !(error instanceof OddFileError)) throw error;
  }
}

/** What lies under `path` itself, or `undefined` if there is nothing. */
export async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** As long as the times of any file system are coarse, in milliseconds: two seconds, of FAT. */
const coarseMs = 2000;

/** The same where they are no whole seconds: some count hundredths, and a kernel a few milliseconds. */
const fineMs = 100;

/**
 * As times of files are coarse, a file may look the same after something has been written there. Not if
 * it looked so for that long before, in milliseconds.
 *
 * @param info how it looks; the time of its change is told in whole seconds
 */
export function settlesAfterMs(info: Pick<Deno.FileInfo, "mtime"> | undefined): number {
  const writtenAt = info?.mtime?.getTime() ?? 0;
  return writtenAt % 1000 === 0 ? coarseMs : fineMs;
}

/** What a file looks like: another text once anything has been written there; `""` if there is none. */
export function lookOf(info: Deno.FileInfo | undefined): string {
  if (info === undefined) return "";
  const { mtime, ctime, size, mode, uid } = info;
  return [identity(info), mtime?.getTime(), ctime?.getTime(), size, mode, uid].join(":");
}

/** Names a file or folder for as long as it exists, or `undefined` if there is none. */
export async function identityOf(path: string): Promise<string | undefined> {
  const info = await infoOf(path);
  return info && identity(info);
}

/** See {@linkcode identityOf}. */
export function identity(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}
