/**
 * The history of a real node: in memory, and in a file if there is one.
 *
 * @module
 */
import { withDeadline } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { badLinksChanged } from "../core/explain/history.ts";
import type { HistoryEvent, HistoryPart } from "../core/explain/history.ts";
import type { LinkFinding } from "../core/explain/link_matrix.ts";
import type { NodeName } from "../core/base/name.ts";
import { systemErrorWords } from "../core/base/system_error.ts";
import { concatenate } from "../lines/line_queue.ts";
import { RotatingFile } from "../lines/rotating_file.ts";
import type { History, HistoryPage, HistoryRun, SeenHistoryChange } from "./history.ts";
import { HistoryMemory } from "./history_memory.ts";
import { readHistory, withCrashes } from "./read_history.ts";
import { encodeLine } from "./remembered.ts";
import type { Remembered } from "./remembered.ts";

/** Largest size of each of the two halves of the file, in bytes. */
export const halfMaxBytes = 2_500_000;

/** Most bytes in memory of a history without a file. */
export const memoryMaxBytes = 1_000_000;

/** Most of a half that what still holds may take at its beginning, in bytes. */
const headMaxBytes = halfMaxBytes / 4;

/** Most characters of what is wrong with links at one time, as JSON. */
const findingsMaxLength = 16_000;

/** Pause before a file is tried again that could not be written, in milliseconds. */
const retryMs = 60_000;

/** How long a disk may take to give what earlier runs have left, in milliseconds. */
const readTimeoutMs = 10_000;

/** How long the end of a node waits for the disk, in milliseconds. */
const closeTimeoutMs = 1000;

/** What a {@linkcode NodeHistory} needs. */
export interface NodeHistoryOptions {
  readonly clock: Clock;
  /** How long what happened is told, in milliseconds. */
  readonly keepMs: number;
  /** The file of a node of that name; `undefined` for none. It is readable for its user only. */
  path(name: NodeName): string | undefined;
  /** Told what is wrong with the file; the rest is remembered in memory. */
  onTrouble(message: string): void;
  /** Largest size of each half of the file; {@linkcode halfMaxBytes} if left out. */
  readonly maxSizeBytes?: number;
}

/** Remembers for one run of a node. */
export class NodeHistory implements History {
  readonly #options: NodeHistoryOptions;
  readonly #maxSizeBytes: number;
  #memory: HistoryMemory;
  #file: RotatingFile | undefined;
  #run: HistoryRun | undefined;
  /** What waits for the name of the run, and for what earlier runs have left. */
  #early: Remembered[] | undefined = [];
  #opening: Promise<void> | undefined;
  /** What was wrong with links when that was remembered, and at the last look. */
  #findings: readonly LinkFinding[] = [];
  #looked: readonly LinkFinding[] = [];

  constructor(options: NodeHistoryOptions) {
    this.#options = options;
    this.#maxSizeBytes = options.maxSizeBytes ?? halfMaxBytes;
    this.#memory = new HistoryMemory(memoryMaxBytes);
  }

  begin(run: HistoryRun): void {
    if (this.#run !== undefined) return;
    this.#run = run;
    const { name, instance, cluster, software } = run;
    const early = this.#early?.map((entry) => ({ ...entry, run: instance })) ?? [];
    const started = this.#remembered({ kind: "started", name, cluster, software });
    this.#early = [{ ...started, at: Math.min(started.at, early[0]?.at ?? Infinity) }, ...early];
    const path = this.#options.path(name);
    if (path === undefined) this.#opened([]);
    else this.#opening = this.#open(path, run);
  }

  add(changes: readonly SeenHistoryChange[]): void {
    const entries = changes.map(({ at, ...change }) => this.#remembered(change, at));
    if (entries.length > 0) this.#take(entries);
  }

  links(findings: readonly LinkFinding[]): void {
    const isPassing = badLinksChanged(this.#looked, findings);
    this.#looked = findings;
    if (isPassing || !badLinksChanged(this.#findings, findings)) return;
    this.#findings = findings;
    this.#take([this.#remembered({ kind: "links-changed", findings: theGravest(findings) })]);
  }

  end(reason: string): void {
    if (this.#run === undefined) return;
    this.#take([this.#remembered({ kind: "stopped", name: this.#run.name, reason })]);
  }

  part(sinceMs: number): HistoryPart {
    return this.#memory.part(Math.min(sinceMs, this.#options.keepMs), this.#now());
  }

  page(sinceMs: number, from?: number): HistoryPage {
    return this.#memory.page(Math.min(sinceMs, this.#options.keepMs), from, this.#now());
  }

  /** Writes what waits, for at most a second, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    try {
      if (this.#opening !== undefined) {
        await withDeadline(clock, closeTimeoutMs, "reading the history", this.#opening);
      }
    } catch {
      // The disk is too slow: what it holds is of no use any more.
    }
    await this.#file?.close(closeTimeoutMs);
  }

  /** Never rejects. */
  async #open(path: string, run: HistoryRun): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const name = JSON.stringify(path);
    try {
      const maxBytes = this.#maxSizeBytes;
      const reading = readHistory(path, run, { maxBytes, clock });
      const { entries, strangers } = await withDeadline(clock, readTimeoutMs, path, reading);
      if (strangers.length > 0) {
        onTrouble(
          `History file ${name} also holds the history of ${strangers.slice(0, 10).join(", ")}, ` +
            "which is left out; name another file for each node in the option historyFile",
        );
      }
      this.#memory = new HistoryMemory(2 * maxBytes);
      this.#file = new RotatingFile({
        ...{ path, kind: "history", mode: 0o600, maxSizeBytes: maxBytes, maxFiles: 2 },
        ...{ clock, onTrouble, retryMs },
        note: () => new Uint8Array(0),
        head: () => this.#head(),
      });
      this.#opened(entries);
    } catch (error) {
      const reason = systemErrorWords(error);
      onTrouble(`Cannot use history file ${name}: ${reason}; the history is in memory only`);
      this.#opened([]);
    }
  }

  /** What earlier runs have left goes before what waited; only the latter is to be written. */
  #opened(left: readonly Remembered[]): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    const begun = withCrashes([...left, ...early.slice(0, 1)]);
    for (const entry of begun) this.#memory.add(entry);
    for (const entry of early.slice(1)) this.#memory.add(entry);
    this.#file?.write(concatenate(early.map(encodeLine)));
  }

  #take(entries: readonly Remembered[]): void {
    if (this.#early !== undefined) return void this.#early.push(...entries);
    for (const entry of entries) this.#memory.add(entry);
    this.#file?.write(concatenate(entries.map(encodeLine)));
  }

  /** The newest of what still holds, as far as it fits. */
  #head(): Uint8Array {
    const lines = this.#memory.standing().map(encodeLine);
    let bytes = 0;
    const kept = lines.toReversed().filter((line) => (bytes += line.length) <= headMaxBytes);
    return concatenate(kept.toReversed());
  }

  #remembered(event: HistoryEvent, at = this.#options.clock.now()): Remembered {
    const { clock } = this.#options;
    const time = clock.wallTime() - (clock.now() - at);
    return { run: this.#run?.instance ?? "", at, time, event };
  }

  #now(): Pick<Remembered, "run" | "at" | "time"> {
    const { clock } = this.#options;
    return { run: this.#run?.instance ?? "", at: clock.now(), time: clock.wallTime() };
  }
}

/** As many of the first as fit an answer beside others. */
function theGravest(findings: readonly LinkFinding[]): readonly LinkFinding[] {
  let length = 0;
  const end = findings.findIndex((one) =>
    (length += JSON.stringify(one).length) > findingsMaxLength
  );
  return end < 0 ? findings : findings.slice(0, end);
}
