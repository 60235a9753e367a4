/**
 * A recording: everything that one core was told, so that it can be told again.
 *
 * A core decides by nothing but its settings, a seed, and inputs with their times. Whoever hands
 * another core the same gets the same decisions, later and elsewhere: what went wrong at night can
 * be looked at by day. The text is JSON lines: a header, then one line for each step.
 *
 *     {"format":"clusternode-recording","version":1,"software":…,"settings":…,"seed":…,"now":…}
 *     {"at":…,"input":{"kind":…},"digest":"0a1b2c3d"}
 *
 * What was decided is not kept, only a fingerprint of it, by which a replay finds the first step that
 * goes another way; see `replay.ts`. There are no secrets in a recording: cookies never reach the
 * core, and messages name registries without their passwords. Names, addresses and tags are in it.
 *
 * @module
 */
import { hashText } from "../core/base/hash.ts";
import type { Effect, Input } from "../core/input.ts";
import type { Settings } from "../core/settings.ts";

/** The first words of every recording. */
export const recordingFormat = "clusternode-recording";

/** Layout of the lines. */
export const recordingVersion = 1;

/** What the core of a node was made from. */
export interface RecordingHeader {
  /** Program and version that recorded, such as `clusternode/0.1.0`. */
  readonly software: string;
  readonly settings: Settings;
  /** Of the random numbers that the core was handed. */
  readonly seed: number;
  /** Monotonic time at which it was made, in milliseconds. */
  readonly now: number;
}

/** Is told all that a core is told, and what it decided. Must neither throw nor wait. */
export interface Recorder {
  /** A core was made at monotonic time `now`; once, and first. */
  begin(settings: Settings, now: number): void;
  /** It took one step, with the very `now` that it was given. */
  step(input: Input, now: number, effects: readonly Effect[]): void;
}

/** The first line, with its line break. */
export function encodeHeader({ software, settings, seed, now }: RecordingHeader): string {
  const [format, version] = [recordingFormat, recordingVersion];
  return JSON.stringify({ format, version, software, settings, seed, now }) + "\n";
}

/** The line of one step, with its line break. */
export function encodeStep(input: Input, now: number, effects: readonly Effect[]): string {
  return JSON.stringify({ at: now, input, digest: digestOf(effects) }) + "\n";
}

/**
 * Eight hexadecimal digits that differ when decisions do. Of the text, so that it makes no difference
 * whether a field is undefined or missing, as it is after a recording was read.
 */
export function digestOf(effects: readonly Effect[]): string {
  return hashText(JSON.stringify(effects)).toString(16).padStart(8, "0");
}

/** `text` cut into lines with their line breaks; the last one may lack it. */
export function* linesOf(text: string): Generator<string, undefined> {
  for (let begin = 0; begin < text.length;) {
    const found = text.indexOf("\n", begin);
    const end = found < 0 ? text.length : found + 1;
    yield text.slice(begin, end);
    begin = end;
  }
}
