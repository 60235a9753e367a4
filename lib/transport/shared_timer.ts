/**
 * One timer for the deadlines of all connections.
 *
 * A node asks many peers at one moment, and nearly all of them answer long before their time is up.
 * The timer is set for the earliest deadline, left alone when that one is met, and taken along by the
 * last answer: an idle node would otherwise wake up once more for what is over.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import { Schedule } from "../core/base/schedule.ts";

/** Something with deadlines. */
export interface Expiring {
  /** Its deadline has passed; it is forgotten until it is set again. */
  expire(): void;
}

/** Who has a deadline, and when; each has one, the earliest of its own. */
export class SharedTimer {
  readonly #clock: Clock;
  readonly #barrier: Barrier;
  readonly #due = new Schedule<Expiring>();
  #cancelTimer: () => void = () => {};
  #timerUs = Infinity;

  constructor({ clock, barrier }: { readonly clock: Clock; readonly barrier: Barrier }) {
    this.#clock = clock;
    this.#barrier = barrier;
  }

  /** Calls `expire` of that one at `deadlineUs`, in microseconds, instead of when it was set before. */
  set(one: Expiring, deadlineUs: number): void {
    this.#due.set(one, deadlineUs);
    if (deadlineUs < this.#timerUs) this.#setTimer();
  }

  /** That one has no deadline any more. */
  delete(one: Expiring): void {
    this.#due.delete(one);
    if (this.#due.earliest === Infinity) this.#setTimer();
  }

  #setTimer(): void {
    this.#cancelTimer();
    const deadlineUs = this.#timerUs = this.#due.earliest;
    if (deadlineUs === Infinity) return;
    const delayMs = Math.ceil((deadlineUs - this.#clock.nowUs()) / 1000);
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#expireDue());
  }

  #expireDue(): void {
    const nowUs = this.#clock.nowUs();
    for (let one = this.#due.take(nowUs); one !== undefined; one = this.#due.take(nowUs)) {
      const expired = one;
      this.#barrier.run("a deadline", () => expired.expire());
    }
    this.#setTimer();
  }
}
