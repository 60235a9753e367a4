/**
 * SIGINT and SIGTERM as an abort signal with the exit code that belongs to it.
 *
 * @module
 */

import { systemClock } from "../../clock.ts";

/** Waits for an interruption; dispose it to stop listening. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, 129 after {@linkcode hangUp}, 0 before. */
  readonly exitCode: number;
  /** What has come, as a clause: `SIGTERM has come`; `undefined` before. */
  readonly reason: string | undefined;
  /** The terminal is gone: as if a signal had come. */
  hangUp(): void;
}

/** Exit codes by signal, as shells count them: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** The exit code after Ctrl-C. */
export const interruptExitCode = exitCodes.SIGINT;

const hangUpExitCode = 129;

/**
 * Signals that come within this time of one that counts are that one, in milliseconds: a terminal,
 * `timeout` and systemd send it to a whole group, and what stands in front of the program there, such
 * as `npx`, passes it on once more.
 */
const repeatsMs = 200;

/**
 * Returns a function to be called at each signal, that is true for those that count.
 *
 * @param now monotonic time in milliseconds
 */
export function withoutRepeats(now: () => number): () => boolean {
  let countedAtMs = -Infinity;
  return () => {
    const counts = now() - countedAtMs >= repeatsMs;
    if (counts) countedAtMs = now();
    return counts;
  };
}

/**
 * Begins to listen.
 *
 * @param again called with its exit code for each further signal; by default the process ends at once
 */
export function untilInterrupted(again: (exitCode: number) => void = Deno.exit): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  let reason: string | undefined;
  const counts = withoutRepeats(systemClock.now);
  const interrupt = (code: number, why: string): void => {
    if (controller.signal.aborted) return;
    exitCode = code;
    reason = why;
    controller.abort();
  };
  const listeners = Object.entries(exitCodes).map(([name, code]) => {
    const listener = (): void => {
      if (!counts()) return;
      if (controller.signal.aborted) again(code);
      else interrupt(code, `${name} has come`);
    };
    Deno.addSignalListener(name as Deno.Signal, listener);
    return [name as Deno.Signal, listener] as const;
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    get reason() {
      return reason;
    },
    hangUp: () => interrupt(hangUpExitCode, "its terminal was closed"),
    [Symbol.dispose]() {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}
