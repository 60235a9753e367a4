/**
 * Makes two views the same that gossip has left different (anti-entropy).
 *
 * Each ping and pong carries a fingerprint of the sender's view. If that of a peer differs, this node
 * sends a checksum for each bucket of its records, more of them the more records it has; the peer
 * answers with its records of the buckets that differ, and is then told what it lacks itself.
 *
 * @module
 */
import type { MemberList } from "../members/member_list.ts";
import type { NodeName } from "../base/name.ts";
import type { Random } from "../base/random.ts";
import type { Effect, Input } from "../input.ts";
import { Pack, recordBytes } from "./packing.ts";
import { wins } from "../members/record.ts";
import type { MemberRecord } from "../members/record.ts";
import { bucketsFor } from "../members/buckets.ts";

/** Shortest pause between two comparisons with peers, in milliseconds. */
const pauseMs = 500;

/** A view that has just changed may differ only because the news is still on its way. */
const settleMs = 250;

/** The number of a bucket and a comma in an answer, in bytes. */
const bucketBytes = 5;

/** How long an answer is waited for, in milliseconds. */
const answerTimeoutMs = 3000;

/** What a comparison works with. */
export interface AntiEntropyParts {
  readonly memberList: MemberList;
  readonly random: Random;
}

/** Whom to ask next, and not before which moment, in milliseconds. */
export interface NextPeer {
  readonly name: NodeName;
  readonly at: number;
}

/** The comparisons of one node with its peers, one at a time. */
export class AntiEntropy {
  readonly #parts: AntiEntropyParts;
  #changedAt = -Infinity;
  #waitsUntil = -Infinity;
  #nextAt = -Infinity;
  #hasLearnt = false;
  /** Into how many buckets the records are divided in the comparison under way. */
  #buckets = 0;

  constructor(parts: AntiEntropyParts) {
    this.#parts = parts;
  }

  /** The view of this node has changed. */
  viewChanged(now: number): void {
    this.#changedAt = now;
  }

  /**
   * A peer has told the fingerprint of its view.
   *
   * @returns the checksums with which it is to be asked what differs; `undefined` if it is not
   */
  consider(fingerprint: number, now: number): readonly number[] | undefined {
    const { memberList } = this.#parts;
    if (fingerprint === memberList.fingerprint || now < this.#nextAt || now < this.#waitsUntil) {
      return undefined;
    }
    if (this.#hasLearnt && now - this.#changedAt < settleMs) return undefined;
    this.#waitsUntil = now + answerTimeoutMs;
    this.#buckets = bucketsFor(memberList.shown);
    return memberList.checksums(this.#buckets);
  }

  /** A peer asks, with the checksums of its buckets, however many: answers with what differs. */
  asked(theirs: readonly number[], reply: number, out: Effect[]): void {
    const { memberList } = this.#parts;
    const differing = new Set<number>();
    const count = theirs.length;
    memberList.checksums(count)
      .forEach((own, bucket) => own !== theirs[bucket] && differing.add(bucket));
    const found = memberList.inBuckets(count, differing);
    // Another bucket first each time, so that in the end all get their turn.
    const turn = (bucket: number): number => (bucket + reply) % count;
    const order = [...differing].sort((one, other) => turn(one) - turn(other));
    const pack = new Pack();
    const records: MemberRecord[] = [];
    const buckets: number[] = [];
    for (const bucket of order) {
      if (!pack.takes(bucketBytes)) break;
      const inBucket = rotated(found.get(bucket) ?? [], reply);
      const taken = inBucket.filter((record) => pack.takes(recordBytes(record)));
      records.push(...taken);
      // A bucket of which only some fits is no base for what the other one lacks.
      if (taken.length < inBucket.length) break;
      buckets.push(bucket);
    }
    const more = buckets.length < differing.size;
    out.push({ kind: "sync-answer", reply, buckets, records, more });
  }

  /**
   * A peer has answered, and what wins of that has been taken.
   *
   * @param hasChanged true if that has changed the view of this node
   * @returns what the peer lacks, as much as fits a message, and whom else to ask, from when on
   */
  answered(
    { buckets, records, more }: Pick<Input & { kind: "synced" }, "buckets" | "records" | "more">,
    hasChanged: boolean,
    now: number,
  ): { readonly lacking: readonly MemberRecord[]; readonly next?: NextPeer | undefined } {
    const { memberList } = this.#parts;
    this.#waitsUntil = -Infinity;
    if (records.length > 0) this.#hasLearnt = true;
    // More to come: the next fingerprint that differs may be followed up at once.
    this.#nextAt = more ? now : now + pauseMs;
    // What a comparison has brought may be half of it only.
    const next = hasChanged ? this.#another(now) : undefined;
    const theirs = new Map(records.map((record) => [record.name, record]));
    const pack = new Pack();
    const lacking = [...memberList.inBuckets(this.#buckets, new Set(buckets)).values()].flat()
      .filter((record) => {
        const their = theirs.get(record.name);
        return their === undefined ? record.state !== "left" : wins(record, their);
      })
      .filter((record) => pack.takes(recordBytes(record)));
    return { lacking, next };
  }

  #another(now: number): NextPeer | undefined {
    const { memberList, random } = this.#parts;
    const watched = [...memberList.ring.targets.values()];
    const next = watched[random.below(Math.max(1, watched.length))];
    return next && { name: next.name, at: Math.max(now, this.#nextAt) };
  }
}

/** `all` from another one on each time: of a bucket that fits no message all get their turn, too. */
function rotated<T>(all: readonly T[], reply: number): readonly T[] {
  const first = all.length === 0 ? 0 : reply % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
