/**
 * Makes two views the same that gossip has left different (anti-entropy).
 *
 * Each ping and pong carries a fingerprint of the sender's view. If that of a peer differs, this node
 * sends a checksum for each bucket of its records; the peer answers with its records of the buckets
 * that differ, and is then told what it lacks itself.
 *
 * @module
 */
import type { MemberList } from "./member_list.ts";
import type { Links } from "../detector/links.ts";
import type { Prober } from "../detector/prober.ts";
import type { Random } from "../base/random.ts";
import type { Effect, Input } from "../input.ts";
import { Pack, recordBytes } from "./packing.ts";
import { wins } from "./record.ts";
import type { MemberRecord } from "./record.ts";
import { bucketCount } from "./member_list.ts";
import type { InstanceId } from "../registration/row.ts";

/** Shortest pause between two comparisons with peers, in milliseconds. */
const pauseMs = 500;

/** A view that has just changed may differ only because the news is still on its way. */
const settleMs = 250;

/** How long an answer is waited for, in milliseconds. */
const answerTimeoutMs = 3000;

/** What a comparison works with. */
export interface AntiEntropyParts {
  readonly memberList: MemberList;
  readonly links: Links;
  readonly prober: Prober;
  readonly random: Random;
}

/** The comparisons of one node with its peers, one at a time. */
export class AntiEntropy {
  readonly #parts: AntiEntropyParts;
  readonly #take: (record: MemberRecord, from: InstanceId, now: number) => void;
  #changedAt = -Infinity;
  #waitsUntil = -Infinity;
  #nextAt = -Infinity;
  #hasLearnt = false;

  /** @param take takes what a peer says into the view of this node, if it wins */
  constructor(
    parts: AntiEntropyParts,
    take: (record: MemberRecord, from: InstanceId, now: number) => void,
  ) {
    this.#parts = parts;
    this.#take = take;
  }

  /** The view of this node has changed. */
  viewChanged(now: number): void {
    this.#changedAt = now;
  }

  /** A peer has told the fingerprint of its view: asks what differs, if something does. */
  consider(peer: MemberRecord, fingerprint: number, now: number, out: Effect[]): void {
    const { memberList, links } = this.#parts;
    if (fingerprint === memberList.fingerprint || now < this.#nextAt || now < this.#waitsUntil) {
      return;
    }
    if (this.#hasLearnt && now - this.#changedAt < settleMs) return;
    this.#waitsUntil = now + answerTimeoutMs;
    out.push({ kind: "ask-sync", from: links.addressee(peer), buckets: memberList.buckets });
  }

  /** A peer asks, with the checksums of its buckets: answers with what differs. */
  asked(theirs: readonly number[], reply: number, out: Effect[]): void {
    const { memberList } = this.#parts;
    const differing = new Set<number>();
    memberList.buckets.forEach((own, bucket) => own !== theirs[bucket] && differing.add(bucket));
    const found = memberList.inBuckets(differing);
    // Another bucket first each time, so that in the end all get their turn.
    const order = [...differing].sort((one, other) => turn(one, reply) - turn(other, reply));
    const pack = new Pack();
    const records: MemberRecord[] = [];
    const buckets: number[] = [];
    for (const bucket of order) {
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

  /** A peer has answered: takes what wins, and tells it what it lacks. */
  answered(input: Input & { kind: "synced" }, now: number, out: Effect[]): void {
    const { memberList } = this.#parts;
    const { fingerprint } = memberList;
    this.#waitsUntil = -Infinity;
    if (input.records.length > 0) this.#hasLearnt = true;
    // More to come: the next fingerprint that differs may be followed up at once.
    this.#nextAt = input.more ? now : now + pauseMs;
    const theirs = new Map(input.records.map((record) => [record.name, record]));
    for (const record of input.records) this.#take(record, input.from, now);
    if (memberList.fingerprint !== fingerprint) this.#askAnother(now);
    const own = [...memberList.inBuckets(new Set(input.buckets)).values()].flat();
    const lacking = own.filter((record) => {
      const their = theirs.get(record.name);
      return their === undefined ? record.state !== "left" : wins(record, their);
    });
    if (lacking.length === 0) return;
    const pack = new Pack();
    const records = lacking.filter((record) => pack.takes(recordBytes(record)));
    out.push({ kind: "tell", to: [input.from], news: { records, votes: [], sightings: [] } });
  }

  /** What a comparison has brought may be half of it only: asks somebody else soon. */
  #askAnother(now: number): void {
    const { memberList, prober, random } = this.#parts;
    const watched = [...memberList.ring.targets.values()];
    const next = watched[random.below(Math.max(1, watched.length))];
    if (next !== undefined) prober.hasten(next.name, Math.max(now, this.#nextAt));
  }
}

/** `all` from another one on each time: of a bucket that fits no message all get their turn, too. */
function rotated<T>(all: readonly T[], reply: number): readonly T[] {
  const first = all.length === 0 ? 0 : reply % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function turn(bucket: number, reply: number): number {
  return (bucket + reply) % bucketCount;
}
