/**
 * Who watches whom: on each of several rings the members stand in another order, and everybody
 * watches the next one.
 *
 * So each member has about as many watchers as there are rings, whatever the size of the cluster,
 * and the watchers of one are spread over all. In a small cluster everybody watches everybody.
 *
 * Only the next one on each ring is remembered. A newcomer is compared with those in O(rings); when
 * one of them goes, its ring is searched again, which for a member of N happens to a fraction
 * rings/N of the nodes. (Independent rings after Suresh et al., "Stable and Consistent Membership at
 * Scale with Rapid", 2018.)
 *
 * @module
 */
import { mix } from "../base/hash.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "./record.ts";

/** How many members each one watches; up to this many others, everybody watches everybody. */
export const observersMax = 10;

/** Up to this many others everybody may watch everybody, if that is wished. */
export const fullMeshMax = 63;

/** Rings; more than are watched, because on some of them the next one is the same. */
const ringCount = 16;

interface Next {
  readonly member: MemberRecord;
  readonly distance: number;
}

/** The choice of one node. */
export class Ring {
  readonly #self: readonly number[];
  readonly #records: () => Iterable<MemberRecord>;
  readonly #full: boolean;
  readonly #next: (Next | undefined)[] = Array.from({ length: ringCount });
  #size = 0;
  #targets: ReadonlyMap<NodeName, MemberRecord> | undefined;

  /**
   * @param selfHash `instanceHash` of this node's own record
   * @param records those on the rings, each once. The owner keeps them, so that a large cluster is
   *   held in memory only once; one that goes may still be among them
   * @param full watch everybody, in clusters of up to 64
   */
  constructor(selfHash: number, records: () => Iterable<MemberRecord>, full = false) {
    this.#self = this.#next.map((_, ring) => place(selfHash, ring));
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

  /** A member that was not on the rings has been put among the records, alive. */
  add(member: MemberRecord): void {
    const watchedAll = this.#watchesAll;
    this.#size++;
    if (watchedAll || this.#watchesAll) this.#targets = undefined;
    for (let ring = 0; ring < ringCount; ring++) {
      const distance = this.#distance(member, ring);
      if (distance >= (this.#next[ring]?.distance ?? Infinity)) continue;
      this.#next[ring] = { member, distance };
      this.#targets = undefined;
    }
  }

  /** A member on the rings has been described anew. */
  renew(member: MemberRecord): void {
    for (let ring = 0; ring < ringCount; ring++) {
      const next = this.#next[ring];
      if (next?.member.name === member.name) this.#next[ring] = { ...next, member };
    }
    if (this.#targets?.has(member.name)) this.#targets = undefined;
  }

  /** A member goes; it may still stand among the records. */
  remove({ name }: MemberRecord): void {
    this.#size--;
    if (this.#watchesAll || this.#targets?.has(name)) this.#targets = undefined;
    for (let ring = 0; ring < ringCount; ring++) {
      if (this.#next[ring]?.member.name !== name) continue;
      this.#next[ring] = this.#search(ring, name);
      this.#targets = undefined;
    }
  }

  /** How many members watch each one when everybody follows these rules. */
  get observers(): number {
    return Math.min(this.size, this.#watchedMax);
  }

  get #watchedMax(): number {
    return this.#full && this.size <= fullMeshMax ? fullMeshMax : observersMax;
  }

  /** One more than are watched, because the choice changes when the last of them goes. */
  get #watchesAll(): boolean {
    return this.size <= this.#watchedMax + 1;
  }

  #choose(): ReadonlyMap<NodeName, MemberRecord> {
    const chosen = new Map<NodeName, MemberRecord>();
    if (this.size <= this.#watchedMax) {
      for (const member of this.members()) chosen.set(member.name, member);
      return chosen;
    }
    for (const next of this.#next) {
      if (chosen.size >= observersMax) break;
      if (next !== undefined) chosen.set(next.member.name, next.member);
    }
    return chosen;
  }

  /** The next one on a ring, but for the one that is just going. */
  #search(ring: number, going: NodeName): Next | undefined {
    let best: Next | undefined;
    for (const member of this.#records()) {
      if (member.name === going) continue;
      const distance = this.#distance(member, ring);
      if (distance < (best?.distance ?? Infinity)) best = { member, distance };
    }
    return best;
  }

  /** How far behind this node `member` stands on a ring. */
  #distance({ instanceHash }: MemberRecord, ring: number): number {
    return (place(instanceHash, ring) - (this.#self[ring] as number)) >>> 0;
  }
}

function place(instanceHash: number, ring: number): number {
  return mix(instanceHash + Math.imul(ring + 1, 0x9e3779b9));
}
