/**
 * What the rotating log needs from a file system, and nothing more.
 *
 * The policy above it is tested against a driver that fills up, tears writes and is locked by
 * somebody else on demand; this one only passes calls on.
 *
 * @module
 */

import { dirname } from "node:path";

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
  /** Resolves when this process has the file for itself; cannot be stopped. */
  lock(): Promise<void>;
  unlock(): Promise<void>;
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
  /** Opens or creates `path` for appending; creates its directory when missing. */
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
    try {
      return await openLogFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await Deno.mkdir(dirname(path), { recursive: true });
      return await openLogFile(path);
    }
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

async function openLogFile(path: string): Promise<LogFile> {
  // Looked at before it is opened: opening a pipe would wait for a reader.
  const before = await statOrNothing(path);
  if (before && !before.isFile && !before.isCharDevice) {
    throw new TypeError(before.isDirectory ? "it is a directory" : "it is not a regular file");
  }
  const file = await Deno.open(path, { read: true, append: true, create: true });
  try {
    return new SystemLogFile(file, await file.stat());
  } catch (error) {
    file.close();
    throw error;
  }
}

class SystemLogFile implements LogFile {
  readonly #file: Deno.FsFile;
  readonly identity: string;
  readonly regular: boolean;

  constructor(file: Deno.FsFile, info: Deno.FileInfo) {
    this.#file = file;
    this.identity = identityOf(info);
    this.regular = info.isFile;
  }

  lock(): Promise<void> {
    return this.#file.lock(true);
  }

  unlock(): Promise<void> {
    return this.#file.unlock();
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
  }
}

function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}

async function statOrNothing(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
