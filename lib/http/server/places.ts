/**
 * Places for connections and streams, so that neither all clients together nor one host can take
 * more than their part.
 *
 * When places run out, the host that has the most loses the connection on which a request has been
 * waited for the longest: whoever sits and says nothing keeps nobody out. If all are being answered,
 * the newcomer gets one of a few extra places, on which it can ask how the node is and is told else that
 * there is no place: a node that is busy must not be taken for a dead one, and started again.
 *
 * @module
 */
import type { HttpLimits } from "./limits.ts";

/** A place that a connection has. */
export interface Place {
  readonly host: string;
  /** True if it is beyond the limits: nothing but the health of the node is told there. */
  readonly isExtra: boolean;
  /** Called when the place is needed for somebody else. */
  readonly evict: () => void;
}

/** Connections of one kind, counted in all and per host. */
class Room {
  readonly #max: number;
  readonly #perHostMax: number;
  readonly #places = new Set<Place>();
  readonly #counts = new Map<string, number>();
  /** Those on which a request is waited for, the one that waits the longest first. */
  readonly #waiting = new Set<Place>();

  constructor(max: number, perHostMax: number) {
    this.#max = max;
    this.#perHostMax = perHostMax;
  }

  get size(): number {
    return this.#places.size;
  }

  isFullFor(host: string): boolean {
    return this.size >= this.#max || this.#isCrowdedBy(host);
  }

  add(place: Place): void {
    this.#places.add(place);
    this.#counts.set(place.host, this.#countOf(place.host) + 1);
  }

  /** Adds one on which a request is waited for; false if there is no place for it. */
  admit(place: Place): boolean {
    if (this.isFullFor(place.host) && !this.#makeRoom(place.host)) return false;
    this.add(place);
    this.#waiting.add(place);
    return true;
  }

  begin(place: Place): void {
    this.#waiting.delete(place);
  }

  finish(place: Place): void {
    if (this.#places.has(place)) this.#waiting.add(place);
  }

  delete(place: Place): void {
    this.#waiting.delete(place);
    if (!this.#places.delete(place)) return;
    const count = this.#countOf(place.host) - 1;
    if (count > 0) this.#counts.set(place.host, count);
    else this.#counts.delete(place.host);
  }

  #isCrowdedBy(host: string): boolean {
    return this.#countOf(host) >= this.#perHostMax;
  }

  #countOf(host: string): number {
    return this.#counts.get(host) ?? 0;
  }

  /**
   * Takes a place from one who waits: of the host itself if that has too many, else of the host that
   * has the most, so that a crowd takes places from itself.
   */
  #makeRoom(host: string): boolean {
    const isCrowded = this.#isCrowdedBy(host);
    let chosen: Place | undefined;
    let most = 0;
    for (const place of this.#waiting) {
      const isOwn = place.host === host;
      // With the newcomer its own host has one more.
      const count = this.#countOf(place.host) + (isOwn ? 1 : 0);
      if (count <= most || isCrowded && !isOwn) continue;
      [chosen, most] = [place, count];
    }
    if (chosen === undefined) return false;
    this.delete(chosen);
    chosen.evict();
    return true;
  }
}

/** All places of a server. */
export class Places {
  readonly #connections: Room;
  readonly #extras: Room;
  readonly #streams: Room;

  constructor(limits: HttpLimits) {
    this.#connections = new Room(limits.connectionsMax, limits.connectionsPerHostMax);
    this.#extras = new Room(limits.extraConnectionsMax, limits.extraConnectionsMax);
    this.#streams = new Room(limits.streamsMax, limits.streamsPerHostMax);
  }

  /** Connections without the extra ones, and those of streams. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** A place for a connection, on which a request is waited for; `undefined` if there is none. */
  admit(host: string, evict: () => void): Place | undefined {
    const place = { host, evict, isExtra: false };
    if (this.#connections.admit(place)) return place;
    const extra = { host, evict, isExtra: true };
    return this.#extras.admit(extra) ? extra : undefined;
  }

  /** A request has come: while it is answered the place is safe. */
  begin(place: Place): void {
    this.#roomOf(place).begin(place);
  }

  /** The request is answered, the next one or the end is waited for. */
  finish(place: Place): void {
    this.#roomOf(place).finish(place);
  }

  /** The answer is a stream, which is counted as one from now on; false if there are too many. */
  openStream(place: Place): boolean {
    if (this.#streams.isFullFor(place.host)) return false;
    this.leave(place);
    this.#streams.add(place);
    return true;
  }

  /** The place is free again; twice does nothing. */
  leave(place: Place): void {
    this.#roomOf(place).delete(place);
    this.#streams.delete(place);
  }

  #roomOf({ isExtra }: Place): Room {
    return isExtra ? this.#extras : this.#connections;
  }
}
