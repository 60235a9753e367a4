/**
 * Guests: inbound connections of which nobody knows yet whether they are members.
 *
 * Their number is limited, in all and per host. When it is full the oldest one has to go, not the
 * newest: a member is through in milliseconds, so only those who came to sit are hit. Guests whose
 * first message was made with the cookie are counted apart, and a crowd of strangers cannot push
 * them out.
 *
 * @module
 */

/** A guest's place; {@linkcode Guests} hands it out. */
export interface Guest {
  readonly host: string;
  /** Called when the place is needed for somebody else. */
  readonly evict: () => void;
}

/** The guests of one kind, oldest first. */
class Room {
  readonly #all = new Set<Guest>();
  readonly #byHost = new Map<string, Set<Guest>>();

  get size(): number {
    return this.#all.size;
  }

  sizeOf(host: string): number {
    return this.#byHost.get(host)?.size ?? 0;
  }

  oldest(host?: string): Guest | undefined {
    const [first] = host === undefined ? this.#all : this.#byHost.get(host) ?? [];
    return first;
  }

  add(guest: Guest): void {
    this.#all.add(guest);
    const sameHost = this.#byHost.get(guest.host);
    if (sameHost) sameHost.add(guest);
    else this.#byHost.set(guest.host, new Set([guest]));
  }

  delete(guest: Guest): void {
    if (!this.#all.delete(guest)) return;
    const sameHost = this.#byHost.get(guest.host);
    sameHost?.delete(guest);
    if (sameHost?.size === 0) this.#byHost.delete(guest.host);
  }
}

/** Places for guests. */
export class Guests {
  readonly #strangers = new Room();
  readonly #proven = new Room();
  readonly #max: number;
  readonly #perHostMax: number;

  /**
   * @param max most guests of each kind
   * @param perHostMax most guests of each kind from one host
   */
  constructor(max: number, perHostMax: number) {
    this.#max = max;
    this.#perHostMax = perHostMax;
  }

  /** How many there are. */
  get size(): number {
    return this.#strangers.size + this.#proven.size;
  }

  /** Gives a place to a newcomer, if need be that of the oldest stranger. */
  admit(host: string, evict: () => void): Guest {
    const guest = { host, evict };
    this.#place(this.#strangers, guest);
    return guest;
  }

  /** Its first message was made with the cookie. */
  prove(guest: Guest): void {
    this.#strangers.delete(guest);
    this.#place(this.#proven, guest);
  }

  /** Its place is free again; twice does nothing. */
  leave(guest: Guest): void {
    this.#strangers.delete(guest);
    this.#proven.delete(guest);
  }

  #place(room: Room, guest: Guest): void {
    const crowded = room.sizeOf(guest.host) >= this.#perHostMax;
    const oldest = crowded
      ? room.oldest(guest.host)
      : room.size >= this.#max
      ? room.oldest()
      : undefined;
    if (oldest !== undefined) {
      room.delete(oldest);
      oldest.evict();
    }
    room.add(guest);
  }
}
