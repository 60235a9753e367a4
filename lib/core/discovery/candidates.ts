/**
 * All candidates of one node, by the names that their rows bear. One that answers becomes a member in
 * `Dissemination.proven()`.
 *
 * @module
 */
import { Candidate } from "../members/candidate.ts";
import type { RowClaim } from "../members/row_claim.ts";
import { NameTable } from "../members/name_table.ts";
import type { NodeName } from "../base/name.ts";
import type { Random } from "../base/random.ts";
import type { MemberList } from "../members/member_list.ts";
import type { InstanceId } from "../members/row.ts";

/** Those of whom only rows speak. */
export class Candidates {
  readonly #memberList: MemberList;
  /**
   * What the row says, until somebody has to do with the candidate: of thousands that start together
   * each finds the rows of all, and hears of nearly all from members before it asks them.
   */
  readonly #all: NameTable<Candidate | RowClaim>;
  readonly #failed = new Map<NodeName, Candidate>();

  constructor(memberList: MemberList, random: Random) {
    this.#memberList = memberList;
    this.#all = new NameTable(() => random.next());
  }

  /** True if there are none. */
  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  get(name: NodeName): Candidate | undefined {
    const known = this.#all.get(name);
    return known === undefined || known instanceof Candidate ? known : this.#make(known);
  }

  /** True if there is one of that name. */
  has(name: NodeName): boolean {
    return this.#all.get(name) !== undefined;
  }

  /** True if that instance is the candidate of that name. */
  holds(name: NodeName, instance: InstanceId): boolean {
    return this.#all.get(name)?.instance === instance;
  }

  /** All of them, in no order. */
  *all(): IterableIterator<Candidate> {
    for (const known of this.#all.values()) {
      yield known instanceof Candidate ? known : this.#make(known);
    }
  }

  /**
   * All of them, as what their rows say where nobody had to do with them yet. The one that was given
   * last may be dropped meanwhile.
   */
  known(): IterableIterator<Candidate | RowClaim> {
    return this.#all.values();
  }

  /** Those that have not answered two pings in a row, in the order in which that showed. */
  get failed(): ReadonlyMap<NodeName, Candidate> {
    return this.#failed;
  }

  /** Failed ones that are shown. */
  shown(): Candidate[] {
    return [...this.#failed.values()].filter((candidate) => this.isShown(candidate));
  }

  /** True if that candidate is shown as failed. */
  isShown(candidate: Candidate): boolean {
    return candidate.failedAt !== undefined && !this.isHidden(candidate);
  }

  /** True if a member stands before that candidate: one of its name, or one of its instance. */
  isHidden(candidate: Candidate): boolean {
    return this.#memberList.present(candidate.name) !== undefined ||
      this.ownerOf(candidate) !== undefined;
  }

  /** The member of another name, or this node, to which the instance of a candidate belongs. */
  ownerOf({ name, instance }: Pick<RowClaim, "name" | "instance">): NodeName | undefined {
    const owner = this.#memberList.nameOf(instance);
    return owner === name ? undefined : owner;
  }

  /** A row was read; true if it introduces somebody new. */
  learn(claim: RowClaim): boolean {
    const known = this.#all.get(claim.name);
    if (known?.instance === claim.instance) {
      if (known instanceof Candidate) known.claim = claim;
      else this.#all.set(claim);
      return false;
    }
    if (known !== undefined) this.drop(claim.name);
    this.#all.set(claim);
    return true;
  }

  /** Two pings in a row have failed; true if that is new. */
  fail(candidate: Candidate, now: number): boolean {
    if (candidate.failedAt !== undefined) return false;
    candidate.failedAt = now;
    this.#failed.set(candidate.name, candidate);
    return true;
  }

  drop(name: NodeName): void {
    if (!this.#all.delete(name)) return;
    this.#failed.delete(name);
    this.#all.shrink();
  }

  #make(claim: RowClaim): Candidate {
    const candidate = new Candidate(claim);
    this.#all.set(candidate);
    return candidate;
  }
}
