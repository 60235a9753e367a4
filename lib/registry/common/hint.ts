/**
 * Tells of changes, several at once if they come together.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";

/** Changes that come within this time are told once, in milliseconds. */
const gatherMs = 50;

/** Passes on that something has changed, a moment later. */
export class Hint implements Disposable {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #delayMs: number;
  #cancel: (() => void) | undefined;
  #isOver = false;

  constructor(clock: Clock, onChange: () => void, delayMs = gatherMs) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#delayMs = delayMs;
  }

  /** Something has changed. */
  give(): void {
    if (this.#isOver) return;
    this.#cancel ??= this.#clock.after(this.#delayMs, () => {
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
