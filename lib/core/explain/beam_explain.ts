/**
 * BEAM nodes in the shape in which all members are shown and explained.
 *
 * @module
 */
import { ownStanding } from "./own_standing.ts";
import type { ExplainParts } from "./explain_parts.ts";
import type { BeamNode } from "../beam/beam_node.ts";
import { beamReason, beamWouldChange } from "../beam/beam_words.ts";
import { flappingWindowMs } from "../detector/flapping.ts";
import { pingViews } from "./explanation.ts";
import type { Explanation } from "./explanation.ts";
import type { MemberView } from "../members/member.ts";

/** A BEAM node as shown to people and programs. */
export function beamView({ keeper }: ExplainParts, node: BeamNode, now: number): MemberView {
  const { name, status, creation, link } = node;
  return {
    name,
    kind: "beam",
    instance: creation === undefined ? "" : `${creation}`,
    incarnation: 0,
    status,
    self: false,
    linkWorks: !link.isBad,
    addresses: link.answersAt === undefined ? [] : [link.answersAt],
    forMs: Math.max(0, now - node.statusAt),
    roundTripUs: link.roundTripUs,
    reason: beamReason(node, !keeper.away, now),
    flapping: false,
    tags: {},
    startedAt: "",
    software: "beam",
  };
}

/** Why a BEAM node is seen as it is: by this node's pings and its timestamp alone. */
export function beamExplanation(parts: ExplainParts, node: BeamNode, now: number): Explanation {
  const { settings, health, keeper, changes, beams } = parts;
  const { name, status, link } = node;
  const recently = changes.kept.filter((change) =>
    change.name === name && change.kind === "failed" && now - change.at < flappingWindowMs
  );
  return {
    name,
    kind: "beam",
    status,
    verdict: beamReason(node, !keeper.away, now),
    accusers: [],
    votesNeeded: 0,
    watched: true,
    pings: pingViews(link, now),
    timeoutMs: link.timeoutMs(settings.timings) * health.stretch(now),
    heartbeat: node.heartbeat(beams?.heartbeatPauseMs ?? settings.intervalMs, now),
    heartbeatAgeMs: node.heartbeatAgeMs(now),
    ...ownStanding(parts, now),
    failures: recently.length,
    incarnation: 0,
    wouldChange: beamWouldChange(status),
  };
}
