/**
 * Many points in time, one alarm.
 *
 * Everything that will be due stands in a binary heap under a key, so that the owner needs a single
 * timer: the earliest time. Moving or removing a key costs O(log N).
 *
 * @module
 */

interface Slot<K> {
  readonly key: K;
  at: number;
  index: number;
}

/** Keys, each with the one time at which it is due. */
export class Schedule<K> {
  readonly #heap: Slot<K>[] = [];
  readonly #slots = new Map<K, Slot<K>>();

  /** How many are due at some time. */
  get size(): number {
    return this.#heap.length;
  }

  /** The earliest time, or `Infinity` if nothing is due. */
  get earliest(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** When `key` is due, or `undefined` if it is not in here. */
  at(key: K): number | undefined {
    return this.#slots.get(key)?.at;
  }

  /** Makes `key` due at `at`, instead of whenever it was due before. */
  set(key: K, at: number): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) {
      const added = { key, at, index: this.#heap.length };
      this.#heap.push(added);
      this.#slots.set(key, added);
      this.#rise(added);
      return;
    }
    const earlier = at < slot.at;
    slot.at = at;
    if (earlier) this.#rise(slot);
    else this.#sink(slot);
  }

  /** Makes `key` due at `at` if that is earlier than before. */
  hasten(key: K, at: number): void {
    const before = this.at(key);
    if (before === undefined || at < before) this.set(key, at);
  }

  /** Forgets `key`; does nothing if it is not in here. */
  delete(key: K): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    const last = this.#heap.pop();
    if (last === undefined || last === slot) return;
    this.#place(last, slot.index);
    this.#rise(last);
    this.#sink(last);
  }

  /** Takes out and returns the earliest key if it is due at `now`. */
  take(now: number): K | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.delete(first.key);
    return first.key;
  }

  #place(slot: Slot<K>, index: number): void {
    slot.index = index;
    this.#heap[index] = slot;
  }

  #rise(slot: Slot<K>): void {
    while (slot.index > 0) {
      const parentIndex = (slot.index - 1) >> 1;
      const parent = this.#heap[parentIndex] as Slot<K>;
      if (parent.at <= slot.at) return;
      this.#place(parent, slot.index);
      this.#place(slot, parentIndex);
    }
  }

  #sink(slot: Slot<K>): void {
    for (;;) {
      const left = this.#heap[slot.index * 2 + 1];
      const right = this.#heap[slot.index * 2 + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= slot.at) return;
      const childIndex = child.index;
      this.#place(child, slot.index);
      this.#place(slot, childIndex);
    }
  }
}
