/**
 * The pace at which requests are looked at: however many come at once, the program they ask has most
 * of its time for what it is there for.
 *
 * A few at a time have their turn, then the others wait three times as long as those took: so HTTP
 * takes about a quarter of the time while a crowd is there. Whoever asks alone does not wait, and in a
 * crowd the addresses have their turns one after the other, however many ask from each.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";

/** How many have their turn at once. */
const turnsAtOnce = 4;

/** How long the others wait, as a multiple of how long those took who had their turn. */
const pauseFactor = 3;

/** The longest wait, in milliseconds: what takes long may be other programs of the machine. */
const pauseMaxMs = 20;

/** A turn that was asked for. */
export interface Turn {
  /** Resolves when it has come, or was given up. */
  readonly come: Promise<void>;
  /** It is not needed any more; afterwards does nothing. */
  giveUp(): void;
}

/** Hands out turns. */
export class Pace {
  readonly #clock: Clock;
  /** Those who wait, by their address; whose turn is next comes first. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #turnsLeft = turnsAtOnce;
  #isOver = false;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks for a turn. */
  ask(host: string): Turn {
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = this.#waiting.get(host) ?? new Set();
    queue.add(resolve);
    this.#waiting.set(host, queue);
    this.#handOut();
    const giveUp = (): void => {
      queue.delete(resolve);
      if (queue.size === 0 && this.#waiting.get(host) === queue) this.#waiting.delete(host);
      resolve();
    };
    return { come: promise, giveUp };
  }

  /** It is everybody's turn, for good. */
  stop(): void {
    this.#isOver = true;
    this.#cancel();
    this.#handOut();
  }

  #handOut(): void {
    while (this.#isOver || this.#turnsLeft > 0) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (!this.#isOver) this.#countTurn();
      const [host, queue] = next;
      const [come] = queue;
      this.#waiting.delete(host);
      if (come !== undefined) queue.delete(come);
      if (queue.size > 0) this.#waiting.set(host, queue);
      come?.();
    }
  }

  #countTurn(): void {
    if (this.#turnsLeft-- < turnsAtOnce) return;
    // When the timer comes, those whose turn it was are done, and so is other work between them.
    const begunMs = this.#clock.now();
    this.#cancel = this.#clock.after(0, () => {
      const pauseMs = Math.min(pauseFactor * (this.#clock.now() - begunMs), pauseMaxMs);
      this.#cancel = this.#clock.after(pauseMs, () => {
        this.#turnsLeft = turnsAtOnce;
        this.#handOut();
      });
    });
  }
}
