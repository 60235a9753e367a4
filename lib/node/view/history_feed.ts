/**
 * Hands what a node sees to its history: each change with its number, none twice.
 *
 * @module
 */
import type { Membership } from "../../core/membership.ts";
import type { History } from "../../history/history.ts";

/** To be called after each step in which something has changed. */
export function historyFeed(
  history: Pick<History, "add">,
  core: Pick<Membership, "changes" | "changesForgotten">,
): () => void {
  let next = 0;
  return () => {
    const { changesForgotten: first, changes } = core;
    const start = Math.max(next, first);
    next = first + changes.length;
    history.add(
      changes.slice(start - first).map((change, index) => ({ ...change, number: start + index })),
    );
  };
}
