/**
 * What a node shows of a member: the verdict, put together from the cluster's record, the pings and
 * the heartbeat.
 *
 * | the record says | pings | heartbeat in the registry | verdict |
 * | --- | --- | --- | --- |
 * | nothing, only a row | not answered yet | any | unproven |
 * | nothing, only a row | two failed | moved since | unreachable |
 * | nothing, only a row | two failed | not moving, or unknown | down |
 * | alive | answered, or only this link is bad | any | alive |
 * | alive | observers vote against it | any | suspect |
 * | failed | enough observers failed | moved since | unreachable |
 * | failed | enough observers failed | not moving, or unknown | down |
 * | failed | another cookie, another cluster answers | any | wrong-cookie, wrong-cluster |
 * | left | – | – | not shown |
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import type { Address } from "../base/address.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import type { NodeName } from "../base/name.ts";
import type { RecordState } from "./record.ts";
import type { InstanceId } from "./row.ts";
import type { MemberService } from "./service.ts";

/**
 * The verdict on a member: `alive` and `suspect` count as there, all others do not.
 *
 * - `alive`: it answers pings
 * - `suspect`: an observer votes against it, and it may still refute that
 * - `unreachable`: enough observers cannot reach it, while its heartbeat in the registry moves
 * - `down`: enough observers cannot reach it, and its heartbeat does not move
 * - `unproven`: only its row in the registry speaks of it, it has not answered yet
 * - `wrong-cookie`: what answers at its address holds another cookie
 * - `wrong-cluster`: what answers at its address belongs to another cluster
 */
export type MemberStatus =
  | "unproven"
  | "alive"
  | "suspect"
  | "unreachable"
  | "down"
  | "wrong-cookie"
  | "wrong-cluster";

/** All verdicts. */
export const memberStatuses: readonly MemberStatus[] = [
  "unproven",
  "alive",
  "suspect",
  "unreachable",
  "down",
  "wrong-cookie",
  "wrong-cluster",
];

/** What the verdict is made of. */
export interface VerdictInputs {
  /** What the record says, or what this node has found out about one without a record. */
  readonly state: Exclude<RecordState, "left"> | "unproven";
  /** True if at least one vote against it counts. */
  readonly isSuspected: boolean;
  /** True if its heartbeat is known to have moved after its pings began to fail. */
  readonly heartbeatMoves: boolean;
  /** How pings failed, if the record says failed. */
  readonly cause: PingFailure | undefined;
}

/** The verdict; the table above as code. */
export function verdict(inputs: VerdictInputs): MemberStatus {
  switch (inputs.state) {
    case "unproven":
      return "unproven";
    case "alive":
      return inputs.isSuspected ? "suspect" : "alive";
    case "failed":
      if (inputs.cause === "wrong-cookie" || inputs.cause === "wrong-cluster") {
        return inputs.cause;
      }
      return inputs.heartbeatMoves ? "unreachable" : "down";
    default:
      return unreachable(inputs.state);
  }
}

/** True if a member of this status counts as there. */
export function countsAsAlive(status: MemberStatus): boolean {
  return status === "alive" || status === "suspect";
}

/** What a member is: a node of this program, or one of Elixir or Erlang. */
export type MemberKind = "node" | "beam";

/** Both kinds. */
export const memberKinds: readonly MemberKind[] = ["node", "beam"];

/** A member as shown to people and programs. */
export interface MemberView {
  /** Its full name, such as `n1@10.0.0.5`. */
  readonly name: NodeName;
  /** What it is. */
  readonly kind: MemberKind;
  /** Of a BEAM node: what its EPMD calls its creation, in decimal digits; empty if not known. */
  readonly instance: InstanceId;
  /** 0 for a BEAM node. */
  readonly incarnation: number;
  /** The verdict. */
  readonly status: MemberStatus;
  /** True for the node that was asked. */
  readonly self: boolean;
  /** False if this node watches the member and cannot reach it, although it may be alive. */
  readonly linkWorks: boolean;
  /** Where it answers; the one that worked first. */
  readonly addresses: readonly Address[];
  /** How long it has been as it is, in milliseconds. */
  readonly forMs: number;
  /** The last round trip, in microseconds; missing if this node has never pinged it. */
  readonly roundTripUs?: number | undefined;
  /** Why it is seen as it is, as a sentence. */
  readonly reason: string;
  /** Failed three times or more within five minutes. */
  readonly flapping: boolean;
  /** What it tells everybody about itself. */
  readonly tags: Readonly<Record<string, string>>;
  /** Wall-clock time by its own clock, ISO 8601; empty if not known yet. */
  readonly startedAt: string;
  /** Program and version that it runs, such as `clusternode/0.1.0`; `beam` for a BEAM node. */
  readonly software: string;
  /** The service that it carries, by its own last word; left out if it carries none. */
  readonly service?: MemberService | undefined;
}
