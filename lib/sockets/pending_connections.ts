/**
 * Pending connections: inbound ones of which nobody knows yet whether they are members.
 *
 * Their number is limited, in all and per host. When it is full the oldest one has to go, not the
 * newest: a member is through in milliseconds, so only those who came to sit are hit.
 * Those whose first message was made with the cookie are counted apart, and a crowd of unauthenticated
 * peers cannot push them out.
 *
 * @module
 */

/** A pending connection's place; {@linkcode PendingConnections} hands it out. */
export interface PendingConnection {
  readonly host: string;
  /** Called when the place is needed for somebody else. */
  readonly evict: () => void;
}

/** The pending connections of one kind, oldest first. */
class Room {
  readonly #all = new Set<PendingConnection>();
  readonly #byHost = new Map<string, Set<PendingConnection>>();

  get size(): number {
    return this.#all.size;
  }

  sizeOf(host: string): number {
    return this.#byHost.get(host)?.size ?? 0;
  }

  oldest(host?: string): PendingConnection | undefined {
    const [first] = host === undefined ? this.#all : this.#byHost.get(host) ?? [];
    return first;
  }

  add(pending: PendingConnection): void {
    this.#all.add(pending);
    const sameHost = this.#byHost.get(pending.host);
    if (sameHost) sameHost.add(pending);
    else this.#byHost.set(pending.host, new Set([pending]));
  }

  delete(pending: PendingConnection): void {
    if (!this.#all.delete(pending)) return;
    const sameHost = this.#byHost.get(pending.host);
    sameHost?.delete(pending);
    if (sameHost?.size === 0) this.#byHost.delete(pending.host);
  }
}

/** Places for pending connections. */
export class PendingConnections {
  readonly #unproven = new Room();
  readonly #proven = new Room();
  readonly #max: number;
  readonly #perHostMax: number;

  /**
   * @param max most pending connections of each kind
   * @param perHostMax most pending connections of each kind from one host
   */
  constructor(max: number, perHostMax: number) {
    this.#max = max;
    this.#perHostMax = perHostMax;
  }

  /** How many there are. */
  get size(): number {
    return this.#unproven.size + this.#proven.size;
  }

  /** Gives a place to a newcomer, if need be that of the oldest unproven one. */
  admit(host: string, evict: () => void): PendingConnection {
    const pending = { host, evict };
    this.#place(this.#unproven, pending);
    return pending;
  }

  /** Its first message was made with the cookie. */
  prove(pending: PendingConnection): void {
    this.#unproven.delete(pending);
    this.#place(this.#proven, pending);
  }

  /** Its place is free again; twice does nothing. */
  leave(pending: PendingConnection): void {
    this.#unproven.delete(pending);
    this.#proven.delete(pending);
  }

  #place(room: Room, pending: PendingConnection): void {
    const crowded = room.sizeOf(pending.host) >= this.#perHostMax;
    const oldest = crowded
      ? room.oldest(pending.host)
      : room.size >= this.#max
      ? room.oldest()
      : undefined;
    if (oldest !== undefined) {
      room.delete(oldest);
      oldest.evict();
    }
    room.add(pending);
  }
}
