/**
 * SIGINT and SIGTERM as an abort signal with the exit code that belongs to it.
 *
 * @module
 */

/** Waits for an interruption; dispose it to stop listening. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, 0 before. */
  readonly exitCode: number;
}

/** Exit codes by signal, as shells count them: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Begins to listen; a second signal of the same kind ends the process at once. */
export function untilInterrupted(): Interruption {
  const controller = new AbortController();
  let exitCode = 0;
  const listeners = Object.entries(exitCodes).map(([name, code]) => {
    const listener = (): void => {
      if (controller.signal.aborted) Deno.exit(code);
      exitCode = code;
      controller.abort();
    };
    Deno.addSignalListener(name as Deno.Signal, listener);
    return [name as Deno.Signal, listener] as const;
  });
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}
