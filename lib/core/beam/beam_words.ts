/**
 * What is said of BEAM nodes, the same words in log, tables and explanations.
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import type { BeamNode, BeamStatus } from "./beam_node.ts";
import { formatDuration, formatRoundTrip } from "../base/duration.ts";
import type { PingFailure } from "../base/ping_failure.ts";

/** Most characters of what a failed ping tells. */
const detailMax = 200;

/** How a ping of a BEAM node failed, as a clause. */
export function beamFailureWords(kind: PingFailure): string {
  switch (kind) {
    case "refused":
      return "nobody of that name is registered there";
    case "no-answer":
      return "no answer to the attempt to connect";
    case "silent":
      return "connected, but no answer in time: it is frozen or hangs";
    case "reset":
      return "the connection broke";
    case "other-instance":
      return "a node of another name answers there";
    case "wrong-cluster":
      return "it belongs to another cluster";
    case "wrong-cookie":
      return "its Erlang cookie is another one than this node's";
    case "garbage":
      return "it does not take this node in";
    default:
      return unreachable(kind);
  }
}

/** Why a BEAM node is seen as it is, as a sentence. */
export function beamReason(node: BeamNode, registryWorks: boolean, now: number): string {
  const { link, status } = node;
  const miss = link.misses.at(-1);
  const failure = miss && `${beamFailureWords(miss.kind)} (${miss.detail.slice(0, detailMax)})`;
  const heartbeat = registryWorks
    ? `its timestamp has not moved for ${formatDuration(node.heartbeatAgeMs(now))}`
    : "the registry is unavailable, so only pings count";
  switch (status) {
    case "unproven":
      return failure === undefined
        ? "only its timestamp in the registry speaks for it"
        : `it has never answered: ${failure}; ${heartbeat}`;
    case "alive":
      return link.roundTripUs === undefined
        ? "it answers pings"
        : `it answers pings, the last in ${formatRoundTrip(link.roundTripUs)}`;
    case "unreachable":
      return `this node cannot reach it: ${failure}; its timestamp still moves, so it runs`;
    case "down":
      return `this node cannot reach it: ${failure}; ${heartbeat}`;
    case "wrong-cookie":
      return `${failure}`;
    default:
      return unreachable(status);
  }
}

/** What would change the verdict, as sentences. */
export function beamWouldChange(status: BeamStatus): string[] {
  const pong = "an answer marks it alive";
  switch (status) {
    case "unproven":
      return [pong, "two failed pings and a timestamp that moves make it unreachable"];
    case "alive":
      return [
        "two pings in a row that fail make it down, or unreachable while its timestamp moves",
      ];
    case "unreachable":
      return [pong, "a timestamp that stops makes it down"];
    case "down":
      return [
        pong,
        "a timestamp that moves makes it unreachable",
        "forgetting it, or removing its file, takes it out",
      ];
    case "wrong-cookie":
      return ["the same Erlang cookie on both sides marks it alive"];
    default:
      return unreachable(status);
  }
}
