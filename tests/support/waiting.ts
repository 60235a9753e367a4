/**
 * Waiting for what happens, never for a time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sleep, systemClock } from "../../lib/clock.ts";

/** Longest wait for anything, in milliseconds. */
export const patienceMs = 20_000;

/** Waits until `isSo`, for what nothing tells of; fails after {@linkcode patienceMs}. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + patienceMs;
  while (!await isSo()) {
    assert.ok(systemClock.now() < deadline, `not within ${patienceMs} ms: ${what}`);
    await sleep(systemClock, 1);
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function settle(): Promise<void> {
  return sleep(systemClock, 0);
}
