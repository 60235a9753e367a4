/**
 * Who is a member: one record for each name, agreed upon by gossip, with a fingerprint of the whole
 * by which two nodes see at once whether they know the same. What only a row says is no record and
 * never gets in here: see `candidate.ts`.
 *
 * @module
 */
import { assert } from "../base/assert.ts";
import { compareNames } from "./status_line.ts";
import { makeRecord, wins } from "./record.ts";
import type { MemberRecord, RecordContent } from "./record.ts";
import { bucketOf, bucketsFor, bucketsMax, bucketsMin } from "./buckets.ts";
import { RecordTable } from "./record_table.ts";
import { Ring } from "./ring.ts";
import type { NodeName } from "../base/name.ts";
import type { InstanceId } from "./row.ts";

/** How long it is remembered that a member left, in milliseconds. */
const tombstoneMs = 10 * 60_000;

/** What a record did to the member list. */
export type Merge =
  | { readonly kind: "old" }
  | {
    readonly kind: "news";
    readonly before: MemberRecord | undefined;
  };

const old: Merge = { kind: "old" };

/** All records but one's own, and the choice of whom to watch. */
export class MemberList {
  readonly ring: Ring;
  readonly #records = new RecordTable();
  readonly #failed = new Map<NodeName, number>();
  readonly #left = new Map<NodeName, number>();
  readonly #leftSeen = new Map<NodeName, number>();
  /** The parts of the fingerprint: of as many buckets as a small cluster has, or any. */
  #sums = new Int32Array(bucketsMin);
  #self: MemberRecord;
  #fingerprint = 0;
  #sorted: readonly MemberRecord[] | undefined;

  constructor(self: RecordContent, fullMesh: boolean) {
    this.#self = makeRecord(self);
    this.ring = new Ring(this.#self.instanceHash, () => this.#onRings(), fullMesh);
    this.#count(this.#self);
  }

  /** This node's own record. */
  get self(): MemberRecord {
    return this.#self;
  }

  /** Says something new about oneself. */
  renewSelf(content: Partial<Omit<RecordContent, "name">>): MemberRecord {
    return this.#become({ ...this.#self, ...content });
  }

  /**
   * This node goes by another name from now on. A name is a member's or this node's, never both: what
   * was known under the new one is let go. Whoever holds it will be heard of in the registry.
   */
  rename(name: NodeName): void {
    this.drop(name);
    this.#become({ ...this.#self, name });
  }

  /** Members that are shown, because they are not gone; this node included. */
  get shown(): number {
    return this.#records.size - this.#left.size + 1;
  }

  /** Members that live by the cluster's word; this node included. */
  get alive(): number {
    return this.shown - this.#failed.size;
  }

  /** Everything that is known, also what has left, in no order. */
  records(): Iterable<MemberRecord> {
    return this.#records.values();
  }

  /** Records that are not gone, in the order of their names. */
  sorted(): readonly MemberRecord[] {
    this.#sorted ??= [...this.#records.values()]
      .filter(({ state }) => state !== "left")
      .sort((one, other) => compareNames(one.name, other.name));
    return this.#sorted;
  }

  /** The record of that name, also if it has left. */
  get(name: NodeName): MemberRecord | undefined {
    return this.#records.get(name);
  }

  /** The record of that name, unless it has left. */
  present(name: NodeName): MemberRecord | undefined {
    const record = this.#records.get(name);
    return record?.state === "left" ? undefined : record;
  }

  /** True if that record of another node says nothing that is not known. */
  knows(record: MemberRecord): boolean {
    return saysNothing(record, this.#records.withInstanceOf(record));
  }

  /** Those of `records` that say something that is not known. */
  unknownOf(records: readonly MemberRecord[]): readonly MemberRecord[] {
    const known = this.#records.withInstancesOf(records);
    return records.filter((record, index) => !saysNothing(record, known[index]));
  }

  /** True if that instance is the one that stands here under the name. */
  holds(name: NodeName, instance: InstanceId): boolean {
    return this.#records.get(name)?.instance === instance;
  }

  /** The name of the member, or of this node, that has that instance. */
  nameOf(instance: InstanceId): NodeName | undefined {
    return instance === this.#self.instance ? this.#self.name : this.#records.nameOf(instance);
  }

  /** Names called failed, with the time at which this node learned of it. */
  get failed(): ReadonlyMap<NodeName, number> {
    return this.#failed;
  }

  /** A number that is equal on nodes that know the same. */
  get fingerprint(): number {
    return this.#fingerprint;
  }

  /**
   * The parts of the fingerprint, so that only what differs has to be told: by name, so that two nodes
   * that hold different instances of one name find out in one of them.
   *
   * @param count how many parts, see {@linkcode bucketsFor}
   * @returns for each bucket the exclusive or of its hashes, as a signed number
   */
  checksums(count: number): readonly number[] {
    if (count > this.#sums.length) return [...this.#summed(count)];
    const folded = new Int32Array(count);
    this.#sums.forEach((sum, bucket) => addTo(folded, bucket, sum));
    return [...folded];
  }

  /**
   * Records by bucket, of those of `count` buckets that `wanted` holds; one's own and the gone
   * included.
   */
  inBuckets(count: number, wanted: ReadonlySet<number>): Map<number, MemberRecord[]> {
    const found = new Map<number, MemberRecord[]>([...wanted].map((bucket) => [bucket, []]));
    found.get(this.#ownBucket(count))?.push(this.#self);
    this.#records.visitBuckets(
      count,
      (bucket) => wanted.has(bucket),
      (record, bucket) => found.get(bucket)?.push(record),
    );
    return found;
  }

  /** Takes what a member says about another node than this one. */
  merge(record: MemberRecord, now: number): Merge {
    assert(record.name !== this.#self.name, "a node's own record comes from itself");
    const before = this.#records.get(record.name);
    if (before !== undefined && !wins(record, before)) return old;
    this.#replace(before, record, now);
    return { kind: "news", before };
  }

  /** A member describes itself anew, such as by tags that its hello did not hold. */
  describe(record: MemberRecord, now: number): void {
    const before = this.#records.get(record.name);
    if (before?.hash === record.hash) this.#replace(before, record, now);
  }

  /** Drops a name for good, without a trace. */
  drop(name: NodeName): void {
    const record = this.#records.get(name);
    if (record === undefined) return;
    this.#take(record, false);
    this.#records.delete(name);
  }

  /** Names of those who left, with the time at which this node learned of it. */
  get left(): ReadonlyMap<NodeName, number> {
    return this.#left;
  }

  /** The row of one who left is still there: it is not to be taken for a newcomer's. */
  renewLeft(name: NodeName, now: number): void {
    if (this.#left.has(name)) this.#leftSeen.set(name, now);
  }

  /** Forgets those who left long ago, and whose rows have long been gone. */
  purge(now: number): void {
    for (const [name, at] of this.#left) {
      if (now - (this.#leftSeen.get(name) ?? at) >= tombstoneMs) this.drop(name);
    }
  }

  #become(content: RecordContent): MemberRecord {
    this.#count(this.#self);
    this.#self = makeRecord(content);
    this.#count(this.#self);
    return this.#self;
  }

  #replace(before: MemberRecord | undefined, record: MemberRecord, now: number): void {
    const stays = before?.state === "alive" && record.state === "alive" &&
      before.instance === record.instance;
    if (before !== undefined) this.#take(before, stays);
    this.#put(record, stays, now);
  }

  #put(record: MemberRecord, stays: boolean, now: number): void {
    this.#records.set(record);
    if (record.state === "failed") this.#failed.set(record.name, now);
    if (record.state === "left") this.#left.set(record.name, now);
    if (stays) this.ring.renew(record);
    else if (record.state === "alive") this.ring.add(record);
    this.#count(record);
    const isSmall = bucketsFor(this.shown) === bucketsMin;
    if (!isSmall && this.#sums.length < bucketsMax) this.#sums = this.#summed(bucketsMax);
    this.#sorted = undefined;
  }

  /**
   * Undoes what `record` stands for everywhere but in the list of all; on the rings unless it
   * `stays`.
   */
  #take(record: MemberRecord, stays: boolean): void {
    if (record.state === "failed") this.#failed.delete(record.name);
    if (record.state === "left") {
      this.#left.delete(record.name);
      this.#leftSeen.delete(record.name);
    }
    if (record.state === "alive" && !stays) this.ring.remove(record);
    this.#count(record);
    this.#sorted = undefined;
  }

  /** Those that live. */
  *#onRings(): IterableIterator<MemberRecord> {
    for (const record of this.#records.values()) if (record.state === "alive") yield record;
  }

  /** Counts a record in, or out again. */
  #count({ name, state, hash }: MemberRecord): void {
    if (!isCounted(state)) return;
    this.#fingerprint = (this.#fingerprint ^ hash) >>> 0;
    addTo(this.#sums, this.#records.hashOf(name), hash);
  }

  /** The parts of the fingerprint, added up anew. */
  #summed(count: number): Int32Array<ArrayBuffer> {
    const sums = new Int32Array(count);
    const add = ({ state, hash }: MemberRecord, bucket: number): void => {
      if (isCounted(state)) addTo(sums, bucket, hash);
    };
    add(this.#self, this.#ownBucket(count));
    this.#records.visitBuckets(count, () => true, add);
    return sums;
  }

  #ownBucket(count: number): number {
    return bucketOf(this.#records.hashOf(this.#self.name), count);
  }
}

/** True if `record` tells nothing beyond `known`, what is known of its instance. */
function saysNothing(record: MemberRecord, known: MemberRecord | undefined): boolean {
  return known === record || known?.name === record.name && !wins(record, known);
}

/** Counts a hash into the sum of the bucket of a name with that hash, or out of it again. */
function addTo(sums: Int32Array, nameHash: number, hash: number): void {
  const bucket = bucketOf(nameHash, sums.length);
  sums[bucket] = (sums[bucket] as number) ^ hash;
}

/** True if such a record is part of the fingerprint. Those who left are forgotten one day. */
function isCounted(state: MemberRecord["state"]): boolean {
  return state !== "left";
}
