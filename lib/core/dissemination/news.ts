/**
 * What members pass on to each other.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { Vote } from "../detector/suspicion.ts";
import type { InstanceId } from "../registration/row.ts";
import type { MemberRecord } from "./record.ts";

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
