/**
 * `clusternode simulate --replay`: the recording of a node, played again as a story.
 *
 * The core of this program is told what the recorded one was told, at the same times, and it is
 * looked at whether it decides the same.
 *
 * @module
 */
import { errorText } from "../../core/base/error_text.ts";
import { describeChanges, groupChanges } from "../../core/members/change.ts";
import { formatAddress } from "../../core/base/address.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { Effect } from "../../core/input.ts";
import type { RecordingHeader } from "../../recording/recording.ts";
import { replay } from "../../recording/replay.ts";
import type { Replay, ReplayedStep } from "../../recording/replay.ts";
import { isoTime } from "../../report/iso_time.ts";
import { jsonText } from "../../report/json_text.ts";
import { softwareVersion } from "../../version.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { formatTable } from "../terminal/table.ts";
import type { CliContext } from "../context.ts";

/** Something that the node told, and when after its start. */
interface StoryLine {
  readonly atMs: number;
  readonly text: string;
}

/** How a replay went. */
interface Outcome {
  /** Steps that were taken again. */
  readonly steps: number;
  /** From the start of the node to the last of them, in milliseconds. */
  readonly spanMs: number;
  /** The first step that went another way; nothing is replayed after it. */
  readonly difference: ReplayedStep | undefined;
}

/**
 * Replays the recording in the file `path` and tells what the node told.
 *
 * @returns 0 if all was decided the same again, otherwise 1
 * @throws {CommandError} if the file cannot be read, is no recording or is damaged
 */
// deno-lint-ignore require-await -- as all commands it is a promise, and has nothing to wait for.
export async function replayFile(
  world: CliContext,
  path: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  try {
    const recording = replay(linesIn(world, path));
    if (!json) world.writeStdout(`${headerText(path, recording.header)}\n\n`);
    const story: StoryLine[] = [];
    const outcome = play(recording, (line) => {
      if (json) story.push(line);
      else world.writeStdout(`${storyText(line)}\n`);
    });
    world.writeStdout(
      json ? replayJson(recording, story, outcome) : `\n${outcomeText(recording, outcome)}\n`,
    );
    return outcome.difference === undefined ? exitCode.fine : exitCode.failed;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(`Cannot replay ${path}: ${error.message}`, { cause: error });
  }
}

/** The lines of the file; what hinders reading it becomes something to tell the user. */
function* linesIn(world: CliContext, path: string): Generator<string, undefined> {
  try {
    yield* world.readLines(path);
  } catch (error) {
    const reason = errorText(error);
    throw new CommandError(`Cannot read ${path}: ${reason}`, { cause: error });
  }
}

/** Takes the steps up to the first one that differs. */
function play(recording: Replay, onLine: (line: StoryLine) => void): Outcome {
  const begun = recording.header.now;
  let [steps, spanMs] = [0, 0];
  for (const step of recording) {
    steps++;
    spanMs = step.at - begun;
    for (const text of step.effects.flatMap(toldBy)) onLine({ atMs: spanMs, text });
    if (!step.same) return { steps, spanMs, difference: step };
  }
  return { steps, spanMs, difference: undefined };
}

/** What people are told of an effect, as sentences. */
function toldBy(effect: Effect): string[] {
  switch (effect.kind) {
    case "joined":
      return [`${effect.name} is registered`];
    case "changes":
      return groupChanges(effect.changes).map(describeChanges);
    case "note":
      return [effect.message];
    case "stop":
      return [effect.reason.kind === "left" ? "The node has left" : effect.reason.message];
    default:
      return [];
  }
}

function headerText(path: string, { software, settings, seed }: RecordingHeader): string {
  return formatTable(["RECORDING", path], [
    ["node", settings.name],
    ["instance", settings.instance],
    ["addresses", settings.addresses.map(formatAddress).join(", ")],
    ["started", settings.startedAt],
    ["software", software],
    ["interval", formatDuration(settings.intervalMs)],
    ["seed", String(seed)],
  ]);
}

function storyText({ atMs, text }: StoryLine): string {
  return escapeControls(`${secondsText(atMs).padStart(12)}  ${text}`);
}

/** Seconds to the millisecond, as in the story. */
function secondsText(spanMs: number): string {
  return `${(spanMs / 1000).toFixed(3)} s`;
}

function outcomeText({ header, cutOffLine }: Replay, outcome: Outcome): string {
  const { steps, spanMs, difference } = outcome;
  const lines = [];
  if (cutOffLine !== undefined) {
    lines.push(`Line ${cutOffLine}, the last one, is cut off and was left out.`);
  }
  const count = `${steps} ${steps === 1 ? "input" : "inputs"} in ${secondsText(spanMs)}`;
  if (difference === undefined) {
    lines.push(`${count}: the same decisions again`);
    return lines.join("\n");
  }
  const { line, input, effects, digest, expected } = difference;
  const kinds = effects.map(({ kind }) => kind).join(", ") || "nothing";
  lines.push(
    `${count}: differs first at step ${steps} (line ${line}): after "${input.kind}" it is ` +
      `${kinds} now, with the fingerprint ${digest}; ${expected} was recorded`,
  );
  const present = `clusternode/${softwareVersion}`;
  if (header.software !== present) {
    lines.push(escapeControls(`It was recorded by ${header.software}, and this is ${present}.`));
  }
  return lines.join("\n");
}

function replayJson(
  { header, cutOffLine }: Replay,
  story: readonly StoryLine[],
  { steps, spanMs, difference }: Outcome,
): string {
  const { software, seed, settings } = header;
  const { name, instance, addresses, startedAt, intervalMs } = settings;
  const text = jsonText({
    schema: "replay.v1",
    name,
    instance,
    addresses: addresses.map(formatAddress),
    startedAt: isoTime(startedAt),
    software,
    intervalMs,
    seed,
    story: story.map(({ atMs, text }) => ({ atMs, message: text })),
    stepCount: steps,
    virtualMs: spanMs,
    same: difference === undefined,
    difference: difference && {
      sequence: steps,
      line: difference.line,
      atMs: spanMs,
      input: JSON.stringify(difference.input),
      effects: JSON.stringify(difference.effects),
      digest: difference.digest,
      expectedDigest: difference.expected,
    },
    cutOffLine,
  });
  return `${text}\n`;
}
