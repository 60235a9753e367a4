/**
 * The other half of a recording: its steps taken again, by a core of this program.
 *
 * Nothing in a file is trusted: each line is checked before the core sees it, and a fault names the
 * line. Only the last line may be cut off, because that is how a killed process leaves it.
 *
 * @module
 */
import type * as v from "valibot";
import type { Effect, Input } from "../core/input.ts";
import { Membership } from "../core/membership.ts";
import { seededRandom } from "../core/base/random.ts";
import { digestOf, recordingFormat, recordingVersion } from "./recording.ts";
import type { RecordingHeader } from "./recording.ts";
import { headerSchema, inputFault, schemaFault, stepSchema } from "./recording_schema.ts";

/** One step of a recording, taken again. */
export interface ReplayedStep {
  /** Its line in the recording; the first step stands in line 2. */
  readonly line: number;
  /** Monotonic time of the recorded node, in milliseconds. */
  readonly at: number;
  readonly input: Input;
  /** What is decided now, … */
  readonly effects: readonly Effect[];
  /** … the fingerprint of that, … */
  readonly digest: string;
  /** … and of what was decided then. */
  readonly expected: string;
  /** True if these are equal. */
  readonly same: boolean;
}

/**
 * Takes all steps of a recording again.
 *
 * @param lines with their line breaks, see {@linkcode linesOf}
 * @throws {SyntaxError} if the first line is no header
 * @example
 * ```ts
 * import { linesOf } from "./recording.ts";
 * import { replay } from "./replay.ts";
 *
 * export function firstDifference(text: string): number | undefined {
 *   for (const { line, same } of replay(linesOf(text))) if (!same) return line;
 *   return undefined;
 * }
 * ```
 */
export function replay(lines: Iterable<string>): Replay {
  return new Replay(lines);
}

/** A recording that is being replayed; its steps can be read once. */
export class Replay implements Iterable<ReplayedStep> {
  readonly header: RecordingHeader;
  /**
   * The number of the last line if only its beginning is there, as after the end of a process that
   * was killed; it is left out. Known when all steps were read.
   */
  cutOffLine: number | undefined;
  readonly #lines: Iterator<string>;
  readonly #core: Membership;

  /** @throws {SyntaxError} if the first line is no header */
  constructor(lines: Iterable<string>) {
    this.#lines = lines[Symbol.iterator]();
    const first = this.#lines.next();
    if (first.done === true) throw new SyntaxError("It is empty");
    this.header = decodeHeader(first.value);
    const { settings, seed, now } = this.header;
    this.#core = new Membership(settings, seededRandom(seed), now);
  }

  /**
   * The steps in order. After one that differs the others say little: the cores have parted.
   *
   * @throws {SyntaxError} when it comes to a line that is damaged; the message has its number
   */
  *[Symbol.iterator](): Generator<ReplayedStep, undefined> {
    let line = 1;
    for (let next = this.#lines.next(); next.done !== true; next = this.#lines.next()) {
      line++;
      const value = parse(next.value);
      if (value === undefined && !next.value.endsWith("\n")) {
        this.cutOffLine = line;
        return;
      }
      const { at, input, digest: expected } = decodeStep(value, line);
      const effects = this.#core.step(input, at);
      const digest = digestOf(effects);
      yield { line, at, input, effects, digest, expected, same: digest === expected };
    }
  }
}

function decodeHeader(text: string): RecordingHeader {
  const value = parse(text) as { format?: unknown; version?: unknown } | null | undefined;
  if (value?.format !== recordingFormat) {
    throw new SyntaxError("It does not begin as a recording does");
  }
  if (value.version !== recordingVersion) {
    const found = JSON.stringify(value.version);
    throw new SyntaxError(
      `Its version is ${found}, and only version ${recordingVersion} can be read`,
    );
  }
  const fault = schemaFault(headerSchema, value);
  if (fault !== undefined) throw new SyntaxError(`Line 1 is damaged: ${fault}`);
  const header = value as unknown as v.InferOutput<typeof headerSchema>;
  const statusEntriesMax = header.settings.statusEntriesMax ?? Infinity;
  return { ...header, settings: { ...header.settings, statusEntriesMax } };
}

function decodeStep(
  value: unknown,
  line: number,
): { readonly at: number; readonly input: Input; readonly digest: string } {
  const fault = value === undefined
    ? "it is not JSON"
    : schemaFault(stepSchema, value) ?? inputFault((value as { input?: unknown }).input);
  if (fault !== undefined) throw new SyntaxError(`Line ${line} is damaged: ${fault}`);
  return value as { at: number; input: Input; digest: string };
}

/** The JSON value of a line; `undefined` if it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
