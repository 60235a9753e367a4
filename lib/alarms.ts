/**
 * Many alarms, one timer of the runtime.
 *
 * Most of what a program waits for with a deadline happens long before it. A runtime that is told to
 * forget one of several timers still wakes up for it, and a wake-up costs more than what is done in it.
 * So there is one timer, for the earliest alarm. When that one is cancelled the timer is taken back, of
 * which nothing stays as it is the only one, and set for what is earliest by then; if that is hardly
 * later, it stays as it is, and rings for nothing.
 *
 * @module
 */
import { Schedule } from "./core/base/schedule.ts";

/** What rings once, in the runtime. */
export interface RuntimeTimer {
  /** Monotonic milliseconds, with their fraction. */
  now(): number;
  /** Calls `ring` after at least `delayMs`, a whole number; returns what takes that back. */
  set(delayMs: number, ring: () => void): () => void;
}

/** One alarm: an object of its own, as two may have the same callback. */
interface Alarm {
  readonly callback: () => void;
}

/** By so much the next alarm has to be later for the timer to be moved to it, in milliseconds. */
const movedByMs = 50;

/** Alarms that share a timer of the runtime; there is none while nobody waits. */
export class Alarms {
  readonly #timer: RuntimeTimer;
  readonly #due = new Schedule<Alarm>();
  #timerAt = Infinity;
  #unset: () => void = () => {};

  constructor(timer: RuntimeTimer) {
    this.#timer = timer;
  }

  /** Calls `callback` once after at least `delayMs`; returns what cancels that. */
  after(delayMs: number, callback: () => void): () => void {
    const alarm: Alarm = { callback };
    this.#due.set(alarm, this.#timer.now() + Math.max(0, delayMs));
    if (this.#due.earliest < this.#timerAt) this.#setTimer();
    return () => {
      this.#due.delete(alarm);
      // Whoever rings sets the timer behind that. One that nobody waits for would keep the process alive.
      const isRinging = this.#timerAt === -Infinity;
      if (!isRinging && this.#due.earliest - this.#timerAt > movedByMs) this.#setTimer();
    };
  }

  #setTimer(): void {
    this.#unset();
    this.#unset = () => {};
    this.#timerAt = this.#due.earliest;
    if (this.#timerAt === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(this.#timerAt - this.#timer.now()));
    this.#unset = this.#timer.set(delayMs, () => this.#ring());
  }

  /** One callback may throw: what it throws is the runtime's, and the others ring at once. */
  #ring(): void {
    // What is set meanwhile is for a later time, and must not set the timer each time.
    this.#timerAt = -Infinity;
    const now = this.#timer.now();
    try {
      for (let alarm = this.#due.take(now); alarm !== undefined; alarm = this.#due.take(now)) {
        alarm.callback();
      }
    } finally {
      this.#setTimer();
    }
  }
}
