/**
 * What a rotating file of lines needs from a file system, and nothing more.
 *
 * The policy above it is tested against a driver that fills up, tears writes and is locked by
 * somebody else on demand; this one only passes calls on.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { OddFileError, openOwnFile, statOrNothing } from "../files/own_file.ts";
import { requireTrusted } from "../files/trusted_path.ts";

/** A file as it is found under a path. */
export interface FileState {
  /** The same for two looks at the same file, whatever it is called meanwhile. */
  readonly identity: string;
  readonly sizeBytes: number;
}

/** A file of lines opened for appending. */
export interface LineFile {
  readonly identity: string;
  /** False for a device such as `/dev/null`: it is neither locked, measured nor rotated. */
  readonly regular: boolean;
  /** Resolves when this process has what is under the path for itself; cannot be stopped. */
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** False if `lock()` keeps nobody out, because somebody has removed what is locked. */
  locksOthersOut(): Promise<boolean>;
  /** Appends the beginning of `bytes` and returns how many; rejects when it was none. */
  write(bytes: Uint8Array): Promise<number>;
  truncate(sizeBytes: number): Promise<void>;
  /** The last of `sizeBytes`, which are not 0; `undefined` if the file is shorter by now. */
  lastByte(sizeBytes: number): Promise<number | undefined>;
  /** Closes and thereby unlocks. */
  close(): void;
}

/** The file system. */
export interface FileDriver {
  /**
   * Opens or creates `path` for appending; creates its directory when missing, for this user only.
   * Rejects if other users can change the file or what its path means.
   *
   * @param mode permissions of a new file, as far as the process's mask leaves them
   */
  open(path: string, mode?: number): Promise<LineFile>;
  /** What lies at `path`, or `undefined`. */
  stat(path: string): Promise<FileState | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** Returns false if there was nothing to remove. */
  remove(path: string): Promise<boolean>;
}

/** The real file system. */
export const systemFiles: FileDriver = {
  async open(path, mode) {
    await requireTrusted(path);
    const folder = dirname(path);
    if (await statOrNothing(folder) === undefined) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      await requireTrusted(path);
    }
    return await openLogFile(path, mode);
  },
  async stat(path) {
    const info = await statOrNothing(path);
    return info && { identity: identityOf(info), sizeBytes: info.size };
  },
  rename: (from, to) => Deno.rename(from, to),
  async remove(path) {
    try {
      await Deno.remove(path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  },
};

/**
 * The file that the lock is taken on lies beside it. It is closed to other users: whoever can
 * open a file, even if only for reading, can hold its lock for ever.
 */
export function lockPathOf(path: string): string {
  return `${dirname(path)}/.${basename(path)}.lock`;
}

async function openLogFile(path: string, mode: number | undefined): Promise<LineFile> {
  // Looked at before it is opened: opening a pipe would wait for a reader.
  const before = await statOrNothing(path);
  if (before?.isCharDevice) {
    return new SystemLogFile(await Deno.open(path, { append: true }), before, undefined);
  }
  // A link of this user's own, or of root's, is followed; those of others have been refused.
  const real = before === undefined
    ? `${await Deno.realPath(dirname(path))}/${basename(path)}`
    : await Deno.realPath(path);
  if (before?.isFile && before.nlink !== null && before.nlink > 1) await refuseSharedLink(real);
  const file = await openOwnFile(real, { append: true, ...mode === undefined ? {} : { mode } });
  try {
    return new SystemLogFile(file, await file.stat(), await openLock(lockPathOf(real)));
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A file that is there to be locked. */
interface Lock {
  readonly path: string;
  readonly file: Deno.FsFile;
  readonly identity: string;
}

/** In a folder like `/tmp` a second name of a file may be another user's doing. */
async function refuseSharedLink(path: string): Promise<void> {
  const { mode } = await Deno.stat(dirname(path));
  if (mode !== null && (mode & 0o002) !== 0) {
    throw new TypeError("it has a second name, which another user may have given it");
  }
}

/** The file to lock, or `undefined` if there may be none in that folder: then it is the file itself. */
async function openLock(path: string): Promise<Lock | undefined> {
  try {
    await requireTrusted(path);
    const file = await openOwnFile(path, { mode: 0o600 });
    return { path, file, identity: identityOf(await file.stat()) };
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    if (error instanceof OddFileError) throw new TypeError(`its lock ${error.clause}`);
    throw error;
  }
}

class SystemLogFile implements LineFile {
  readonly #file: Deno.FsFile;
  /** Missing if the file itself is locked. */
  readonly #lock: Lock | undefined;
  readonly identity: string;
  readonly regular: boolean;

  constructor(file: Deno.FsFile, info: Deno.FileInfo, lock: Lock | undefined) {
    this.#file = file;
    this.#lock = lock;
    this.identity = identityOf(info);
    this.regular = info.isFile;
  }

  lock(): Promise<void> {
    return (this.#lock?.file ?? this.#file).lock(true);
  }

  unlock(): Promise<void> {
    return (this.#lock?.file ?? this.#file).unlock();
  }

  async locksOthersOut(): Promise<boolean> {
    if (this.#lock === undefined) return true;
    const there = await statOrNothing(this.#lock.path);
    return there !== undefined && identityOf(there) === this.#lock.identity;
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#file.write(bytes);
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#file.truncate(sizeBytes);
  }

  async lastByte(sizeBytes: number): Promise<number | undefined> {
    // From the start of the file this only sets a number: no file system is asked, so none can hang.
    this.#file.seekSync(sizeBytes - 1, Deno.SeekMode.Start);
    const last = new Uint8Array(1);
    return await this.#file.read(last) === null ? undefined : last[0];
  }

  close(): void {
    this.#file.close();
    this.#lock?.file.close();
  }
}

function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}
