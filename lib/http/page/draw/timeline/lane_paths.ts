/**
 * Lanes as data of SVG paths, in seconds to the right and in pixels down.
 *
 * How high a bar is tells what it says, so that no colour has to be told apart: a line for what is
 * well, the higher the worse; two rails for what is there and cannot be reached.
 *
 * @module
 */
import type { Look } from "../../status.ts";
import type { Lane, Span } from "./lanes.ts";

/** Height of a lane, in pixels. */
export const laneHeight = 20;

/** How high the bar of a look is, in pixels. */
const heights: Readonly<Record<Look, number>> = {
  "alive": 2,
  "unproven": 2,
  "no-link": 8,
  "suspect": 6,
  "wrong-cluster": 12,
  "wrong-cookie": 12,
  "unreachable": 12,
  "down": 12,
};

/** Looks whose bar is hollow. */
const rails: ReadonlySet<Look> = new Set(["no-link", "wrong-cluster", "unreachable"]);

/** A path for each look that a lane has. */
export interface LanePath {
  readonly look: Look;
  readonly path: string;
}

/**
 * The bars of a lane around the height 0.
 *
 * @param base milliseconds since 1970 that are drawn at 0
 * @param leastMs what is shorter is drawn as long as this, unless all is well: it must be seen
 */
export function lanePaths({ spans }: Lane, base: number, leastMs: number): LanePath[] {
  const paths = new Map<Look, string>();
  for (const span of spans) {
    const { look, from, to } = span;
    if (look === "absent" || look === "unknown") continue;
    const end = look === "alive" ? to : Math.max(to, from + leastMs);
    const bar = barOf(look, (from - base) / 1000, (end - base) / 1000);
    paths.set(look, (paths.get(look) ?? "") + bar);
  }
  return [...paths].map(([look, path]) => ({ look, path }));
}

/** The bar of a look from one second to another one. */
export function barOf(look: Look, from: number, to: number): string {
  const half = heights[look] / 2;
  const box = (top: number, bottom: number): string => `M${from} ${top}H${to}V${bottom}H${from}Z`;
  return rails.has(look) ? box(-half, -half + 2) + box(half - 2, half) : box(-half, half);
}

/** Upright strokes where a lane has marks. */
export function markPath({ marks }: Lane, base: number): string {
  return marks.map(({ time }) => `M${(Date.parse(time) - base) / 1000}-6V6`).join("");
}

/** True for a span in which there is something to say against a member. */
export function isBad({ look }: Span): boolean {
  return look !== "alive" && look !== "absent" && look !== "unknown";
}
