/**
 * Virtual time: what happens next, in the order of time and, within one moment, of arrival.
 *
 * Only what is due within the millisecond that has begun stands in a heap, so that an event costs as
 * much among a million others as among ten.
 *
 * @module
 */

interface Event {
  readonly at: number;
  readonly sequence: number;
  readonly run: () => void;
}

/** A priority queue of things to come. */
export class EventQueue {
  /** What comes within the present millisecond, as a binary heap. */
  readonly #heap: Event[] = [];
  /** What comes after it, by the millisecond in which it does, in the order of arrival. */
  readonly #later = new Map<number, Event[]>();
  #millisecond = 0;
  #sequence = 0;
  #now = 0;
  #taken = 0;

  /** The present moment, in virtual milliseconds. */
  get now(): number {
    return this.#now;
  }

  /** How many events have happened. */
  get taken(): number {
    return this.#taken;
  }

  /** Lets `run` happen at `at`, or now if that has passed. */
  at(at: number, run: () => void): void {
    const event = { at: Math.max(at, this.#now), sequence: this.#sequence++, run };
    const millisecond = Math.floor(event.at);
    if (millisecond <= this.#millisecond) return this.#add(event);
    const events = this.#later.get(millisecond);
    if (events === undefined) this.#later.set(millisecond, [event]);
    else events.push(event);
  }

  /** Lets the next event happen if it is due by `until`; false if none is. */
  takeNext(until: number): boolean {
    while (this.#heap.length === 0) {
      if (this.#later.size === 0 || this.#millisecond >= Math.floor(until)) return false;
      this.#beginNext();
    }
    const first = this.#heap[0] as Event;
    if (first.at > until) return false;
    this.#removeFirst();
    this.#now = first.at;
    this.#taken++;
    first.run();
    return true;
  }

  /** Moves the present moment on, over a time in which nothing happens. */
  advance(to: number): void {
    this.#now = Math.max(this.#now, to);
  }

  #beginNext(): void {
    const events = this.#later.get(++this.#millisecond);
    if (events === undefined) return;
    this.#later.delete(this.#millisecond);
    for (const event of events) this.#add(event);
  }

  #add(event: Event): void {
    let index = this.#heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#heap[parentIndex] as Event;
      if (!isBefore(event, parent)) break;
      this.#heap[index] = parent;
      index = parentIndex;
    }
    this.#heap[index] = event;
  }

  #removeFirst(): void {
    const last = this.#heap.pop() as Event;
    const size = this.#heap.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      if (childIndex >= size) break;
      let child = this.#heap[childIndex] as Event;
      const right = this.#heap[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, last)) break;
      this.#heap[index] = child;
      index = childIndex;
    }
    this.#heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.sequence < other.sequence);
}
