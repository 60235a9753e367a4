/**
 * What others say against a member that this node watches is taken only after it has looked itself.
 *
 * Any member can say anything of any other: that it failed, that it left, that another process runs
 * under its name, that it has moved. Where this node pings that member itself, it has answered, and
 * no ping has failed so far, its own pings outrank that. The claim is held, the member is asked at
 * once, and:
 *
 * - it answers a ping that was sent after the claim was heard: the claim is not true. It is dropped,
 *   and told to the member, which refutes it for those who have believed it
 * - a ping fails: the claim is taken
 *
 * What a member says of itself, on its own connection, needs no such look. The limit: of a member that
 * this node has not asked yet, or does not watch, because the cluster is larger than those that watch
 * each other, every claim is believed until the member has refuted it, a few hops of gossip later. To
 * look there, too, all nodes would ping whoever dies.
 *
 * @module
 */
import { sameAddresses } from "../base/address.ts";
import type { Links } from "../detector/links.ts";
import type { NodeName } from "../base/name.ts";
import { wins } from "../members/record.ts";
import type { MemberRecord } from "../members/record.ts";
import type { MemberList } from "../members/member_list.ts";
import type { InstanceId } from "../members/row.ts";

/** A claim that waits, and the member that it is about. */
interface Held {
  readonly record: MemberRecord;
  readonly about: InstanceId;
  /** When it was heard first: pings that were sent later decide. */
  readonly at: number;
}

/** What hearsay is weighed with. */
export interface HearsayParts {
  readonly memberList: MemberList;
  readonly links: Links;
}

/** Claims that wait for one node's own look. */
export class Hearsay {
  readonly #parts: HearsayParts;
  readonly #held = new Map<NodeName, Held>();

  constructor(parts: HearsayParts) {
    this.#parts = parts;
  }

  /**
   * True if a claim has to wait; then it is kept, and the member is to be asked at once.
   *
   * @param from who says it; `undefined` if it is not known
   */
  holds(record: MemberRecord, from: InstanceId | undefined, now: number): boolean {
    const { memberList, links } = this.#parts;
    const { name } = record;
    const known = memberList.get(name);
    if (known === undefined || from === known.instance || !speaksAgainst(record, known)) {
      return false;
    }
    const link = memberList.ring.watches(name) ? links.get(name) : undefined;
    // Of whom it watches since a moment ago it knows no more than of one that it does not watch.
    if (link?.hasAnswered !== true || link.misses.length > 0) return false;
    const held = this.#held.get(name);
    if (held?.about !== known.instance) {
      this.#held.set(name, { record, about: known.instance, at: now });
    } else if (wins(record, held.record)) this.#held.set(name, { ...held, record });
    return true;
  }

  /**
   * The member has answered a ping that was sent at `sentAt`; the claim that is not true by that, or
   * `ask-again` if the process that answered may be gone by now.
   */
  answered(
    { name, instance }: MemberRecord,
    sentAt: number,
  ): MemberRecord | "ask-again" | undefined {
    const held = this.#held.get(name);
    if (held === undefined) return undefined;
    if (held.about === instance && sentAt < held.at) return "ask-again";
    this.#held.delete(name);
    return held.about === instance ? held.record : undefined;
  }

  /** A ping to the member has failed; the claim that is to be taken now. */
  missed({ name, instance }: MemberRecord): MemberRecord | undefined {
    const held = this.#held.get(name);
    this.#held.delete(name);
    return held?.about === instance ? held.record : undefined;
  }
}

/**
 * True if `record`, which wins, would take `known` out, replace it, or have it looked for
 * elsewhere.
 */
function speaksAgainst(record: MemberRecord, known: MemberRecord): boolean {
  if (known.state !== "alive" || !wins(record, known)) return false;
  return record.state !== "alive" || record.instance !== known.instance ||
    !sameAddresses(record.addresses, known.addresses);
}
