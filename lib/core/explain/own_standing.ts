/**
 * How a node itself is, for all that is said of others.
 *
 * @module
 */
import type { ExplainParts } from "./explain_parts.ts";
import type { OwnStanding } from "./explanation.ts";

/** How it is now. */
export function ownStanding(
  { keeper, health, detector }: Pick<ExplainParts, "keeper" | "health" | "detector">,
  now: number,
): OwnStanding {
  return {
    registryWorks: !keeper.away,
    localHealth: health.score(now),
    isolated: detector.isIsolated,
  };
}
