/**
 * What there is one of for each name, in the order in which the names came.
 *
 * A node keeps one of its members and one of those that it has still to ask, and a simulation of ten
 * thousand nodes a hundred million of each: a map would take 46 bytes for each. Here they stand in a
 * list, and what finds them is a table of small numbers (open addressing with linear probing), 18
 * bytes in all. The hashes stand there, too: a search looks at nothing but what it finds, as each look
 * at something else is a wait for the memory.
 *
 * Whoever can write the registry can choose names, and could choose thousands whose hashes are equal, so
 * that each search would look at all of them. A table of such names hashes from a secret number on once
 * it is so large that this would hurt.
 *
 * @module
 */
import { hashText } from "../base/hash.ts";
import type { NodeName } from "../base/name.ts";

/** In a slot: nothing has ever stood there. */
export const free = 0;

/** In a slot: what stood there is gone, but the search goes on. */
export const gone = 1;

/** In a slot: the first place of the list. */
export const first = 2;

/** Slots of the smallest table; a power of two, as all are. */
const slotsMin = 16;

/** Up to so many slots a table whose hashes are all equal does no harm. */
const slotsOpenMax = 512;

/** A table that is emptier than that is made smaller when something is taken out. */
const fillMin = 1 / 8;

type Slots = Uint16Array | Uint32Array;

/** Something that has a name. */
export interface Named {
  readonly name: NodeName;
}

/** All of one kind, each found by its name. */
export class NameTable<T extends Named> {
  /** In the order of arrival; `undefined` where one has been taken out. */
  #items: (T | undefined)[] = [];
  /** The hash of the name of each. */
  #hashes = new Uint32Array(placesFor(slotsMin));
  #slots: Slots = slotsOf(slotsMin);
  #used = 0;
  #size = 0;
  /** What was asked for last, and found or not: whoever asks for a name mostly asks again. */
  #lastName: NodeName | undefined;
  #last: T | undefined;
  #hashedName: NodeName | undefined;
  #hashedTo = 0;
  /** Gives the secret, until it is needed. */
  #draw: (() => number) | undefined;
  #secret: number | undefined;

  /** @param draw gives a secret number, 0 … 2^32 − 1, for names that others may choose */
  constructor(draw?: () => number) {
    this.#draw = draw;
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** How many slots its table has: a power of two, more than there are places. */
  get slots(): number {
    return this.#slots.length;
  }

  /** How many places of its list have been taken, by those too that are gone. */
  get places(): number {
    return this.#items.length;
  }

  /** True if it has to be made anew before it takes another name. */
  get isFull(): boolean {
    return isCrowded(Math.max(this.#used, this.#items.length), this.#slots.length);
  }

  get(name: NodeName): T | undefined {
    if (this.#size === 0) return undefined;
    if (this.#lastName === name) return this.#last;
    const slot = this.#slotOf(name);
    this.#lastName = name;
    return this.#last = slot < 0 ? undefined : this.#items[(this.#slots[slot] as number) - first];
  }

  /** The one at that place, if it is still there. */
  at(place: number): T | undefined {
    return this.#items[place];
  }

  /** The hash of the name of the one at that place. */
  hashAt(place: number): number {
    return this.#hashes[place] as number;
  }

  /** The hash of a name. Remembers the last one: much is asked of one name in a row. */
  hashOf(name: NodeName): number {
    if (name === this.#hashedName) return this.#hashedTo;
    this.#hashedName = name;
    return this.#hashedTo = hashText(name, this.#secret);
  }

  /** All of them. Meanwhile the one that was given last may be taken out, or be put in anew. */
  *values(): Generator<T> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }

  /** Puts one in, in the place of the one of its name if there is one; returns that place. */
  set(item: T): number {
    const { name } = item;
    const slot = this.#slotOf(name);
    if (slot < 0 && this.isFull) this.rebuild();
    this.#lastName = name;
    this.#last = item;
    if (slot < 0) return this.#add(item, this.hashOf(name));
    const place = (this.#slots[slot] as number) - first;
    this.#items[place] = item;
    return place;
  }

  /** Where the one of that name stands; -1 if there is none. */
  placeOf(name: NodeName): number {
    const slot = this.#slotOf(name);
    return slot < 0 ? -1 : (this.#slots[slot] as number) - first;
  }

  /** Takes out the one of that name; true if there was one. */
  delete(name: NodeName): boolean {
    const slot = this.#size === 0 ? -1 : this.#slotOf(name);
    if (slot < 0) return false;
    this.#lastName = this.#last = undefined;
    this.#items[(this.#slots[slot] as number) - first] = undefined;
    this.#slots[slot] = gone;
    this.#size--;
    return true;
  }

  /** Takes all out. */
  clear(): void {
    if (this.places === 0) return;
    this.#items = [];
    this.#size = 0;
    this.#lastName = this.#last = undefined;
    this.rebuild();
  }

  /** Makes its table smaller if it has become too large for what is left. */
  shrink(): void {
    if (this.#slots.length > slotsMin && this.#size < this.#slots.length * fillMin) this.rebuild();
  }

  /**
   * Makes room for as many again, and closes the gaps.
   *
   * @param onMoved is told of each where it stood, and where it stands
   */
  rebuild(onMoved?: (before: number, place: number) => void): void {
    let count = slotsMin;
    while (count * 2 < (this.#size + 1) * 3) count *= 2;
    const isOpen = count > slotsOpenMax && this.#draw !== undefined;
    if (isOpen) this.#keepSecret();
    const [items, hashes] = [this.#items, this.#hashes];
    this.#items = [];
    this.#hashes = new Uint32Array(placesFor(count));
    this.#slots = slotsOf(count);
    this.#used = 0;
    this.#size = 0;
    for (let before = 0; before < items.length; before++) {
      const item = items[before];
      if (item === undefined) continue;
      const hash = isOpen ? this.hashOf(item.name) : hashes[before] as number;
      const place = this.#add(item, hash);
      onMoved?.(before, place);
    }
  }

  /** From now on hashes from a secret number on. */
  #keepSecret(): void {
    this.#secret = this.#draw?.();
    this.#draw = this.#hashedName = undefined;
  }

  #add(item: T, hash: number): number {
    const place = this.#items.length;
    this.#items.push(item);
    this.#hashes[place] = hash;
    this.#slots[freeSlot(this.#slots, hash)] = place + first;
    this.#used++;
    this.#size++;
    return place;
  }

  /** The slot that holds the one of that name; -1 if none does. */
  #slotOf(name: NodeName): number {
    const hash = this.hashOf(name);
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask;; slot = (slot + 1) & mask) {
      const value = slots[slot] as number;
      if (value === free) return -1;
      if (value === gone || this.#hashes[value - first] !== hash) continue;
      if (this.#items[value - first]?.name === name) return slot;
    }
  }
}

/** True if one more would take of the quarter that stays free, so that searches end soon. */
export function isCrowded(used: number, slots: number): boolean {
  return used + 1 > placesFor(slots);
}

/** How many may stand in a table of so many slots. */
function placesFor(slots: number): number {
  return slots * 3 / 4;
}

/** The slot for a hash that is not in there yet. */
export function freeSlot(slots: Slots, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== free) slot = (slot + 1) & mask;
  return slot;
}

function slotsOf(count: number): Slots {
  return count < 0x1_0000 ? new Uint16Array(count) : new Uint32Array(count);
}
