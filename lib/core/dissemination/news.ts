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
  readonly name: NodeName;
  readonly instance: InstanceId;
  readonly heartbeat: number;
}

/** Things to pass on. */
export interface News {
  readonly records: readonly MemberRecord[];
  readonly votes: readonly Vote[];
  readonly sightings: readonly HeartbeatSighting[];
}
