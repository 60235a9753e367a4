/**
 * What a node's core is set up with.
 *
 * @module
 */
import type { Address } from "./base/address.ts";
import type { NodeName } from "./base/name.ts";
import type { ProfileTimings } from "./base/profile.ts";
import type { InstanceId } from "./members/row.ts";
import type { MemberService } from "./members/service.ts";

/** Everything that the core needs to know about its own node. */
export interface Settings {
  /** Full name of the node, if it is free. */
  readonly name: NodeName;
  /** True if nobody chose the name: when it is taken, a suffix is tried instead of giving up. */
  readonly nameIsAutomatic: boolean;
  /** 32 hexadecimal digits that no other run of any node has. */
  readonly instance: InstanceId;
  /** Where peers should try, in order. */
  readonly addresses: readonly Address[];
  /** What the node tells everybody. */
  readonly tags: Readonly<Record<string, string>>;
  /** The service that it carries, if it is to carry one. */
  readonly service?: MemberService | undefined;
  /** Wall-clock time of the start, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Program and version, such as `clusternode/0.1.0`. */
  readonly software: string;
  /** The pulse, in milliseconds. */
  readonly intervalMs: number;
  /** How long it waits for what. */
  readonly timings: ProfileTimings;
  /** Watch everybody, whatever the size of the cluster. */
  readonly fullMesh: boolean;
  /** Most members of which the status line wants to hear one by one. */
  readonly statusEntriesMax: number;
  /** How long a start waits for the registry, in milliseconds. */
  readonly startTimeoutMs: number;
  /** How long a leave tries to take the row out of the registry, in milliseconds. */
  readonly leaveTimeoutMs: number;
  /**
   * Shortest pause between two heartbeats, and between two listings, once all is well, in
   * milliseconds; 0 where requests cost nothing. At the start and when somebody is missing a node
   * does not save.
   */
  readonly registryPaceMs: number;
  /** True to share the pulse with the BEAM nodes in the registry; recordings of old lack it. */
  readonly beam?: boolean | undefined;
}
