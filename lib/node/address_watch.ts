/**
 * Notices that this machine has got other addresses: a container that was put into another network, a
 * laptop that has changed its own.
 *
 * The system could tell, but not through this runtime, so it is asked now and then, whenever the loop
 * turns anyway. That costs next to nothing, as nearly always nothing has changed.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import type { Address } from "../core/base/address.ts";
import type { TurnListener } from "./turns.ts";

/** What there is to watch. */
export interface AddressWatchParts {
  readonly barrier: Barrier;
  /** Where peers can reach this node now; `undefined` if that is as before, or nowhere. */
  look(): Promise<readonly Address[] | undefined>;
  /** Is told all addresses whenever they may be others than before. */
  onMoved(addresses: readonly Address[]): void;
}

/** Looks at most once a second; disposing waits for the last look. */
export class AddressWatch implements TurnListener, AsyncDisposable {
  readonly everyMs = 1000;
  readonly #parts: AddressWatchParts;
  #looking: Promise<void> | undefined;

  constructor(parts: AddressWatchParts) {
    this.#parts = parts;
  }

  turned(): void {
    const look = (): Promise<void> => this.#look();
    this.#looking ??= this.#parts.barrier.settle("the watch for other addresses", look)
      .then(() => void (this.#looking = undefined));
  }

  async #look(): Promise<void> {
    const addresses = await this.#parts.look();
    if (addresses !== undefined) this.#parts.onMoved(addresses);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looking;
  }
}
