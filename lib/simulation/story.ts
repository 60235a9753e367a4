/**
 * What happened in a simulated cluster, to be read or counted.
 *
 * @module
 */
import type { Change } from "../core/explain/change.ts";

/** One line of a world's story. */
export interface StoryLine {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** A change that a node told, with the time. */
export interface WorldChange {
  readonly at: number;
  /** When the node came to know it: it tells many changes as one, a little later. */
  readonly knownAt: number;
  readonly who: string;
  readonly change: Change;
}
