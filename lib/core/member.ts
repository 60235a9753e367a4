/**
 * What a node believes about another one.
 *
 *     unproven ──pong──▶ alive ◀──pong── down / wrong-cookie / wrong-cluster
 *        │                 │                        ▲
 *        └──two misses─────┴──────two misses────────┘
 *
 *     any ──leaves──▶ (gone)        any ──forgotten──▶ (gone)
 *     any ──another instance takes the name──▶ unproven, as that instance
 *
 * Nobody is listed before it was asked once: a row alone proves nothing.
 *
 * @module
 */
import type { Address } from "./address.ts";
import type { PingFailure } from "./input.ts";
import type { NodeName } from "./name.ts";
import type { InstanceId } from "./row.ts";

/** The verdict on a member. */
export type MemberStatus = "unproven" | "alive" | "down" | "wrong-cookie" | "wrong-cluster";

/** All statuses, in the order of the table below. */
export const memberStatuses: readonly MemberStatus[] = [
  "unproven",
  "alive",
  "down",
  "wrong-cookie",
  "wrong-cluster",
];

const transitions: Readonly<Record<MemberStatus, readonly MemberStatus[]>> = {
  "unproven": ["alive", "down", "wrong-cookie", "wrong-cluster"],
  "alive": ["down", "wrong-cookie", "wrong-cluster"],
  "down": ["alive", "wrong-cookie", "wrong-cluster"],
  "wrong-cookie": ["alive", "down", "wrong-cluster"],
  "wrong-cluster": ["alive", "down", "wrong-cookie"],
};

/** True if a member may go from one status to the other. */
export function mayBecome(from: MemberStatus, to: MemberStatus): boolean {
  return transitions[from].includes(to);
}

/** The status that failed pings of this kind lead to. */
export function statusAfter(failure: PingFailure): MemberStatus {
  switch (failure) {
    case "wrong-cookie":
    case "wrong-cluster":
      return failure;
    default:
      return "down";
  }
}

/** Something that happened to a member, told once. */
export type Change =
  | { readonly kind: "joined"; readonly name: NodeName; readonly reason: string }
  | { readonly kind: "returned"; readonly name: NodeName; readonly reason: string }
  | {
    readonly kind: "failed";
    readonly name: NodeName;
    readonly status: MemberStatus;
    readonly reason: string;
  }
  | { readonly kind: "replaced"; readonly name: NodeName; readonly reason: string }
  | { readonly kind: "left"; readonly name: NodeName; readonly reason: string }
  | { readonly kind: "forgotten"; readonly name: NodeName; readonly reason: string };

/** A member as shown to people and programs. */
export interface MemberView {
  readonly name: NodeName;
  readonly instance: InstanceId;
  readonly status: MemberStatus;
  /** True for the node that was asked. */
  readonly self: boolean;
  /** Where it answers; the one that worked first. */
  readonly addresses: readonly Address[];
  /** How long it has had this status, in milliseconds. */
  readonly forMs: number;
  /** The last round trip, in microseconds; missing before the first pong and for oneself. */
  readonly roundTripUs?: number | undefined;
  /** Why it is seen as it is, as a sentence. */
  readonly reason: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Wall-clock time by its own clock, ISO 8601; empty if not known yet. */
  readonly startedAt: string;
  readonly software: string;
}
