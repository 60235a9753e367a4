/**
 * Tells of faults of the program in the log.
 *
 * @module
 */
import { stackFrames } from "../barrier.ts";
import type { Fault } from "../barrier.ts";
import type { Log } from "../log/log.ts";

/** Places on the stack that stand in the line; JSON lines have all. */
const framesShown = 6;

/** How each line begins that tells of a fault of the program: tests look for it. */
export const faultWords = "Program fault";

/** Writes the first fault of a kind with its stack, and later ones as a number. */
export function logFault(log: Log, { where, error, count }: Fault): void {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const properties = { event: "fault", where, occurrenceCount: count } as const;
  if (count > 1) {
    return log.error(`${faultWords} in ${where} for the ${count}th time: ${what}`, properties);
  }
  const stack = stackFrames(error);
  const places = stack.length === 0 ? "" : ` (${stack.slice(0, framesShown).join(" ")})`;
  log.error(`${faultWords} in ${where}: ${what}${places}`, { ...properties, stack: [...stack] });
}
