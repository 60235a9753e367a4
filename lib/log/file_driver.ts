/**
 * What the rotating log needs from a file system, and nothing more.
 *
 * The policy above it is tested against a driver that fills up, tears writes and is locked by
 * somebody else on demand; this one only passes calls on.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { openOwnFile, statOrNothing } from "../files/own_file.ts";
import { requireTrusted } from "../files/trusted_path.ts";

/** A file as it is found under a path. */
export interface FileState {
  /** The same for two looks at the same file, whatever it is called meanwhile. */
  readonly identity: string;
  readonly sizeBytes: number;
}

/** A log file opened for appending. */
export interface LogFile {
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
  /** The last byte, or `undefined` if the file is empty. */
  lastByte(): Promise<number | undefined>;
  /** Closes and thereby unlocks. */
  close(): void;
}

/** The file system. */
export interface FileDriver {
  /**
   * Opens or creates `path` for appending; creates its directory when missing, for this user only.
   * Rejects if other users can change the file or what its path means.
   */
  open(path: string): Promise<LogFile>;
  /** What lies at `path`, or `undefined`. */
  stat(path: string): Promise<FileState | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** Returns false if there was nothing to remove. */
  remove(path: string): Promise<boolean>;
}

/** The real file system. */
export const systemFiles: FileDriver = {
  async open(path) {
    await requireTrusted(path);
    const folder = dirname(path);
    if (await statOrNothing(folder) === undefined) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      await requireTrusted(path);
    }
    return await openLogFile(path);
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
 * The file that the lock is taken on lies beside the log. It is closed to other users: whoever can
 * open a file, even if only for reading, can hold its lock for ever.
 */
export function lockPathOf(path: string): string {
  return `${dirname(path)}/.${basename(path)}.lock`;
}

async function openLogFile(path: string): Promise<LogFile> {
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
  const file = await openOwnFile(real, { append: true });
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
}

/** In a folder like `/tmp` a second name of a file may be another user's doing. */
async function refuseSharedLink(path: string): Promise<void> {
  const { mode } = await Deno.stat(dirname(path));
  if (mode !== null && (mode & 0o002) !== 0) {
    throw new TypeError("it has a second name, which another user may have given it");
  }
}

/** The file to lock, or `undefined` if there may be none in that folder: then it is the log itself. */
async function openLock(path: string): Promise<Lock | undefined> {
  try {
    await requireTrusted(path);
    return { path, file: await openOwnFile(path, { mode: 0o600 }) };
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

class SystemLogFile implements LogFile {
  readonly #file: Deno.FsFile;
  /** Missing if the log itself is locked. */
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
    const [held, there] = await Promise.all([
      this.#lock.file.stat(),
      statOrNothing(this.#lock.path),
    ]);
    return there !== undefined && identityOf(held) === identityOf(there);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#file.write(bytes);
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#file.truncate(sizeBytes);
  }

  async lastByte(): Promise<number | undefined> {
    if (await this.#file.seek(0, Deno.SeekMode.End) === 0) return undefined;
    await this.#file.seek(-1, Deno.SeekMode.End);
    const last = new Uint8Array(1);
    await this.#file.read(last);
    return last[0];
  }

  close(): void {
    this.#file.close();
    this.#lock?.file.close();
  }
}

function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}
