/**
 * What a member tells of the service that it carries.
 *
 * It stands beside the verdict on the member and changes nothing about that: a member whose service
 * fails is as alive as before, since it is the node itself that answers pings.
 *
 * @module
 */
import * as v from "valibot";

/**
 * The state of a service: `starting` until its first check succeeds, `ready` while they do, `failing`
 * once they fail, `draining` from when its node was told to stop, `stopped` when it has ended.
 */
export type ServiceState = "starting" | "ready" | "failing" | "draining" | "stopped";

/** All states, in the order in which a service usually goes through them. */
export const serviceStates: readonly ServiceState[] = [
  "starting",
  "ready",
  "failing",
  "draining",
  "stopped",
];

/** Most characters of the reason for a state; what is longer is cut by its own node. */
export const serviceReasonMax = 200;

/** Shape of what came from outside about a service. */
export const memberServiceSchema = v.object({
  state: v.picklist(serviceStates),
  reason: v.pipe(v.string(), v.maxLength(serviceReasonMax)),
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535))),
});

/** A service, as its member tells of it. */
export interface MemberService {
  /** What the member calls it now. */
  readonly state: ServiceState;
  /** Why, as a clause for people: `it ended with exit code 1`; may be empty. */
  readonly reason: string;
  /** Where clients find it, at the addresses of its member; left out if nobody said so. */
  readonly port?: number | undefined;
}

/** True if both tell the same. */
export function sameService(
  one: MemberService | undefined,
  other: MemberService | undefined,
): boolean {
  return one?.state === other?.state && one?.reason === other?.reason && one?.port === other?.port;
}
