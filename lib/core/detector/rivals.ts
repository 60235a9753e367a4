/**
 * Names that two processes bear: the member that this node knows, and another one with the cookie.
 *
 * After a restart the cluster may know the new process already, while one node alone still holds the
 * former one, because it slept, or believed what was not so. Then nobody else votes on the one that it
 * holds, and the registry, which knows whose the name is, may be away. So the other process itself is
 * the second witness, beside this node's own pings: as long as it pings, this node's vote is enough.
 * While the member answers, nothing is taken from it.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "../members/record.ts";
import type { InstanceId } from "../members/row.ts";

/** What is known of one rival. */
interface Rivalry {
  /** The member that this node holds. */
  readonly member: InstanceId;
  /** When the other process pinged last. */
  readonly at: number;
}

/** The rivals of the members that one node knows. */
export class Rivals {
  readonly #lifeMs: number;
  readonly #rivalries = new Map<NodeName, Rivalry>();

  /** @param lifeMs for how long after its last ping a rival counts */
  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  /** Another process has pinged this node under the name of that member. */
  pinged({ name, instance }: MemberRecord, now: number): void {
    this.#rivalries.set(name, { member: instance, at: now });
  }

  /** True if another process bears the name of that member, as of late. */
  has({ name, instance }: MemberRecord, now: number): boolean {
    const rivalry = this.#rivalries.get(name);
    return rivalry?.member === instance && now - rivalry.at < this.#lifeMs;
  }

  /** The member has answered, or is not held any more. */
  forget(name: NodeName): void {
    this.#rivalries.delete(name);
  }
}
