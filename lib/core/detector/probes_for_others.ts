/**
 * Pings on behalf of other nodes, which cannot reach somebody themselves.
 *
 * Those who want the same member to be asked at about the same time are answered by one ping, and
 * there is a most for all together: no number of wishes makes this node dial without end. Who is
 * not asked for that reason counts as not reached, as if this node had not answered.
 *
 * @module
 */
import { TokenBucket } from "./token_bucket.ts";
import type { Addressee, Effect } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "../members/record.ts";
import type { MemberList } from "../members/member_list.ts";
import type { InstanceId } from "../members/row.ts";

/** Most pings for others per interval. */
export const probesMaxPerInterval = 60;

/** So long what a ping showed is an answer for others who want the same, in milliseconds. */
const freshMs = 100;

interface Probed {
  readonly instance: InstanceId;
  /** Replies that wait for the ping on its way; `undefined` if none is. */
  replies: number[] | undefined;
  /** When the last ping ended, and what it showed. */
  endedAt: number;
  reached: boolean;
}

/** Wishes of other nodes, and what has come of the last one for each member. */
export class ProbesForOthers {
  readonly #memberList: MemberList;
  readonly #limit: TokenBucket;
  readonly #probed = new Map<NodeName, Probed>();

  /** @param intervalMs the pulse, in milliseconds */
  constructor(memberList: MemberList, intervalMs: number) {
    this.#memberList = memberList;
    this.#limit = new TokenBucket(probesMaxPerInterval, intervalMs);
  }

  /** Begins. */
  start(now: number): void {
    this.#limit.begin(probesMaxPerInterval, now);
  }

  /**
   * A node wants a member to be asked.
   *
   * @param reply the number under which it is answered, now or when the ping has ended
   * @returns the member that is to be asked now
   */
  wanted(
    { name, instance }: Addressee,
    reply: number,
    now: number,
    out: Effect[],
  ): MemberRecord | undefined {
    const record = this.#memberList.get(name);
    const known = this.#probed.get(name);
    const same = known?.instance === instance ? known : undefined;
    if (same?.replies !== undefined) {
      same.replies.push(reply);
      return undefined;
    }
    const isFresh = same !== undefined && now - same.endedAt < freshMs;
    if (record?.instance !== instance || isFresh || !this.#limit.permits(now)) {
      const reached = isFresh && same.reached;
      out.push({ kind: "probe-answer", reply, reached });
      return undefined;
    }
    // Nobody waits for an instance that has gone.
    if (known !== undefined) answer(known, false, out);
    this.#probed.set(name, { instance, replies: [reply], endedAt: now, reached: false });
    this.#limit.spend(now);
    return record;
  }

  /** Such a ping ended. */
  ended({ name, instance }: MemberRecord, reached: boolean, now: number, out: Effect[]): void {
    const probed = this.#probed.get(name);
    if (probed?.instance !== instance) return;
    answer(probed, reached, out);
    probed.endedAt = now;
    if (!this.#memberList.holds(name, instance)) this.#probed.delete(name);
  }

  /** Forgets what is known of a name, but not who still waits. */
  forget(name: NodeName): void {
    if (this.#probed.get(name)?.replies === undefined) this.#probed.delete(name);
  }
}

function answer(probed: Probed, reached: boolean, out: Effect[]): void {
  for (const reply of probed.replies ?? []) out.push({ kind: "probe-answer", reply, reached });
  probed.replies = undefined;
  probed.reached = reached;
}
