/**
 * Tells that this process was held up: frozen, starved of processor time, or suspended with its
 * machine. Meanwhile it answered nobody, which may be why others have called it dead.
 *
 * On a busy machine that happens again and again for a moment: within a minute only the first of
 * those is told, and the others as a number with the next.
 *
 * @module
 */
import { formatDuration } from "../base/duration.ts";

/** What is shorter is not told, in milliseconds. */
export const heldUpMinMs = 1000;

/** What is longer is always told, in milliseconds. */
export const heldUpLongMs = 5000;

/** For so long after one was told only a long one is, in milliseconds. */
export const heldUpQuietMs = 60_000;

/** Decides what is told. */
export class HeldUp {
  #toldAt = -Infinity;
  #untold = 0;

  /** This process did nothing for `lateMs` until `now`: why that is to be told, if it is. */
  toTell(lateMs: number, now: number): string | undefined {
    if (lateMs < heldUpMinMs) return undefined;
    if (lateMs <= heldUpLongMs && now - this.#toldAt < heldUpQuietMs) {
      this.#untold++;
      return undefined;
    }
    const more = this.#untold === 0 ? "" : `; ${this.#untold} more since the last such line`;
    this.#toldAt = now;
    this.#untold = 0;
    return `it did nothing for ${formatDuration(lateMs)}, as it was frozen or suspended, or the ` +
      `machine is overloaded${more}`;
  }
}
