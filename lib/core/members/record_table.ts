/**
 * Records by name and by instance, in the order in which their names came.
 *
 * A node keeps one for each member, and a simulation of ten thousand nodes a hundred million: two
 * maps would take 90 bytes for each. Here the records stand in a list, and what finds them are two
 * tables of small numbers (open addressing with linear probing), 26 bytes in all. The hashes stand
 * there, too: a search looks at no record but the one that it finds, as each look at another one is
 * a wait for the memory.
 *
 * @module
 */
import { hashText } from "../base/hash.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "./record.ts";
import type { InstanceId } from "./row.ts";

/** Parts into which records are divided by their names; a power of two, at most 256. */
export const bucketCount = 64;

/** In a slot: nothing has ever stood there. */
const free = 0;

/** In a slot: what stood there is gone, but the search goes on. */
const gone = 1;

/** In a slot: the first record. */
const first = 2;

/** Slots of the smallest table; a power of two, as all are. */
const slotsMin = 16;

type Slots = Uint16Array | Uint32Array;

/** All records of one node but its own. */
export class RecordTable {
  /** In the order of arrival; `undefined` where one has been taken out. */
  #records: (MemberRecord | undefined)[] = [];
  /** The hash of the name of each. */
  #nameHashes = new Uint32Array(slotsMin);
  #byName: Slots = slotsOf(slotsMin);
  /** In the lower bits a slot, as many as it takes; above them those of the hash. */
  #byInstance = new Uint32Array(slotsMin);
  #namesUsed = 0;
  #instancesUsed = 0;
  #size = 0;
  /** What was asked for last, and found or not: whoever asks for a name mostly asks again. */
  #lastName: NodeName | undefined;
  #last: MemberRecord | undefined;
  #hashedName: NodeName | undefined;
  #hashedTo = 0;

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** The record of that name. */
  get(name: NodeName): MemberRecord | undefined {
    if (this.#lastName === name) return this.#last;
    const slot = this.#slotOfName(name, this.#hashOf(name));
    this.#lastName = name;
    return this.#last = slot < 0 ? undefined : this.#at(this.#byName[slot] as number);
  }

  /** The record that has the instance of `record`, which costs less to find than its name. */
  withInstanceOf({ instance, instanceHash }: MemberRecord): MemberRecord | undefined {
    const slot = this.#slotOfInstance(instance, instanceHash);
    return slot < 0 ? undefined : this.#at(this.#ofInstance(slot));
  }

  /** The name of the member that has that instance; of two that claim one, the first. */
  nameOf(instance: InstanceId): NodeName | undefined {
    const slot = this.#slotOfInstance(instance, hashText(instance));
    return slot < 0 ? undefined : this.#at(this.#ofInstance(slot))?.name;
  }

  /** All of them; none may be taken out or added meanwhile. */
  *values(): Generator<MemberRecord> {
    for (const record of this.#records) if (record !== undefined) yield record;
  }

  /** Calls `visit` with all whose bucket is `wanted`. */
  visitBuckets(
    wanted: (bucket: number) => boolean,
    visit: (record: MemberRecord, bucket: number) => void,
  ): void {
    const isWanted = Array.from({ length: bucketCount }, (_, bucket) => wanted(bucket));
    for (let position = 0; position < this.#records.length; position++) {
      const bucket = (this.#nameHashes[position] as number) % bucketCount;
      if (isWanted[bucket] !== true) continue;
      const record = this.#records[position];
      if (record !== undefined) visit(record, bucket);
    }
  }

  /** Puts a record in, in the place of the one of its name if there is one. */
  set(record: MemberRecord): void {
    if (!this.#hasRoom()) this.#rebuild();
    const nameHash = this.#hashOf(record.name);
    const slot = this.#slotOfName(record.name, nameHash);
    this.#lastName = record.name;
    this.#last = record;
    if (slot >= 0) return this.#replace(this.#byName[slot] as number, record);
    const position = this.#records.length;
    this.#records.push(record);
    this.#size++;
    this.#addName(nameHash, position);
    this.#addInstance(record, position);
  }

  /** Takes out the record of that name. */
  delete(name: NodeName): void {
    const slot = this.#slotOfName(name, this.#hashOf(name));
    if (slot < 0) return;
    this.#lastName = this.#last = undefined;
    const value = this.#byName[slot] as number;
    const record = this.#at(value);
    if (record !== undefined) this.#dropInstance(record, value);
    this.#byName[slot] = gone;
    this.#records[value - first] = undefined;
    this.#size--;
  }

  /** In which part that name is, whether it is in here or not. */
  bucketOf(name: NodeName): number {
    return this.#hashOf(name) % bucketCount;
  }

  /** Remembers the last one: much is asked of one name in a row. */
  #hashOf(name: NodeName): number {
    if (name === this.#hashedName) return this.#hashedTo;
    this.#hashedName = name;
    return this.#hashedTo = hashText(name);
  }

  #at(value: number): MemberRecord | undefined {
    return this.#records[value - first];
  }

  #replace(value: number, record: MemberRecord): void {
    const before = this.#at(value);
    if (before !== undefined && before.instance !== record.instance) {
      this.#dropInstance(before, value);
    }
    this.#records[value - first] = record;
    this.#addInstance(record, value - first);
  }

  /** The slot that holds the record of that name; -1 if none does. */
  #slotOfName(name: NodeName, hash: number): number {
    const slots = this.#byName;
    const mask = slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const value = slots[slot] as number;
      if (value === free) return -1;
      if (value === gone || this.#nameHashes[value - first] !== hash) continue;
      if (this.#records[value - first]?.name === name) return slot;
    }
  }

  /** What stands in a slot of the table of instances. */
  #ofInstance(slot: number): number {
    return (this.#byInstance[slot] as number) & (this.#byInstance.length - 1);
  }

  /** The slot that holds the record of that instance; -1 if none does. */
  #slotOfInstance(instance: InstanceId, hash: number): number {
    const slots = this.#byInstance;
    const mask = slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const entry = slots[slot] as number;
      if (entry === free) return -1;
      if (((entry ^ hash) & ~mask) !== 0) continue;
      const value = entry & mask;
      if (value >= first && this.#records[value - first]?.instance === instance) return slot;
    }
  }

  #addName(hash: number, position: number): void {
    this.#nameHashes[position] = hash;
    const slots = this.#byName;
    slots[freeSlot(slots, hash)] = position + first;
    this.#namesUsed++;
  }

  #addInstance({ instance, instanceHash }: MemberRecord, position: number): void {
    if (this.#slotOfInstance(instance, instanceHash) < 0) this.#putInstance(instanceHash, position);
  }

  #putInstance(hash: number, position: number): void {
    const slots = this.#byInstance;
    slots[freeSlot(slots, hash)] = hash & ~(slots.length - 1) | position + first;
    this.#instancesUsed++;
  }

  #dropInstance({ instance, instanceHash }: MemberRecord, value: number): void {
    const slot = this.#slotOfInstance(instance, instanceHash);
    if (slot >= 0 && this.#ofInstance(slot) === value) this.#byInstance[slot] = gone;
  }

  /** True if one more fits: a quarter of each table stays free, so that searches end soon. */
  #hasRoom(): boolean {
    const used = Math.max(this.#namesUsed, this.#instancesUsed, this.#records.length);
    return (used + 1) * 4 <= this.#byName.length * 3;
  }

  /** Makes room for as many again, and closes the gaps. */
  #rebuild(): void {
    let count = slotsMin;
    while (count * 2 < (this.#size + 1) * 3) count *= 2;
    const [records, nameHashes, slots] = [this.#records, this.#nameHashes, this.#byInstance];
    this.#records = [];
    this.#nameHashes = new Uint32Array(count);
    this.#byName = slotsOf(count);
    this.#byInstance = new Uint32Array(count);
    this.#namesUsed = 0;
    this.#instancesUsed = 0;
    // Of two that claim one instance only the first one stands in the table of instances.
    const hasInstance = new Uint8Array(records.length);
    for (const entry of slots) {
      const value = entry & (slots.length - 1);
      if (value >= first) hasInstance[value - first] = 1;
    }
    for (let before = 0; before < records.length; before++) {
      const record = records[before];
      if (record === undefined) continue;
      const position = this.#records.push(record) - 1;
      this.#addName(nameHashes[before] as number, position);
      if (hasInstance[before] === 1) this.#putInstance(record.instanceHash, position);
    }
  }
}

/** The slot for a hash that is not in there yet. */
function freeSlot(slots: Slots, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== free) slot = (slot + 1) & mask;
  return slot;
}

function slotsOf(count: number): Slots {
  return count < 0x1_0000 ? new Uint16Array(count) : new Uint32Array(count);
}
