/**
 * Who wants to hear from the loop itself that it turns: the watchdog of the system, and whatever is
 * looked after now and then.
 *
 * To wake the process costs far more than what is done in it. So those whose time has nearly come hear
 * of a turn that is made anyway, and one is made for them only if there is none for long.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";

/** Hears of turns. */
export interface TurnListener {
  /** Longest time from one turn that it hears of to the next, in milliseconds. */
  readonly everyMs: number;
  /** A turn was made. */
  turned(): void;
}

/** Part of its time after which a listener hears of a turn that is made anyway. */
const earlyShare = 0.75;

/** All listeners of one loop. */
export class Turns {
  readonly #barrier: Barrier;
  readonly #listeners: readonly TurnListener[];
  /** When each one heard of a turn, on the clock of the loop. */
  readonly #heardAt = new Map<TurnListener, number>();

  constructor(listeners: readonly TurnListener[], barrier: Barrier) {
    this.#listeners = listeners;
    this.#barrier = barrier;
  }

  /** When a turn has to be made, on the clock of the loop. */
  get wakeAt(): number {
    const due = this.#listeners.map((one) => this.#heardSince(one) + one.everyMs);
    return Math.min(Infinity, ...due);
  }

  /** A turn was made. */
  made(now: number): void {
    for (const listener of this.#listeners) {
      if (now < this.#heardSince(listener) + listener.everyMs * earlyShare) continue;
      this.#heardAt.set(listener, now);
      this.#barrier.run("a listener of the loop", () => listener.turned());
    }
  }

  #heardSince(listener: TurnListener): number {
    return this.#heardAt.get(listener) ?? -Infinity;
  }
}
