/**
 * What a node answers when it is asked for its reasons.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { Link } from "../members/link.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import type { MemberKind, MemberStatus } from "../members/member.ts";
import type { PingOutcome } from "../input.ts";
import type { MemberService } from "../members/service.ts";
import type { HeartbeatState } from "../detector/registry_heartbeats.ts";

/** Why a member is seen as it is. */
export interface Explanation {
  /** Full name of the member. */
  readonly name: NodeName;
  /** What it is. */
  readonly kind: MemberKind;
  /** How it is seen. */
  readonly status: MemberStatus;
  /** The verdict and its main reason, as a sentence. */
  readonly verdict: string;
  /** Who votes against it, and how its pings failed. */
  readonly accusers: readonly { readonly name: NodeName; readonly kind: PingFailure }[];
  /** Votes that it takes, as things stand. */
  readonly votesNeeded: number;
  /** True if this node watches it. */
  readonly watched: boolean;
  /** This node's last pings to it, the oldest first; ages in milliseconds. */
  readonly pings: readonly PingView[];
  /** Deadline of the next pong, in milliseconds. */
  readonly timeoutMs: number;
  /** Its heartbeat in the registry. */
  readonly heartbeat: HeartbeatState;
  /** How long the heartbeat has not moved, in milliseconds. */
  readonly heartbeatAgeMs?: number | undefined;
  /** False if the registry cannot be used now: then pings alone decide. */
  readonly registryWorks: boolean;
  /** How this node trusts itself: 0 healthy … 7 sick. */
  readonly localHealth: number;
  /** True if this node may be cut off from most of the cluster. */
  readonly isolated: boolean;
  /** Failures within the last five minutes. */
  readonly failures: number;
  /** Its incarnation; 0 for a BEAM node. */
  readonly incarnation: number;
  /** The service that it carries, by its own last word. */
  readonly service?: MemberService | undefined;
  /** What would change the verdict, as sentences. */
  readonly wouldChange: readonly string[];
}

/** One ping of this node, as it ended. */
export interface PingView {
  /** Answered, or how it failed. */
  readonly kind: PingFailure | "pong";
  /** How long ago it ended, in milliseconds. */
  readonly agoMs: number;
  /** Missing if it was not answered. */
  readonly roundTripUs?: number | undefined;
}

/** The last pings over a link, the oldest first. */
export function pingViews(link: Pick<Link, "history"> | undefined, now: number): PingView[] {
  const history = link?.history ?? [];
  return history.map(({ kind, at, roundTripUs }) => ({ kind, agoMs: now - at, roundTripUs }));
}

/** How a node itself is, as it sees that. */
export type OwnStanding = Pick<Explanation, "isolated" | "localHealth" | "registryWorks">;

/** One cell of the link matrix: from this node to another. */
export interface LinkView {
  /** Full name of the member. */
  readonly name: NodeName;
  /** What it is. */
  readonly memberKind: MemberKind;
  /** Outcome of the last ping; `unknown` if it was never pinged. */
  readonly kind: PingOutcome["kind"] | "unknown";
  /** The last round trip, in microseconds. */
  readonly roundTripUs?: number | undefined;
  /** How long ago that was, in milliseconds. */
  readonly agoMs?: number | undefined;
}
