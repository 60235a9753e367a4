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
  /** When each pinged this node last; the last one to do so stands last. */
  readonly #pingedAt = new Map<InstanceId, number>();

  /** @param intervalMs time between two pings of a member */
  constructor(intervalMs: number) {
    this.#pingedForMs = neighbourIntervals * intervalMs;
  }

  /** A member pinged this node. */
  pingedBy(instance: InstanceId, now: number): void {
    this.#pingedAt.delete(instance);
    this.#pingedAt.set(instance, now);
  }

  /** @param watched instances that this node watches */
  all(watched: Iterable<InstanceId>, now: number): InstanceId[] {
    const neighbours = new Set(watched);
    for (const [instance, at] of this.#pingedAt) {
      if (now - at > this.#pingedForMs) this.#pingedAt.delete(instance);
      else neighbours.add(instance);
    }
    return [...neighbours];
  }
}
