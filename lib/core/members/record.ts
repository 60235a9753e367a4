/**
 * A record: what the cluster as a whole knows about one name, and which of two records wins.
 *
 *     alive ──votes──▶ failed        failed ──the member itself, incarnation + 1──▶ alive
 *       │                 │
 *       └──leaves─────────┴──leaves or is forgotten──▶ left
 *
 * Records travel by gossip and may arrive late, twice, and in any order. That does no harm, because
 * they are ordered: of two records of one name the higher incarnation wins; then the greater
 * instance; then left over failed over alive. Only a member itself raises its incarnation, so
 * whoever is wrongly called failed can say so, and be believed.
 *
 * @module
 */
import type { Address } from "../base/address.ts";
import { hashText, mix } from "../base/hash.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import type { NodeName } from "../base/name.ts";
import type { InstanceId } from "./row.ts";
import type { MemberService } from "./service.ts";

/** The cluster's word on a member. */
export type RecordState = "alive" | "failed" | "left";

/** What is told about a member; immutable, so that it can be shared. */
export interface RecordContent {
  /** Full name of the member. */
  readonly name: NodeName;
  /** Which run of it. */
  readonly instance: InstanceId;
  /** Raised by the member alone, to refute what is said of it. */
  readonly incarnation: number;
  /** What is said of it. */
  readonly state: RecordState;
  /** Where it answers, in the order to try. */
  readonly addresses: readonly Address[];
  /** What it tells everybody. */
  readonly tags: Readonly<Record<string, string>>;
  /** Wall-clock time of its start by its own clock, ISO 8601; empty if not known. */
  readonly startedAt: string;
  /** Program and version that it runs. */
  readonly software: string;
  /** The service that it carries, if it carries one. */
  readonly service?: MemberService | undefined;
  /** Why it is called failed; in failed records only. */
  readonly cause?: Cause | undefined;
}

/** Why a member was called failed. */
export interface Cause {
  /** How the pings of the one who said so failed. */
  readonly kind: PingFailure;
  /** Who said so, and who agreed, at most a few names. */
  readonly accusers: readonly NodeName[];
}

/** A record with its fingerprints. */
export interface MemberRecord extends RecordContent {
  /** Of the instance: its place on the rings. */
  readonly instanceHash: number;
  /** Of name, instance, incarnation and state: what two nodes must agree on. */
  readonly hash: number;
}

const stateRanks: Readonly<Record<RecordState, number>> = { alive: 0, failed: 1, left: 2 };

/** Adds the fingerprints. */
export function makeRecord(content: RecordContent): MemberRecord {
  const { name, instance, incarnation, state } = content;
  const instanceHash = hashText(instance);
  // Numbers beyond 32 bits are cut by `mix`, so the upper part goes its own way.
  const upper = mix(Math.floor(incarnation / 0x1_0000_0000));
  const claim = mix(mix(incarnation ^ upper) + stateRanks[state]);
  return { ...content, instanceHash, hash: mix(instanceHash ^ mix(hashText(name) ^ claim)) };
}

/** True if `one` wins over `other`, a record of the same name. A strict total order. */
export function wins(one: RecordContent, other: RecordContent): boolean {
  if (one.incarnation !== other.incarnation) return one.incarnation > other.incarnation;
  if (one.instance !== other.instance) return one.instance > other.instance;
  return stateRanks[one.state] > stateRanks[other.state];
}
