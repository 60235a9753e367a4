/**
 * To whom a node passes news on: those whom it watches, and those who watch it.
 *
 * @module
 */
import type { InstanceId } from "../members/row.ts";

/** Intervals for which a member that pinged this node counts as a neighbour. */
const neighbourIntervals = 3;

/** The neighbours of one node. */
export class Neighbours {
  readonly #pingedForMs: number;
  /** When each pinged this node last, and the number of that ping. */
  readonly #pinged = new Map<InstanceId, { at: number; number: number }>();
  #pings = 0;

  /** @param intervalMs time between two pings of a member */
  constructor(intervalMs: number) {
    this.#pingedForMs = neighbourIntervals * intervalMs;
  }

  /** A member pinged this node. */
  pingedBy(instance: InstanceId, now: number): void {
    const number = ++this.#pings;
    const pinged = this.#pinged.get(instance);
    if (pinged === undefined) this.#pinged.set(instance, { at: now, number });
    else {
      pinged.at = now;
      pinged.number = number;
    }
  }

  /** @param watched instances that this node watches */
  all(watched: Iterable<InstanceId>, now: number): InstanceId[] {
    const neighbours = new Set(watched);
    // The last one to ping this node stands last.
    const pinged = [...this.#pinged].sort(([, one], [, other]) => one.number - other.number);
    for (const [instance, { at }] of pinged) {
      if (now - at > this.#pingedForMs) this.#pinged.delete(instance);
      else neighbours.add(instance);
    }
    return [...neighbours];
  }
}
