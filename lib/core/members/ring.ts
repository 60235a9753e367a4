/**
 * Who watches whom: on each of several rings the members stand in another order, and neighbours watch
 * each other.
 *
 * So each member has about twice as many observers as there are rings, whatever the size of the
 * cluster, and they are spread over all. In a small cluster everybody watches everybody. Watching is
 * mutual, so that one exchange in each interval shows both that the other one lives. Of two that watch
 * each other one asks: on a ring the one in front of the other, so that each member is asked by as many
 * as it asks, and where all watch all the one that follows from their instances.
 *
 * Only the neighbours on each ring are remembered. A newcomer is compared with those in O(rings); when
 * one of them goes, its ring is searched again, which for a member of N happens to a fraction
 * rings/N of the nodes. (Independent rings after Suresh et al., "Stable and Consistent Membership at
 * Scale with Rapid", 2018.)
 *
 * @module
 */
import { mix } from "../base/hash.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "./record.ts";

/** How many members each one watches, but for chance; up to this many others it watches all. */
export const observersMax = 10;

/** Up to this many others everybody may watch everybody, if that is wished. */
export const fullMeshMax = 63;

/** Rings that are kept: as many as the smallest cluster needs in which not all watch all. */
const ringsMax = 12;

interface Neighbour {
  readonly member: MemberRecord;
  readonly distance: number;
}

/** The neighbours of this node on one ring. */
interface Neighbours {
  next: Neighbour | undefined;
  previous: Neighbour | undefined;
}

/** The choice of one node. */
export class Ring {
  readonly #selfHash: number;
  readonly #places: readonly number[];
  readonly #records: () => Iterable<MemberRecord>;
  readonly #full: boolean;
  readonly #rings: readonly Neighbours[];
  #size = 0;
  #targets: ReadonlyMap<NodeName, MemberRecord> | undefined;
  /** Those of the targets that this node asks; `undefined` where all watch all. */
  #asked: ReadonlySet<NodeName> | undefined;

  /**
   * @param selfHash `instanceHash` of this node's own record
   * @param records those on the rings, each once. The owner keeps them, so that a large cluster is
   *   held in memory only once; one that goes may still be among them
   * @param full watch everybody, in clusters of up to 64
   */
  constructor(selfHash: number, records: () => Iterable<MemberRecord>, full = false) {
    this.#selfHash = selfHash;
    this.#places = Array.from({ length: ringsMax }, (_, ring) => place(selfHash, ring));
    this.#rings = this.#places.map(() => ({ next: undefined, previous: undefined }));
    this.#records = records;
    this.#full = full;
  }

  /** How many could be watched. */
  get size(): number {
    return this.#size;
  }

  /** All that could be watched. */
  members(): Iterable<MemberRecord> {
    return this.#records();
  }

  /** Those to watch, by name: an instance can be claimed by two. */
  get targets(): ReadonlyMap<NodeName, MemberRecord> {
    return this.#targets ??= this.#choose();
  }

  /** True if this node watches the member of that name. */
  watches(name: NodeName): boolean {
    return this.targets.has(name);
  }

  /** True if this node would watch that member, were it on the rings. */
  wouldWatch({ instanceHash }: MemberRecord): boolean {
    const rings = this.#ringsWatched;
    return rings === "all" || this.#rings.slice(0, rings).some(({ next, previous }, ring) => {
      const ahead = (place(instanceHash, ring) - (this.#places[ring] as number)) >>> 0;
      return ahead < (next?.distance ?? Infinity) ||
        (-ahead >>> 0) < (previous?.distance ?? Infinity);
    });
  }

  /** True if it is this node that asks, when it and that member watch each other. */
  asks({ name, instanceHash }: MemberRecord): boolean {
    if (this.watches(name) && this.#asked !== undefined) return this.#asked.has(name);
    const [low, high] = instanceHash < this.#selfHash
      ? [instanceHash, this.#selfHash]
      : [this.#selfHash, instanceHash];
    const isLowAsking = (mix(low ^ mix(high)) & 1) === 0;
    return isLowAsking === (low === this.#selfHash);
  }

  /** A member that was not on the rings has been put among the records, alive. */
  add(member: MemberRecord): void {
    const before = this.#ringsWatched;
    this.#size++;
    if (before !== this.#ringsWatched || before === "all") this.#targets = undefined;
    for (let ring = 0; ring < ringsMax; ring++) {
      this.#stand(this.#rings[ring] as Neighbours, member, ring);
    }
  }

  /** A member on the rings has been described anew. */
  renew(member: MemberRecord): void {
    for (const neighbours of this.#rings) {
      const { next, previous } = neighbours;
      if (next?.member.name === member.name) neighbours.next = { ...next, member };
      if (previous?.member.name === member.name) neighbours.previous = { ...previous, member };
    }
    if (this.#targets?.has(member.name)) this.#targets = undefined;
  }

  /** A member goes; it may still stand among the records. */
  remove({ name }: MemberRecord): void {
    const before = this.#ringsWatched;
    this.#size--;
    if (before !== this.#ringsWatched || this.#targets?.has(name)) this.#targets = undefined;
    this.#rings.forEach((neighbours, ring) => {
      const { next, previous } = neighbours;
      if (next?.member.name !== name && previous?.member.name !== name) return;
      this.#search(neighbours, ring, name);
      this.#targets = undefined;
    });
  }

  /** How many members watch each one when everybody follows these rules, but for chance. */
  get observers(): number {
    return Math.min(this.size, this.#watchedMax);
  }

  get #watchedMax(): number {
    return this.#full && this.size <= fullMeshMax ? fullMeshMax : observersMax;
  }

  /**
   * On how many rings the neighbours are watched. In a small cluster the same two often meet on
   * several, so that it takes more of them until each has its observers.
   */
  get #ringsWatched(): number | "all" {
    const others = this.size;
    return others <= this.#watchedMax ? "all" : ringsFor(others);
  }

  #choose(): ReadonlyMap<NodeName, MemberRecord> {
    const chosen = new Map<NodeName, MemberRecord>();
    const rings = this.#ringsWatched;
    if (rings === "all") {
      this.#asked = undefined;
      for (const member of this.members()) chosen.set(member.name, member);
      return chosen;
    }
    const asked = new Set<NodeName>();
    for (const { next, previous } of this.#rings.slice(0, rings)) {
      // Of two that meet on several rings the first one tells who asks.
      if (next !== undefined && !chosen.has(next.member.name)) asked.add(next.member.name);
      if (next !== undefined) chosen.set(next.member.name, next.member);
      if (previous !== undefined) chosen.set(previous.member.name, previous.member);
    }
    this.#asked = asked;
    return chosen;
  }

  /** A member stands on a ring; perhaps nearer than the neighbours of this node. */
  #stand(neighbours: Neighbours, member: MemberRecord, ring: number): void {
    const ahead = (place(member.instanceHash, ring) - (this.#places[ring] as number)) >>> 0;
    if (ahead < (neighbours.next?.distance ?? Infinity)) {
      neighbours.next = { member, distance: ahead };
      this.#targets = undefined;
    }
    const behind = -ahead >>> 0;
    if (behind < (neighbours.previous?.distance ?? Infinity)) {
      neighbours.previous = { member, distance: behind };
      this.#targets = undefined;
    }
  }

  /** Finds the neighbours on a ring anew, but for the one that is just going. */
  #search(neighbours: Neighbours, ring: number, going: NodeName): void {
    neighbours.next = neighbours.previous = undefined;
    for (const member of this.#records()) {
      if (member.name !== going) this.#stand(neighbours, member, ring);
    }
  }
}

/** Who watches `subject` if all follow these rules, among `others` of which it is none. */
export function observersAmong(
  others: readonly MemberRecord[],
  subject: MemberRecord,
  full: boolean,
): NodeName[] {
  const ring = new Ring(subject.instanceHash, () => others, full);
  for (const other of others) ring.add(other);
  return [...ring.targets.keys()];
}

/** With more others than this the number of rings does not change any more. */
const ringsVaryMax = 64;

const ringsByOthers: number[] = [];

/** On how many rings the neighbours are watched among so many others, more than are watched. */
function ringsFor(others: number): number {
  const count = Math.min(others, ringsVaryMax);
  return ringsByOthers[count] ??= Math.min(
    ringsMax,
    Math.round(Math.log(1 - observersMax / count) / Math.log(1 - 2 / count)),
  );
}

function place(instanceHash: number, ring: number): number {
  return mix(instanceHash + Math.imul(ring + 1, 0x9e3779b9));
}
