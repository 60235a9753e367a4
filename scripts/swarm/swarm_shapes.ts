/**
 * Shapes that a network can take in which not all reach all, and no side is cut off from the other
 * one as a whole.
 *
 * @module
 */
import type { Random } from "../../lib/core/base/random.ts";
import { onceIn } from "./swarm_config.ts";

/** One of them. */
export type Shape = "bridge" | "ring" | "holes" | "one-way";

/** The links that carry nothing, each with its ends, as places among `count` nodes. */
export function missingLinks(
  shape: Shape,
  count: number,
  random: Random,
): readonly (readonly [number, number])[] {
  const half = count >> 1;
  const isMissing: Readonly<Record<Shape, (from: number, to: number) => boolean>> = {
    // Two halves that meet in one node.
    "bridge": (from, to) => from !== 0 && to !== 0 && (from <= half) !== (to <= half),
    // Each reaches its neighbours only: half of all, none of them the same half.
    "ring": (from, to) => {
      const apart = Math.abs(from - to);
      return Math.min(apart, count - apart) > Math.max(1, count >> 2);
    },
    "holes": (from, to) => from < half && to >= half && onceIn(2, random),
    // What one half sends does not arrive at the other one.
    "one-way": (from, to) => from < half && to >= half,
  };
  const places = Array.from({ length: count }, (_, place) => place);
  return places.flatMap((from) =>
    places.filter((to) => to !== from && isMissing[shape](from, to))
      .map((to) => [from, to] as const)
  );
}
