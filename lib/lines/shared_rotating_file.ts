/**
 * One file of lines that several processes append to and rotate.
 *
 * Each append is a short critical section under the kernel's lock on a private file beside it:
 * lock; look whether the path still leads to the file that is open (somebody may have rotated it while
 * we waited), and whether the lock still keeps others out; write as many lines as fit; unlock. Whoever
 * finds the file full renames the chain while holding the lock, and everybody else notices by the
 * look. The kernel drops the lock when a process dies, so there is nothing to clean up. The log
 * itself is not locked, because anybody who can read a file can lock it.
 *
 * A process that is frozen while it holds the lock keeps the others waiting: the kernel offers no
 * way to stop waiting. So exactly one wait is pending, in a thread of its own, and the lines wait
 * in the bounded buffer above. Removing the locked file ends such a wait, see `#awaitLock`.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import type { FileDriver, LineFile } from "./file_driver.ts";
import type { Sent } from "./line_pump.ts";
import { planAppend } from "./rotation_plan.ts";

/** What a {@linkcode SharedFile} needs. */
export interface SharedFileOptions {
  path: string;
  maxSizeBytes: number;
  /** Number of files in total, the current one included; at least 1. */
  maxFiles: number;
  /** Permissions of a new file, as far as the process's mask leaves them; by default what it leaves. */
  mode?: number | undefined;
  /** Whole lines at the beginning of a file that takes the place of one that this process has filled. */
  head?(): Uint8Array | undefined;
  clock: Clock;
  driver: FileDriver;
  /** After this time without the lock `onLockWait` is called, again and again. */
  lockTimeoutMs: number;
  onLockWait(): void;
}

/** Times in a row that others may replace the file under us before it counts as an error. */
const replacedMax = 100;

const newline = 0x0a;
const noBytes = new Uint8Array(0);

/** See the module. Not reentrant: one `append` at a time. */
export class SharedFile {
  readonly #options: SharedFileOptions;
  #file: LineFile | undefined;
  /** Size at which we left the file with a newline at its end, if nobody else wrote since. */
  #cleanSizeBytes: number | undefined;
  /** The file that comes next takes the place of one that was filled here. */
  #hasFilled = false;
  #appending = false;
  #stale = false;
  #closed = false;
  #cancelLockWatch: (() => void) | undefined;

  constructor(options: SharedFileOptions) {
    this.#options = options;
  }

  /**
   * Appends whole lines, rotating as often as needed. What the result counts as written consists
   * of whole lines that are in the file; of the others nothing is.
   */
  async append(lines: Uint8Array): Promise<Sent> {
    this.#appending = true;
    let writtenBytes = 0;
    try {
      for (let replaced = 0; writtenBytes < lines.length; replaced++) {
        if (this.#closed) throw new Error("the file is closed");
        if (replaced > replacedMax) throw new Error("the file is replaced again and again");
        const sent = await this.#appendSome(lines.subarray(writtenBytes));
        if (sent.writtenBytes > 0) replaced = 0;
        writtenBytes += sent.writtenBytes;
        if (sent.error !== undefined) throw sent.error;
      }
      return { writtenBytes };
    } catch (error) {
      this.#discard();
      return { writtenBytes, error };
    } finally {
      this.#appending = false;
      if (this.#closed) this.#discard();
    }
  }

  /** Lets the next append open the path anew. */
  reopen(): void {
    this.#stale = true;
  }

  /** Closes the file, at the end of the append in flight if there is one. */
  close(): void {
    this.#closed = true;
    this.#cancelLockWatch?.();
    if (!this.#appending) this.#discard();
  }

  /** One lock, look, write, unlock. Writes nothing if the file was replaced or had to be rotated. */
  async #appendSome(lines: Uint8Array): Promise<Sent> {
    if (this.#stale) this.#discard();
    const { path, mode, driver } = this.#options;
    const file = this.#file ??= await driver.open(path, mode);
    if (!file.regular) return await writeWhole(file, lines, undefined);
    if (!await this.#awaitLock(file)) {
      this.#forget();
      return { writtenBytes: 0 };
    }
    const [state, isAlone] = await Promise.all([
      driver.stat(path),
      file.locksOthersOut(),
    ]);
    if (state?.identity !== file.identity || !isAlone || this.#closed) {
      this.#discard();
      return { writtenBytes: 0 };
    }
    const sizeBytes = state.sizeBytes === 0
      ? await this.#succeed(file)
      : await this.#mendEnd(file, state.sizeBytes);
    const plan = planAppend(sizeBytes, this.#options.maxSizeBytes, lines);
    if (plan.kind === "rotate") {
      await this.#rotate(file);
      return { writtenBytes: 0 };
    }
    const sent = await writeWhole(file, lines.subarray(0, plan.bytes), sizeBytes);
    this.#cleanSizeBytes = sizeBytes + sent.writtenBytes;
    // What is written is written: a lock that cannot be given back goes with the file.
    if (sent.error === undefined) await file.unlock().catch(() => this.#discard());
    return sent;
  }

  /**
   * Waits for the lock; true when it is ours. While the wait is long it looks now and then whether
   * the lock is of any use: not if it keeps nobody out any more, and the result is false. (So who
   * finds a log stuck behind a frozen process may end that, or remove the locked file.)
   */
  #awaitLock(file: LineFile): Promise<boolean> {
    const { clock, lockTimeoutMs, onLockWait } = this.#options;
    return new Promise((resolve, reject) => {
      let waiting = true;
      const stopWaiting = (): void => {
        waiting = false;
        this.#cancelLockWatch?.();
        this.#cancelLockWatch = undefined;
      };
      const look = async (): Promise<void> => {
        onLockWait();
        const isOfUse = await file.locksOthersOut().catch(() => false);
        if (!waiting || this.#closed) return;
        if (isOfUse) return watch();
        stopWaiting();
        resolve(false);
      };
      const watch = (): void => {
        this.#cancelLockWatch = clock.after(lockTimeoutMs, () => void look());
      };
      watch();
      file.lock().then(() => {
        if (!waiting) return file.close();
        stopWaiting();
        resolve(true);
      }, (error) => {
        if (!waiting) return file.close();
        stopWaiting();
        reject(error);
      });
    });
  }

  /**
   * cluster.log.1 becomes .2 and so on, cluster.log becomes .1: the last step, because from then on
   * others may open a new cluster.log. Called with the lock on the current file.
   */
  async #rotate(file: LineFile): Promise<void> {
    const { path, maxFiles, driver } = this.#options;
    this.#hasFilled = true;
    if (maxFiles <= 1) {
      await file.truncate(0);
      this.#cleanSizeBytes = undefined;
      return await file.unlock();
    }
    // The first gap takes the shift up: nothing behind it has to move, or be lost.
    let free = 1;
    while (free < maxFiles - 1 && await driver.stat(`${path}.${free}`)) free++;
    for (let to = free; to > 1; to--) await driver.rename(`${path}.${to - 1}`, `${path}.${to}`);
    // Left over from a time when more files were wanted.
    let extra = maxFiles;
    while (await driver.remove(`${path}.${extra}`)) extra++;
    await driver.rename(path, `${path}.1`);
    this.#discard();
  }

  /** Writes what the file after a full one begins with; returns its size, 0 if that cannot be written. */
  async #succeed(file: LineFile): Promise<number> {
    const head = this.#hasFilled ? this.#options.head?.() ?? noBytes : noBytes;
    this.#hasFilled = false;
    return head.length === 0 ? 0 : (await writeWhole(file, head, 0)).writtenBytes;
  }

  /** Ends a line that a killed process left half written; returns the size of the file. */
  async #mendEnd(file: LineFile, sizeBytes: number): Promise<number> {
    if (sizeBytes === 0 || sizeBytes === this.#cleanSizeBytes) return sizeBytes;
    const last = await file.lastByte(sizeBytes);
    if (last === newline || last === undefined) return sizeBytes;
    await file.write(new Uint8Array([newline]));
    return sizeBytes + 1;
  }

  /** Closes the file, and with it the lock. */
  #discard(): void {
    this.#file?.close();
    this.#forget();
  }

  #forget(): void {
    this.#file = undefined;
    this.#cleanSizeBytes = undefined;
    this.#stale = false;
  }
}

/**
 * Writes `lines` to a file of `sizeBytes` (`undefined`: not known). If that fails half way the
 * piece of a line is cut off again: the result counts, and the file holds, whole lines only.
 */
async function writeWhole(
  file: LineFile,
  lines: Uint8Array,
  sizeBytes: number | undefined,
): Promise<Sent> {
  let writtenBytes = 0;
  try {
    while (writtenBytes < lines.length) {
      writtenBytes += await file.write(lines.subarray(writtenBytes));
    }
    return { writtenBytes };
  } catch (error) {
    const wholeBytes = lines.subarray(0, writtenBytes).lastIndexOf(newline) + 1;
    if (wholeBytes < writtenBytes && sizeBytes !== undefined) {
      // If even this fails the next append starts with a newline, see `#mendEnd`.
      await file.truncate(sizeBytes + wholeBytes).catch(() => {});
    }
    return { writtenBytes: wholeBytes, error };
  }
}
