/**
 * Tells of changes, several at once if they come together, for as long as somebody wants to know.
 *
 * @module
 */
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { StorageFault } from "./storage_fault.ts";

/** Changes that come within this time are told once, in milliseconds. */
const gatherMs = 50;

/** Shortest and longest pause before a storage is listened to again, in milliseconds. */
const pauseMinMs = 100;
const pauseMaxMs = 5_000;

/** Is told by a storage that is listened to. */
export interface Listener {
  /** From now on every change is heard. */
  ready(): void;
  /** Something may have changed. */
  changed(): void;
}

/**
 * Calls `onChange` soon after changes, until `signal` is aborted.
 *
 * @param listen tells the listener until `signal` is aborted, or the way to the storage breaks; a
 * {@linkcode StorageFault} that it throws is a break, too
 */
export async function tellChanges(
  listen: (listener: Listener, signal: AbortSignal) => Promise<void>,
  clock: Clock,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  using hint = new Hint(clock, onChange);
  let pauseMs = pauseMinMs;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const listener: Listener = {
      ready() {
        pauseMs = pauseMinMs;
        // Whatever happened while nobody listened is news, too.
        if (!isFirst) hint.give();
      },
      changed: () => hint.give(),
    };
    try {
      await listen(listener, signal);
    } catch (error) {
      if (!(error instanceof StorageFault) && !signal.aborted) throw error;
    }
    await sleep(clock, pauseMs, signal).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, pauseMaxMs);
  }
}

/** Passes on that something has changed, a moment later. */
export class Hint implements Disposable {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #cancel: (() => void) | undefined;
  #isOver = false;

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Something has changed. */
  give(): void {
    if (this.#isOver) return;
    this.#cancel ??= this.#clock.after(gatherMs, () => {
      this.#cancel = undefined;
      this.#onChange();
    });
  }

  /** Nobody listens any more. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#cancel?.();
  }
}
