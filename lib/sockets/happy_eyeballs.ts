/**
 * Several addresses of one host: tried side by side, each a little later than the one before, because
 * one that does not answer says nothing about the others (RFC 8305, "Happy Eyeballs").
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { ipFamily } from "../core/base/address.ts";

/**
 * Pause before the next address is tried beside those that have not answered yet, in milliseconds:
 * the Connection Attempt Delay of RFC 8305.
 */
export const attemptDelayMs = 250;

/** IPv6 and IPv4 in turn, beginning with the family of the first; within one the order given. */
export function interleaved<T extends { readonly host: string }>(places: readonly T[]): T[] {
  const families = [...Map.groupBy(places, ({ host }) => ipFamily(host)).values()];
  return families.length < 2
    ? [...places]
    : places.flatMap((_, index) => families.flatMap((family) => family[index] ?? []));
}

/**
 * Calls `attempt` for one of `hosts`, of which there is at least one, after the other: the next one
 * as soon as one fails, or {@linkcode attemptDelayMs} after it was begun.
 *
 * @param attempt rejects if it fails; its signal is aborted when another one was faster or `signal` is
 * @param late is given what comes of an attempt when another one was faster
 * @returns what the first that succeeds gives
 * @throws the reason of the attempt that failed last if all fail; that of `signal` if it was aborted
 */
export async function firstOf<T>(
  hosts: readonly string[],
  clock: Clock,
  signal: AbortSignal,
  attempt: (host: string, signal: AbortSignal) => Promise<T>,
  late: (result: T) => void,
): Promise<T> {
  signal.throwIfAborted();
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const waiting = [...hosts];
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let running = 0;
  let cancel: (() => void) | undefined;
  const startNext = (): void => {
    cancel?.();
    const host = waiting.shift();
    if (host === undefined || either.aborted) return;
    running++;
    attempt(host, either).then((result) => {
      if (over.signal.aborted) return late(result);
      over.abort();
      resolve(result);
    }, (error) => {
      running--;
      if (running === 0 && (waiting.length === 0 || either.aborted)) reject(error);
      else startNext();
    });
    if (waiting.length > 0) cancel = clock.after(attemptDelayMs, startNext);
  };
  startNext();
  try {
    return await promise;
  } finally {
    cancel?.();
  }
}
