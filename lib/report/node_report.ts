/**
 * How the node itself is that shows a cluster, for programs.
 *
 * @module
 */
import type * as v from "valibot";
import type { OwnStanding } from "../core/explain/explanation.ts";
import { fields, report } from "./fields.ts";
import { isoTime } from "./iso_time.ts";

/** Shape of a node as it sees itself. */
export const nodeSchema = report("node.v1", "over HTTP: the node that was asked", {
  time: fields.time,
  asked: fields.asked,
  instance: fields.instance,
  cluster: fields.cluster,
  software: fields.software,
  startedAt: fields.startedAt,
  uptimeMs: fields.uptimeMs,
  registries: fields.registries,
  phase: fields.phase,
  isolated: fields.isolated,
  localHealth: fields.localHealth,
  registryWorks: fields.registryWorks,
  healthy: fields.healthy,
  reason: fields.reason,
  simulated: fields.simulated,
});

/** A node as it sees itself. */
export type NodeReport = v.InferOutput<typeof nodeSchema>;

/** What is told of a node; times in milliseconds since 1970. */
export interface NodeFacts extends OwnStanding {
  readonly now: number;
  readonly name: string;
  readonly instance: string;
  readonly cluster: string;
  readonly software: string;
  readonly startedAt: number;
  readonly registries: readonly string[];
  readonly phase: NodeReport["phase"];
  readonly healthy: boolean;
  readonly reason: string;
  readonly simulated: boolean;
}

/** A node for programs. */
export function nodeReport(node: NodeFacts): NodeReport {
  const { now, name, instance, cluster, software, startedAt, registries } = node;
  const { phase, isolated, localHealth, registryWorks, healthy, reason, simulated } = node;
  return {
    schema: "node.v1",
    time: isoTime(now),
    asked: name,
    ...{ instance, cluster, software },
    startedAt: isoTime(startedAt),
    uptimeMs: Math.max(0, Math.round(now - startedAt)),
    registries: [...registries],
    ...{ phase, isolated, localHealth, registryWorks, healthy, reason, simulated },
  };
}
