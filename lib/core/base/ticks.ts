/**
 * The moments at which a node does what it does each interval.
 *
 * A wake-up of the process costs more than what is done in it. So what can wait for the next tick
 * waits for it, and much is done at once. The ticks of two nodes have nothing to do with each other.
 *
 * @module
 */

/** The part of an interval by which something may be early or late, to be done at a tick. */
const tolerance = 1 / 8;

/** Evenly spaced moments, on the clock that the core is given, in milliseconds. */
export class Ticks {
  /** From one tick to the next. */
  readonly intervalMs: number;
  readonly #phase: number;

  /**
   * @param intervalMs from one tick to the next
   * @param phase one of them; the others are whole numbers of intervals before and after it
   */
  constructor(intervalMs: number, phase: number) {
    this.intervalMs = intervalMs;
    this.#phase = phase;
  }

  /** The first tick at or after `at`. */
  from(at: number): number {
    return this.#at(Math.ceil((at - this.#phase) / this.intervalMs));
  }

  /** The tick next to `at` if one is near, before or after it; `at` itself if none is. */
  near(at: number): number {
    const tick = this.#at(Math.round((at - this.#phase) / this.intervalMs));
    return Math.abs(tick - at) <= tolerance * this.intervalMs ? tick : at;
  }

  #at(number: number): number {
    return this.#phase + number * this.intervalMs;
  }
}
