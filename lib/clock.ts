/**
 * The only place, next to the composition root, where time enters the program.
 *
 * Two clocks that must never be mixed: the monotonic one measures, the wall clock is shown to
 * people. Nothing is ever decided by a wall clock, because those of two hosts are not comparable.
 *
 * @module
 */
import { Alarms } from "./alarms.ts";

/** Source of time, handed to everything that measures or waits. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary start, a whole number. */
  now(): number;
  /** Monotonic microseconds since the same start, a whole number: for round trips. */
  nowUs(): number;
  /** Wall-clock milliseconds since 1970-01-01 UTC, a whole number: to show, never to compare. */
  wallTime(): number;
  /**
   * Calls `callback` once after `delayMs` (at least 0); returns a function that cancels it.
   * Cancelling twice, or after the call, does nothing.
   */
  after(delayMs: number, callback: () => void): () => void;
}

const alarms = new Alarms({
  now: () => performance.now(),
  set(delayMs, ring) {
    const timer = setTimeout(ring, delayMs);
    return () => clearTimeout(timer);
  },
});

/** The real clock of the machine. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.now()),
  nowUs: () => Math.floor(performance.now() * 1000),
  wallTime: () => Date.now(),
  after: (delayMs, callback) => alarms.after(delayMs, callback),
};

/** A timer that comes later than by this shows that this process was held up, in milliseconds. */
export const heldUpMs = 50;

/** So often a deadline is given again; a machine that is busy for ever must not make it endless. */
const againMax = 4;

/**
 * As `clock.after`, for what others have to do within `delayMs`: where this process is held up, what
 * they have done waits here to be looked at, and time that has passed says nothing about them. So a
 * deadline to which this process itself comes late is given again, a few times.
 */
export function afterPatiently(clock: Clock, delayMs: number, callback: () => void): () => void {
  let givenAgain = 0;
  const wait = (): () => void => {
    const dueAt = clock.now() + delayMs;
    return clock.after(delayMs, () => {
      if (clock.now() - dueAt <= heldUpMs || givenAgain === againMax) return callback();
      givenAgain++;
      cancel = wait();
    });
  };
  let cancel = wait();
  return () => cancel();
}

/**
 * Resolves after `delayMs` on `clock`.
 *
 * @throws the abort reason as soon as `signal` is aborted
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Thrown by {@linkcode withDeadline} when time is up. */
export class DeadlineError extends Error {
  override name = "DeadlineError";
}

/**
 * The result of `work`, or a rejection with {@linkcode DeadlineError} after `timeoutMs`.
 * The work itself cannot be stopped by this; its late result or failure is ignored.
 *
 * @param what names the work in the error: "listing file:///tmp/x"
 */
export function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  what: string,
  work: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(
      timeoutMs,
      () => reject(new DeadlineError(`No answer within ${timeoutMs} ms: ${what}`)),
    );
    work.then(resolve, reject).finally(cancel);
  });
}
