/**
 * What is to happen when something is given up.
 *
 * @module
 */

/**
 * Calls `action` once when `signal` is aborted, at once if it already is: an abort may come between
 * the end of one step and the beginning of the next, and would be missed by a mere listener.
 *
 * @returns a function after which nothing is called any more
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) {
    action();
    return () => {};
  }
  signal.addEventListener("abort", action, { once: true });
  return () => signal.removeEventListener("abort", action);
}

/** The result of `work`, or a rejection with the abort reason as soon as `signal` is aborted. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(forget);
  });
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => onAbort(signal, () => resolve(undefined)));
}
