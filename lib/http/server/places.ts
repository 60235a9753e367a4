/**
 * Places for connections and streams, so that neither all clients together nor one host can take
 * more than their part.
 *
 * When places run out, the host that has the most loses the connection on which a request has been
 * waited for the longest: whoever sits and says nothing keeps nobody out. If all are being answered,
 * the newcomer has to go.
 *
 * @module
 */
import type { HttpLimits } from "./limits.ts";

/** A place that a connection has. */
export interface Place {
  readonly host: string;
  /** Called when the place is needed for somebody else. */
  readonly evict: () => void;
}

/** Connections of one kind, counted in all and per host. */
class Room {
  readonly #max: number;
  readonly #perHostMax: number;
  readonly #places = new Set<Place>();
  readonly #counts = new Map<string, number>();

  constructor(max: number, perHostMax: number) {
    this.#max = max;
    this.#perHostMax = perHostMax;
  }

  get size(): number {
    return this.#places.size;
  }

  has(place: Place): boolean {
    return this.#places.has(place);
  }

  isFullFor(host: string): boolean {
    return this.size >= this.#max || this.isCrowdedBy(host);
  }

  isCrowdedBy(host: string): boolean {
    return this.countOf(host) >= this.#perHostMax;
  }

  countOf(host: string): number {
    return this.#counts.get(host) ?? 0;
  }

  add(place: Place): void {
    this.#places.add(place);
    this.#counts.set(place.host, this.countOf(place.host) + 1);
  }

  delete(place: Place): void {
    if (!this.#places.delete(place)) return;
    const count = this.countOf(place.host) - 1;
    if (count > 0) this.#counts.set(place.host, count);
    else this.#counts.delete(place.host);
  }
}

/** Most who are told at a time that there is no place: others find the connection closed. */
const refusalsMax = 32;

/** All places of a server. */
export class Places {
  readonly #connections: Room;
  readonly #streams: Room;
  /** Those on which a request is waited for, the one that waits the longest first. */
  readonly #waiting = new Set<Place>();

  #refusals = 0;

  constructor(limits: HttpLimits) {
    this.#connections = new Room(limits.connectionsMax, limits.connectionsPerHostMax);
    this.#streams = new Room(limits.streamsMax, limits.streamsPerHostMax);
  }

  /** Connections without those of streams. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** A place for a connection, on which a request is waited for; `undefined` if there is none. */
  admit(host: string, evict: () => void): Place | undefined {
    if (this.#connections.isFullFor(host) && !this.#makeRoom(host)) return undefined;
    const place = { host, evict };
    this.#connections.add(place);
    this.#waiting.add(place);
    return place;
  }

  /** A request has come: while it is answered the place is safe. */
  begin(place: Place): void {
    this.#waiting.delete(place);
  }

  /** The request is answered, the next one or the end is waited for. */
  finish(place: Place): void {
    if (this.#connections.has(place)) this.#waiting.add(place);
  }

  /** The answer is a stream, which is counted as one from now on; false if there are too many. */
  openStream(place: Place): boolean {
    if (this.#streams.isFullFor(place.host)) return false;
    this.leave(place);
    this.#streams.add(place);
    return true;
  }

  /** True if one for whom there is no place can be told so; then that has to be ended. */
  beginRefusal(): boolean {
    if (this.#refusals >= refusalsMax) return false;
    this.#refusals++;
    return true;
  }

  endRefusal(): void {
    this.#refusals--;
  }

  /** The place is free again; twice does nothing. */
  leave(place: Place): void {
    this.#waiting.delete(place);
    this.#connections.delete(place);
    this.#streams.delete(place);
  }

  /**
   * Takes a place from one who waits: of the host itself if that has too many, else of the host that
   * has the most, so that a crowd takes places from itself.
   */
  #makeRoom(host: string): boolean {
    const isCrowded = this.#connections.isCrowdedBy(host);
    let chosen: Place | undefined;
    let most = 0;
    for (const place of this.#waiting) {
      const isOwn = place.host === host;
      // With the newcomer its own host has one more.
      const count = this.#connections.countOf(place.host) + (isOwn ? 1 : 0);
      if (count <= most || isCrowded && !isOwn) continue;
      [chosen, most] = [place, count];
    }
    if (chosen === undefined) return false;
    this.leave(chosen);
    chosen.evict();
    return true;
  }
}
