/**
 * What a cluster is told of to programs: the same reports as those of the commands.
 *
 * @module
 */
import type { EventReport } from "../../report/event_report.ts";
import { eventReport } from "../../report/event_report.ts";
import type { MembersReport } from "../../report/member_report.ts";
import { membersReport } from "../../report/member_report.ts";
import type { NodeReport } from "../../report/node_report.ts";
import { nodeReport } from "../../report/node_report.ts";
import type { ClusterSource, NumberedChange } from "../source.ts";

/** The node that was asked. */
export function nodeOf(source: ClusterSource, simulated: boolean): NodeReport {
  const { name, instance, cluster, software, startedAt, registries } = source;
  const facts = { name, instance, cluster, software, startedAt, registries, simulated };
  return nodeReport({ ...facts, ...source.standing(), ...source.health(), now: source.now() });
}

/** All members as it sees them. */
export function membersOf(source: ClusterSource): MembersReport {
  const { name: asked, cluster } = source;
  return membersReport({ asked, cluster, members: source.members(), now: source.now() });
}

/** A change that it saw. */
export function eventOf(source: ClusterSource, change: NumberedChange): EventReport {
  const now = source.now();
  const seen = { ...change, agoMs: Math.max(0, now - change.time), seenBy: [source.name] };
  // Said as of when it happened, also if the wall clock was set back since.
  return eventReport(seen, { cluster: source.cluster, now: change.time + seen.agoMs });
}
