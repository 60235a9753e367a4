/**
 * The log file of a node, or the file of its history: takes lines at any time, and gets them into the
 * shared file when it can.
 *
 * The policy in one place: how much is buffered, when it is tried again, and what is said about
 * it. A full disk, a directory that cannot be written, a lock held by a frozen process: each is
 * told once when it begins and once when it is over, and costs at most the lines that did not fit
 * into the buffer meanwhile. Nothing here throws or waits.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { systemErrorWords } from "../core/base/system_error.ts";
import { UntrustedPathError } from "../files/trusted_path.ts";
import { type FileDriver, systemFiles } from "./file_driver.ts";
import { LinePump } from "./line_pump.ts";
import { SharedFile } from "./shared_rotating_file.ts";

/** What a {@linkcode RotatingFile} needs. */
export interface RotatingFileOptions {
  /** The current file; older ones get `.1`, `.2`, … appended. Its directory is made when missing. */
  path: string;
  /** Largest size of one file, unless a single line is larger. */
  maxSizeBytes: number;
  /** Number of files in total, the current one included; at least 1. */
  maxFiles: number;
  clock: Clock;
  /** What its lines are, as messages call them. Default `log`. */
  kind?: "log" | "history";
  /** Permissions of a new file, as far as the process's mask leaves them; by default what it leaves. */
  mode?: number;
  /** Whole lines at the beginning of a file that takes the place of a full one. */
  head?(): Uint8Array;
  /** Formats a message about the file itself as a line of it, with its newline. */
  note(message: string): Uint8Array;
  /** Told once when writing fails, and once when it works again. */
  onTrouble(message: string): void;
  /** Most bytes that wait in memory while the file cannot be written. Default 1 MiB. */
  bufferMaxBytes?: number;
  /** Time without the lock after which that counts as trouble. Default 5,000. */
  lockTimeoutMs?: number;
  /** Pause between two attempts. Default 1,000. */
  retryMs?: number;
  /** The file system; another one in tests. */
  driver?: FileDriver;
}

/** Most bytes that are written in one go. */
const sendMaxBytes = 64 * 1024;

/** A rotating file that any number of processes share. Opened with the first line. */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  readonly #kind: "log" | "history";
  readonly #file: SharedFile;
  readonly #pump: LinePump;
  /** Why the file cannot be written at the moment. */
  #trouble: string | undefined;
  #closed = false;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#kind = options.kind ?? "log";
    const { path, maxSizeBytes, maxFiles, mode, clock } = options;
    this.#file = new SharedFile({
      ...{ path, maxSizeBytes, maxFiles, mode, clock },
      head: () => options.head?.(),
      driver: options.driver ?? systemFiles,
      lockTimeoutMs: options.lockTimeoutMs ?? 5000,
      onLockWait: () => this.#beginTrouble("another process keeps it locked"),
    });
    this.#pump = new LinePump({
      send: (lines) => this.#file.append(lines),
      gapNote: (lines) => options.note(this.#gapText(lines)),
      onSent: (error, gapLines) => this.#onSent(error, gapLines),
      bufferMaxBytes: options.bufferMaxBytes ?? 1024 * 1024,
      sendMaxBytes,
      retryMs: options.retryMs ?? 1000,
      clock,
    });
  }

  /** Accepts one or more whole lines, each with its newline, and returns at once. */
  write(lines: Uint8Array): void {
    this.#pump.push(lines);
  }

  /** True when all lines are in the file, false if that takes longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean> {
    return this.#pump.flush(timeoutMs);
  }

  /** Opens the path anew for the next line, as after SIGHUP, and ends a pause after a failure. */
  reopen(): void {
    this.#file.reopen();
    this.#pump.retryNow();
  }

  /**
   * Writes what waits, for at most `timeoutMs`, and closes. What could not be written is told.
   * A wait for a lock that a frozen process holds cannot be taken back: until it ends the runtime
   * does not end by itself, only by `Deno.exit`.
   */
  async close(timeoutMs: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pump.flush(timeoutMs);
    const lost = this.#pump.stop();
    if (lost > 0) this.#options.onTrouble(this.#gapText(lost));
    this.#file.close();
  }

  #onSent(error: unknown, gapLines: number): void {
    if (gapLines > 0) this.#options.onTrouble(this.#gapText(gapLines));
    if (error !== undefined) return this.#beginTrouble(reasonOf(error, this.#kind));
    // Until the gap is told the reason for it is needed.
    if (this.#trouble === undefined || this.#pump.hasGap) return;
    this.#trouble = undefined;
    const subject = this.#kind === "log" ? "Log file" : "History file";
    if (gapLines === 0) this.#options.onTrouble(`${subject} ${this.#name} can be written again`);
  }

  #beginTrouble(reason: string): void {
    const first = this.#trouble === undefined;
    this.#trouble = reason;
    if (first) {
      this.#options.onTrouble(
        `Cannot write ${this.#kind} file ${this.#name}: ${reason}; trying again`,
      );
    }
  }

  #gapText(lines: number): string {
    const reason = this.#trouble ??
      (this.#closed ? `the ${this.#kind} was closed first` : "the disk is too slow");
    const subject = lines === 1 ? `1 ${this.#kind} line` : `${lines} ${this.#kind} lines`;
    return `${subject} could not be written to ${this.#name}: ${reason}`;
  }

  get #name(): string {
    return JSON.stringify(this.#options.path);
  }
}

/** The cause in words. */
function reasonOf(error: unknown, kind: "log" | "history"): string {
  if (error instanceof UntrustedPathError) {
    return `${error.message}; name another file, or none, in the option ${kind}File`;
  }
  return systemErrorWords(error);
}
