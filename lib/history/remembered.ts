/**
 * An event as it is remembered, and as a line of the file.
 *
 * It has two times. That on the clock of its run measures: two events of one run are as far apart as it
 * says, whatever was done to the wall clock between them. The wall clock is for people who read the
 * file, and to guess how long there was no run.
 *
 * @module
 */
import * as v from "valibot";
import type { HistoryEvent } from "../core/explain/history.ts";
import { instanceSchema } from "../core/members/row.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import { historyEventSchema } from "../protocol/history.ts";

/** An event with its times. */
export interface Remembered {
  /** Which run saw it: 32 hexadecimal digits. */
  readonly run: string;
  /** Monotonic time on the clock of that run, in milliseconds. */
  readonly at: number;
  /** Wall-clock time then, in milliseconds since 1970. */
  readonly time: number;
  readonly event: HistoryEvent;
}

const lineSchema = v.object({
  run: instanceSchema,
  atMs: v.pipe(v.number(), v.finite()),
  time: v.pipe(v.string(), v.maxLength(40), v.transform(Date.parse), v.finite()),
  event: historyEventSchema,
});

/** How each line begins, and so each file that is a history. */
export const lineStart = '{"run":"';

/** One line with its newline. */
export function encodeLine({ run, at, time, event }: Remembered): Uint8Array<ArrayBuffer> {
  const line = { run, atMs: at, time: new Date(time).toISOString(), event };
  return encodeUtf8(`${JSON.stringify(line)}\n`);
}

/** What a line says; `undefined` if it was cut off, or is somebody else's. */
export function decodeLine(line: string): Remembered | undefined {
  if (!line.startsWith(lineStart)) return undefined;
  try {
    const { success, output } = v.safeParse(lineSchema, JSON.parse(line));
    if (!success) return undefined;
    return { run: output.run, at: output.atMs, time: output.time, event: output.event };
  } catch {
    return undefined;
  }
}

/** The same for two lines that tell of the same: what still holds is told again in a new file. */
export function identityOf({ run, at, event }: Remembered): string {
  return "number" in event ? `${run} ${event.number}` : `${run} ${event.kind} ${at}`;
}
