/**
 * Records by name and by instance, in the order in which their names came: a {@linkcode NameTable}
 * with a second table beside it, 24 bytes in all for each.
 *
 * @module
 */
import { hashText } from "../base/hash.ts";
import { bucketOf } from "./buckets.ts";
import type { NodeName } from "../base/name.ts";
import { first, free, freeSlot, gone, isCrowded, NameTable } from "./name_table.ts";
import type { MemberRecord } from "./record.ts";
import type { InstanceId } from "./row.ts";

/** All records of one node but its own. */
export class RecordTable {
  readonly #records = new NameTable<MemberRecord>();
  /** In the lower bits a place, as many as it takes; above them those of the hash. */
  #byInstance = new Uint32Array(this.#records.slots);
  #instancesUsed = 0;

  /** How many there are. */
  get size(): number {
    return this.#records.size;
  }

  /** The record of that name. */
  get(name: NodeName): MemberRecord | undefined {
    return this.#records.get(name);
  }

  /** The record that has the instance of `record`, which costs less to find than its name. */
  withInstanceOf({ instance, instanceHash }: Instance): MemberRecord | undefined {
    const slot = this.#slotOfInstance(instance, instanceHash);
    return slot < 0 ? undefined : this.#records.at(this.#placeIn(slot));
  }

  /**
   * For each of `records` the one that has its instance. In a large table each look waits for the
   * memory, but many that do not depend on each other wait no longer than one: so first all slots are
   * read, and then what stands in them.
   */
  withInstancesOf(records: readonly Instance[]): (MemberRecord | undefined)[] {
    const slots = this.#byInstance;
    const mask = slots.length - 1;
    const entries = new Uint32Array(records.length);
    for (let index = 0; index < records.length; index++) {
      entries[index] = slots[(records[index] as Instance).instanceHash & mask] as number;
    }
    return records.map((record, index) => {
      const entry = entries[index] as number;
      if (entry === free) return undefined;
      const place = (entry & mask) - first;
      const found = place < 0 ? undefined : this.#records.at(place);
      return found?.instance === record.instance ? found : this.withInstanceOf(record);
    });
  }

  /** The name of the member that has that instance, and has not left; of two the first. */
  nameOf(instance: InstanceId): NodeName | undefined {
    const record = this.withInstanceOf({ instance, instanceHash: hashText(instance) });
    return record?.state === "left" ? undefined : record?.name;
  }

  /** All of them; none may be taken out or added meanwhile. */
  values(): Generator<MemberRecord> {
    return this.#records.values();
  }

  /** Calls `visit` with all whose bucket is `wanted`, of `count` buckets. */
  visitBuckets(
    count: number,
    wanted: (bucket: number) => boolean,
    visit: (record: MemberRecord, bucket: number) => void,
  ): void {
    const isWanted = Array.from({ length: count }, (_, bucket) => wanted(bucket));
    const records = this.#records;
    for (let place = 0; place < records.places; place++) {
      const bucket = bucketOf(records.hashAt(place), count);
      if (isWanted[bucket] !== true) continue;
      const record = records.at(place);
      if (record !== undefined) visit(record, bucket);
    }
  }

  /** Puts a record in, in the place of the one of its name if there is one. */
  set(record: MemberRecord): void {
    if (this.#isFull) this.#rebuild();
    const before = this.#records.get(record.name);
    if (before !== undefined && before.instance !== record.instance) this.#dropInstance(before);
    const place = this.#records.set(record);
    const slot = this.#slotOfInstance(record.instance, record.instanceHash);
    if (slot >= 0) {
      // What is remembered of one that has left may have been made up by whoever wrote its row.
      const holder = this.#records.at(this.#placeIn(slot));
      if (holder?.state !== "left" || holder.name === record.name) return;
      this.#byInstance[slot] = gone;
    }
    this.#putInstance(record.instanceHash, place);
  }

  /** Takes out the record of that name. */
  delete(name: NodeName): void {
    const record = this.#records.get(name);
    if (record === undefined) return;
    this.#dropInstance(record);
    this.#records.delete(name);
  }

  /** The hash of a name, whether it is in here or not: tells its bucket. */
  hashOf(name: NodeName): number {
    return this.#records.hashOf(name);
  }

  /** True if one more does not fit into either table. */
  get #isFull(): boolean {
    return this.#records.isFull || isCrowded(this.#instancesUsed, this.#byInstance.length);
  }

  /** The place that stands in a slot of the table of instances; negative if none does. */
  #placeIn(slot: number): number {
    return ((this.#byInstance[slot] as number) & (this.#byInstance.length - 1)) - first;
  }

  /** The slot that holds the place of that instance; -1 if none does. */
  #slotOfInstance(instance: InstanceId, hash: number): number {
    const slots = this.#byInstance;
    const mask = slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const entry = slots[slot] as number;
      if (entry === free) return -1;
      if (((entry ^ hash) & ~mask) !== 0) continue;
      const value = entry & mask;
      if (value >= first && this.#records.at(value - first)?.instance === instance) return slot;
    }
  }

  #putInstance(hash: number, place: number): void {
    const slots = this.#byInstance;
    slots[freeSlot(slots, hash)] = hash & ~(slots.length - 1) | place + first;
    this.#instancesUsed++;
  }

  #dropInstance({ name, instance, instanceHash }: MemberRecord): void {
    const slot = this.#slotOfInstance(instance, instanceHash);
    if (slot < 0 || this.#records.at(this.#placeIn(slot))?.name !== name) return;
    this.#byInstance[slot] = gone;
  }

  /** Makes room for as many again. */
  #rebuild(): void {
    // Of two that claim one instance only the first one stands in the table of instances.
    const hasInstance = new Uint8Array(this.#records.places);
    for (let slot = 0; slot < this.#byInstance.length; slot++) {
      const place = this.#placeIn(slot);
      if (place >= 0) hasInstance[place] = 1;
    }
    const kept: number[] = [];
    this.#records.rebuild((before, place) => {
      if (hasInstance[before] === 1) kept.push(place);
    });
    this.#byInstance = new Uint32Array(this.#records.slots);
    this.#instancesUsed = 0;
    for (const place of kept) {
      this.#putInstance((this.#records.at(place) as MemberRecord).instanceHash, place);
    }
  }
}

type Instance = Pick<MemberRecord, "instance" | "instanceHash">;
