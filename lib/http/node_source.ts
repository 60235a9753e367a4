/**
 * A cluster as a running node sees it, ready to be shown.
 *
 * @module
 */
import { orAborted } from "../abort.ts";
import type { Clock } from "../clock.ts";
import type { TimedChange } from "../core/members/change.ts";
import type { ClusterNode } from "../node/node.ts";
import type { ClusterSource } from "./source.ts";

/** What a node does not know of itself. */
export interface NodeSourceParts {
  readonly clock: Pick<Clock, "now" | "wallTime">;
  readonly cluster: string;
  /** Program and version: `clusternode/0.1.0`. */
  readonly software: string;
  /** The registries, without secrets. */
  readonly registries: readonly string[];
  /** When it started, by its wall clock, in milliseconds since 1970. */
  readonly startedAt: number;
}

/** A wall clock that was set, or a machine that slept, is off by more, in milliseconds. */
const offsetNoiseMs = 20;

/** What `node` sees. */
export function nodeSource(node: ClusterNode, parts: NodeSourceParts): ClusterSource {
  const { clock, cluster, software, registries, startedAt } = parts;
  const { view } = node;
  let offsetMs = -Infinity;
  /** The same for the same change, unless the wall clock was set. */
  const wallTimeOf = ({ at }: TimedChange): number => {
    const nowMs = clock.wallTime() - clock.now();
    if (Math.abs(nowMs - offsetMs) > offsetNoiseMs) offsetMs = nowMs;
    return at + offsetMs;
  };
  return {
    get name() {
      return node.name;
    },
    instance: view.instance,
    ...{ cluster, software, registries, startedAt },
    now: () => clock.wallTime(),
    standing: () => view.standing(),
    health: () => node.health(),
    members: () => node.members(),
    explain: (name) => node.explain(name),
    changes(from) {
      const { first, changes } = view.kept();
      const next = first + changes.length;
      const start = Math.min(Math.max(from, first), next);
      const wanted = changes.slice(start - first).map((change, index) => {
        const { at: _at, ...told } = change;
        return { ...told, number: start + index, time: wallTimeOf(change) };
      });
      return { changes: wanted, next, first };
    },
    history: (sinceMs) => view.remembered(sinceMs),
    links: (signal) => orAborted(view.links(), signal),
    watch: (listener) => view.watch(listener),
  };
}
