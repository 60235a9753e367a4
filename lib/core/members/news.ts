/**
 * What members pass on to each other.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import type { InstanceId } from "./row.ts";
import type { MemberRecord } from "./record.ts";

/** One observer's word on one member, or that it takes it back. */
export interface Vote {
  /** Which run of a member is voted against. */
  readonly subject: InstanceId;
  /** Its name. */
  readonly subjectName: NodeName;
  /** The incarnation of the subject that is meant; a higher one has refuted it. */
  readonly incarnation: number;
  /** Which run of the observer votes. */
  readonly voter: InstanceId;
  /** Its name. */
  readonly voterName: NodeName;
  /** Counts the votes of this voter, so that old news is told from new. */
  readonly sequence: number;
  /** How the voter's pings failed; `undefined` takes the vote back. */
  readonly kind?: PingFailure | undefined;
  /** True if its pings prove by themselves that the process is gone. */
  readonly conclusive?: boolean | undefined;
}

/** Somebody saw a heartbeat move although its owner does not answer pings. */
export interface HeartbeatSighting {
  /** Whose it is. */
  readonly name: NodeName;
  /** Which run of it. */
  readonly instance: InstanceId;
  /** The count that was seen. */
  readonly heartbeat: number;
}

/** Things to pass on. */
export interface News {
  /** What is said of members, one record each. */
  readonly records: readonly MemberRecord[];
  /** Who cannot reach whom. */
  readonly votes: readonly Vote[];
  /** Heartbeats that moved although their nodes do not answer. */
  readonly sightings: readonly HeartbeatSighting[];
}
