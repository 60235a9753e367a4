/**
 * The file of a recording: takes a line for each step of the core, and writes them when it can.
 *
 * A node must not suffer from being looked at. Lines are kept in memory and written once a second,
 * beside the node's own work. A recording with a gap could not be replayed, so there is no trying
 * again: a file that cannot be written, a disk that is full or too slow, a file that has become too
 * large each end the recording with one warning, and the node goes on.
 *
 * A recording that is there already is kept beside the new one as `.1`: it may hold the reason why
 * the node had to be started again.
 *
 * @module
 */
import { dirname } from "node:path";
import { withDeadline } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Effect, Input } from "./core/input.ts";
import { encodeHeader, encodeStep } from "./recording/recording.ts";
import type { Recorder } from "./recording/recording.ts";
import type { Settings } from "./core/settings.ts";
import { systemErrorWords } from "./core/base/system_error.ts";
import { encodeUtf8 } from "./core/base/text.ts";
import { statOrNothing } from "./files/own_file.ts";
import { requireTrusted } from "./files/trusted_path.ts";

/** Largest recording, in bytes: days of a small cluster. */
export const recordingMaxBytes: number = 2 ** 30;

/** Most bytes that wait for a slow disk. */
const waitingMaxBytes = 16 * 2 ** 20;

/** As soon as so many bytes wait, they are written. */
const writeAtBytes = 256 * 1024;

/** Longest time that a line waits to be written, in milliseconds. */
const writeDelayMs = 1000;

/** How long the end of a node waits for the disk, in milliseconds. */
const closeTimeoutMs = 1000;

/** What a {@linkcode FileRecorder} needs. */
export interface FileRecorderOptions {
  /** The file; it is readable for its user only. Its directory is made when missing. */
  readonly path: string;
  /** Program and version that records. */
  readonly software: string;
  /** Of the random numbers that the core is handed. */
  readonly seed: number;
  readonly clock: Clock;
  /** Told at most once: why nothing more is recorded. */
  onTrouble(message: string): void;
  /** Largest recording. Default {@linkcode recordingMaxBytes}. */
  readonly maxSizeBytes?: number;
}

/** Records into a file. */
export class FileRecorder implements Recorder, AsyncDisposable {
  readonly #options: FileRecorderOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** All bytes so far, those that wait included. */
  #sizeBytes = 0;
  /** After `ending` nothing more is taken, after `over` nothing more is written. */
  #state: "recording" | "ending" | "over" = "recording";
  #told = false;
  #file: Deno.FsFile | undefined;
  #writing: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: FileRecorderOptions) {
    this.#options = options;
  }

  /** Opens the file and writes the header; without waiting for it. */
  begin(settings: Settings, now: number): void {
    const { software, seed } = this.#options;
    this.#push(encodeHeader({ software, settings, seed, now }));
    void this.#write();
  }

  /** Takes one step; returns at once. */
  step(input: Input, now: number, effects: readonly Effect[]): void {
    if (this.#state === "recording") this.#push(encodeStep(input, now, effects));
  }

  /** Writes what waits, for at most a second, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await withDeadline(this.#options.clock, closeTimeoutMs, "writing", this.#finish());
    } catch {
      this.#fail("the disk is too slow");
    }
  }

  #push(line: string): void {
    const bytes = encodeUtf8(line);
    const { maxSizeBytes = recordingMaxBytes } = this.#options;
    if (this.#sizeBytes + bytes.length > maxSizeBytes) {
      this.#tell(`the file would grow beyond ${maxSizeBytes / 2 ** 20} MiB`);
      return void this.#finish();
    }
    if (this.#waitingBytes + bytes.length > waitingMaxBytes) {
      return this.#fail("the disk is too slow");
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#sizeBytes += bytes.length;
    if (this.#waitingBytes >= writeAtBytes) void this.#write();
    else this.#cancelTimer ??= this.#options.clock.after(writeDelayMs, () => void this.#write());
  }

  /** Writes all that waits; at most one write is under way. Never rejects. */
  #write(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    return this.#writing ??= this.#writeAll().finally(() => this.#writing = undefined);
  }

  async #writeAll(): Promise<void> {
    try {
      this.#file ??= await createFile(this.#options.path);
      if (this.#state === "over") return this.#close();
      for (let lines = this.#take(); lines.length > 0; lines = this.#take()) {
        for (let at = 0; at < lines.length;) at += await this.#file.write(lines.subarray(at));
      }
    } catch (error) {
      this.#fail(systemErrorWords(error));
    }
  }

  #take(): Uint8Array {
    const lines = new Uint8Array(this.#waitingBytes);
    let at = 0;
    for (const line of this.#waiting) {
      lines.set(line, at);
      at += line.length;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    return lines;
  }

  /** Takes no more, writes the rest, and closes the file. Never rejects. */
  async #finish(): Promise<void> {
    if (this.#state === "recording") this.#state = "ending";
    while (this.#waiting.length > 0 || this.#writing !== undefined) await this.#write();
    this.#close();
  }

  #fail(reason: string): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#tell(reason);
    this.#close();
  }

  #tell(reason: string): void {
    if (this.#told) return;
    this.#told = true;
    const name = JSON.stringify(this.#options.path);
    this.#options.onTrouble(`Cannot record to ${name}: ${reason}; nothing more is recorded`);
  }

  #close(): void {
    this.#state = "over";
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#file?.close();
    this.#file = undefined;
  }
}

/** A new file for its user only; a regular one that is there makes way, a device is written to. */
async function createFile(path: string): Promise<Deno.FsFile> {
  await requireTrusted(path);
  const before = await statOrNothing(path);
  if (before?.isCharDevice) return await Deno.open(path, { write: true });
  if (before !== undefined && !before.isFile) {
    throw new TypeError(before.isDirectory ? "it is a directory" : "it is not a regular file");
  }
  if (before !== undefined) await Deno.rename(path, `${path}.1`);
  else await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
}
