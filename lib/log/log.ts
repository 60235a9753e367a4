/**
 * The log of a node: one line per record, on the console and in the shared rotating file.
 *
 * Several nodes with different logs live side by side in one process, so a log is a value and nothing
 * of it is global. A program that embeds a node hands in functions instead: see `LogReceiver`.
 *
 * Opening a log touches nothing: the file is opened with the first line, in the background.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { ConsoleSink, type ConsoleWriter } from "./console_sink.ts";
import { type LineFormatter, lineFormatter, type LogFormat, type LogTime } from "./format.ts";
import { RotatingFile } from "../lines/rotating_file.ts";
import type { LogProperties } from "../report/log_report.ts";
import { reaches } from "./record.ts";
import type { Level, LogRecord } from "./record.ts";

export type { Level, LogProperties };

/** How a log is to be written. */
export interface LogOptions {
  /** Where lines for people go; a writer of one's own is for tests and embedding. */
  console: "stdout" | "stderr" | "none" | ConsoleWriter;
  /** Where records of level error go instead of the console, uncoloured. */
  errors?: ConsoleWriter;
  /** Colour the level word on the console. To be decided by the caller: terminal, `NO_COLOR`. */
  color: boolean;
  /** Path of the rotating file, shared with other processes; `undefined` for none. */
  file: string | undefined;
  /** Shape of the lines, on the console and in the file. */
  format: LogFormat;
  /** Shape of those on the console, if it differs: for a program that reads them. */
  consoleFormat?: LogFormat | undefined;
  /** What text lines show of the time. By default the file has the date, the journal no time. */
  time?: LogTime | "auto";
  /** True if the console is systemd's journal: lines begin with their priority. */
  isJournal?: boolean;
  /** Records below this level are not written. */
  level: Level;
  /** Largest size of one file, in bytes. */
  maxSizeBytes: number;
  /** Number of files in total, the current one included; at least 1. */
  maxFiles: number;
  clock: Clock;
  /** Told when the file cannot be written, and when it can again; the console is told anyway. */
  onTrouble?(message: string): void;
}

/** A log. Its methods never throw and never wait. */
export interface Log extends AsyncDisposable {
  debug(message: string, properties?: LogProperties): void;
  info(message: string, properties?: LogProperties): void;
  warning(message: string, properties?: LogProperties): void;
  error(message: string, properties?: LogProperties): void;
  /**
   * Gives these properties to all later records. `observer` says which node writes, and stands in
   * front of text lines, too.
   */
  bind(properties: LogProperties): void;
  /** True if a record of `level` is written: to spare the work for one that is not. */
  writes(level: Level): boolean;
  /** True when all is written, false if that takes longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Opens the file anew, as after SIGHUP. */
  reopen(): void;
  /** Writes what waits, for at most `timeoutMs`, and closes; later records go nowhere. */
  close(timeoutMs: number): Promise<void>;
}

/** Time that disposal may take, in milliseconds. */
const disposeTimeoutMs = 1000;

/** Opens a log; cheap, and no fault of a disk or terminal shows here or later as an error. */
export function openLog(options: LogOptions): Log {
  return new NodeLog(options);
}

class NodeLog implements Log {
  readonly #options: LogOptions;
  readonly #formatConsole: LineFormatter;
  readonly #formatErrors: LineFormatter;
  readonly #formatFile: LineFormatter;
  readonly #console: ConsoleSink | undefined;
  readonly #errors: ConsoleSink | undefined;
  readonly #file: RotatingFile | undefined;
  #bound: LogProperties = {};

  constructor(options: LogOptions) {
    const { clock, color, console, errors, file, format, maxFiles, maxSizeBytes } = options;
    const { time = "auto", isJournal = false, consoleFormat = format } = options;
    this.#options = options;
    const consoleTime = isJournal ? "none" : "time";
    const shown = { priority: isJournal, time: time === "auto" ? consoleTime : time };
    this.#formatConsole = lineFormatter(consoleFormat, { ...shown, color });
    this.#formatErrors = lineFormatter(consoleFormat, shown);
    this.#formatFile = lineFormatter(format, { time: time === "auto" ? "full" : time });
    const note = (message: string): Uint8Array => this.#noteLine(message, this.#formatConsole);
    const writer = consoleWriter(console);
    this.#console = writer && new ConsoleSink({ writer, clock, note });
    this.#errors = errors && new ConsoleSink({ writer: errors, clock, note });
    this.#file = file === undefined ? undefined : new RotatingFile({
      path: file,
      maxSizeBytes,
      maxFiles,
      clock,
      note: (message) => this.#noteLine(message, this.#formatFile),
      onTrouble: (message) => this.#onFileTrouble(message),
    });
  }

  debug(message: string, properties?: LogProperties): void {
    this.#log("debug", message, properties);
  }

  info(message: string, properties?: LogProperties): void {
    this.#log("info", message, properties);
  }

  warning(message: string, properties?: LogProperties): void {
    this.#log("warning", message, properties);
  }

  error(message: string, properties?: LogProperties): void {
    this.#log("error", message, properties);
  }

  bind(properties: LogProperties): void {
    this.#bound = { ...this.#bound, ...properties };
  }

  writes(level: Level): boolean {
    return reaches(level, this.#options.level);
  }

  async flush(timeoutMs: number): Promise<boolean> {
    const flushed = await Promise.all([
      this.#console?.flush(timeoutMs),
      this.#errors?.flush(timeoutMs),
      this.#file?.flush(timeoutMs),
    ]);
    return !flushed.includes(false);
  }

  reopen(): void {
    this.#file?.reopen();
  }

  async close(timeoutMs: number): Promise<void> {
    // The file first, as the console is told what of it was lost; then the rest of the time.
    const start = this.#options.clock.now();
    await Promise.all([this.#file?.close(timeoutMs), this.#console?.flush(timeoutMs)]);
    const passedMs = this.#options.clock.now() - start;
    const restMs = Math.max(0, timeoutMs - passedMs);
    await Promise.all([this.#console?.close(restMs), this.#errors?.close(restMs)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(disposeTimeoutMs);
  }

  #log(level: Level, message: string, properties: LogProperties = {}): void {
    if (!this.writes(level)) return;
    const record = this.#record(level, message, properties);
    if (level === "error" && this.#errors !== undefined) {
      this.#errors.write(encoder.encode(this.#formatErrors(record)));
    } else this.#console?.write(encoder.encode(this.#formatConsole(record)));
    this.#file?.write(encoder.encode(this.#formatFile(record)));
  }

  #record(level: Level, message: string, properties: LogProperties): LogRecord {
    const timestamp = this.#options.clock.wallTime();
    return { level, message, timestamp, properties: { ...this.#bound, ...properties } };
  }

  /** Trouble with the file is told everywhere but in the file; the level does not silence it. */
  #onFileTrouble(message: string): void {
    const record = this.#record("warning", message, {
      event: "log-file",
      logFile: this.#options.file,
    });
    this.#console?.write(encoder.encode(this.#formatConsole(record)));
    this.#options.onTrouble?.(message);
  }

  #noteLine(message: string, format: LineFormatter): Uint8Array {
    return encoder.encode(format(this.#record("warning", message, { event: "log-gap" })));
  }
}

const encoder = new TextEncoder();

function consoleWriter(console: LogOptions["console"]): ConsoleWriter | undefined {
  if (console === "stdout") return Deno.stdout;
  if (console === "stderr") return Deno.stderr;
  return console === "none" ? undefined : console;
}
