/**
 * A file system that misbehaves on demand.
 *
 * @module
 */

import type { FileDriver, FileState, LineFile } from "../../lib/lines/file_driver.ts";

interface Inode {
  readonly identity: string;
  bytes: number[];
}

/** What is locked instead of a file: one for each path, until it is removed. */
interface Lock {
  holder: unknown;
  waiting: (() => void)[];
}

/** Files in memory, shared by all that are given the same instance. */
export class MemoryFiles implements FileDriver {
  readonly #inodes = new Map<string, Inode>();
  readonly #locks = new Map<string, Lock>();
  #created = 0;
  /** Room on the disk. */
  freeBytes = Infinity;
  /** A write takes at most so many bytes at once. */
  writeMaxBytes = Infinity;
  /** Message of the error that opening gives, as of a directory that cannot be written. */
  openError: string | undefined;
  /** Message of the error that giving a lock back gives. */
  unlockError: string | undefined;
  /** Called before each write. */
  beforeWrite = (): void => {};
  /** Locks that were given. */
  locks = 0;
  /** Files that are open. */
  opened = 0;

  /** Text of `path`, or undefined. */
  read(path: string): string | undefined {
    const inode = this.#inodes.get(path);
    return inode && new TextDecoder().decode(new Uint8Array(inode.bytes));
  }

  /** Puts `text` at the end of `path` without any lock, as a foreign program may. */
  append(path: string, text: string): void {
    this.#at(path).bytes.push(...new TextEncoder().encode(text));
  }

  paths(): string[] {
    return [...this.#inodes.keys()].sort();
  }

  // deno-lint-ignore require-await
  async open(path: string): Promise<LineFile> {
    if (this.openError !== undefined) throw new Error(this.openError);
    const inode = this.#at(path);
    this.opened++;
    const lock = this.#locks.get(path) ?? { holder: undefined, waiting: [] };
    this.#locks.set(path, lock);
    return this.#handle(inode, lock, path);
  }

  /** Removes what the users of `path` lock: the next one to open it makes another. */
  removeLock(path: string): void {
    this.#locks.delete(path);
  }

  // deno-lint-ignore require-await
  async stat(path: string): Promise<FileState | undefined> {
    const inode = this.#inodes.get(path);
    return inode && { identity: inode.identity, sizeBytes: inode.bytes.length };
  }

  // deno-lint-ignore require-await
  async rename(from: string, to: string): Promise<void> {
    const inode = this.#inodes.get(from);
    if (!inode) throw new Error(`No such file or directory (os error 2): rename ${from}`);
    this.#inodes.delete(from);
    this.#inodes.set(to, inode);
  }

  // deno-lint-ignore require-await
  async remove(path: string): Promise<boolean> {
    return this.#inodes.delete(path);
  }

  #at(path: string): Inode {
    const found = this.#inodes.get(path);
    if (found) return found;
    const inode: Inode = {
      identity: String(++this.#created),
      bytes: [],
    };
    this.#inodes.set(path, inode);
    return inode;
  }

  #handle(inode: Inode, lock: Lock, path: string): LineFile {
    const release = (): void => {
      if (lock.holder !== file) return;
      lock.holder = undefined;
      lock.waiting.shift()?.();
    };
    const file: LineFile = {
      identity: inode.identity,
      regular: true,
      lock: async () => {
        while (lock.holder !== undefined) {
          await new Promise<void>((resolve) => lock.waiting.push(resolve));
        }
        lock.holder = file;
        this.locks++;
      },
      // deno-lint-ignore require-await
      locksOthersOut: async () => this.#locks.get(path) === lock,
      // deno-lint-ignore require-await
      unlock: async () => {
        if (this.unlockError !== undefined) throw new Error(this.unlockError);
        release();
      },
      // deno-lint-ignore require-await
      write: async (bytes) => {
        this.beforeWrite();
        const length = Math.min(bytes.length, this.freeBytes, this.writeMaxBytes);
        if (length === 0) throw new Error("No space left on device (os error 28)");
        for (const byte of bytes.subarray(0, length)) inode.bytes.push(byte);
        this.freeBytes -= length;
        return length;
      },
      // deno-lint-ignore require-await
      truncate: async (sizeBytes) => {
        this.freeBytes += inode.bytes.length - sizeBytes;
        inode.bytes.length = sizeBytes;
      },
      // deno-lint-ignore require-await
      lastByte: async (sizeBytes) => inode.bytes[sizeBytes - 1],
      close: () => {
        this.opened--;
        release();
      },
    };
    return file;
  }
}

/** `text` as bytes. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
