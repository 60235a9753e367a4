/**
 * Notices that this machine has got other addresses: a container that was put into another network, a
 * laptop that has changed its own.
 *
 * The system could tell, but not through this runtime, so it is asked now and then. That costs next to
 * nothing, as nearly always nothing has changed.
 *
 * @module
 */
import { sleep } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { Address } from "../core/base/address.ts";

/** How often to look, in milliseconds. */
const lookMs = 1000;

/** What there is to watch. */
export interface AddressWatchParts {
  readonly clock: Clock;
  /** Where peers can reach this node now; `undefined` if that is as before, or nowhere. */
  look(): Promise<readonly Address[] | undefined>;
}

/**
 * Calls `onMoved` with all addresses whenever they may be others than before, until `signal`
 * aborts.
 */
export async function watchAddresses(
  { clock, look }: AddressWatchParts,
  onMoved: (addresses: readonly Address[]) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(clock, lookMs, signal).catch(() => {});
    if (signal.aborted) return;
    const addresses = await look();
    if (addresses !== undefined && !signal.aborted) onMoved(addresses);
  }
}
