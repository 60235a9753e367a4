/**
 * Who is known: every other member with what was learned about it, and who must not come back.
 *
 * @module
 */
import { FailureDetector } from "./failure_detector.ts";
import type { Address } from "./address.ts";
import type { Peer, RegistryRow } from "./input.ts";
import type { MemberStatus, MemberView } from "./member.ts";
import { mayBecome } from "./member.ts";
import type { NodeName } from "./name.ts";
import type { InstanceId } from "./row.ts";
import { assert } from "./assert.ts";
import { compareNames } from "./status_line.ts";

/** How long an instance that left is not believed to be back, in milliseconds. */
const tombstoneMs = 10 * 60_000;

/** Most tombstones kept; the oldest go first. */
const tombstonesMax = 1000;

/** Another node, as this one knows it. */
export class Member {
  readonly name: NodeName;
  readonly instance: InstanceId;
  readonly detector: FailureDetector = new FailureDetector();
  addresses: readonly Address[] = [];
  tags: Readonly<Record<string, string>> = {};
  startedAt = "";
  software = "";
  /** When it got its present status. */
  since: number;
  /** Why it has its present status. */
  reason = "";
  /** The address of the last pong. */
  answersAt: Address | undefined;
  roundTripUs: number | undefined;
  /** The ping on its way, if any. */
  ping: number | undefined;
  /** The version of its row in the last listing that had one. */
  rowVersion: string | undefined;
  /** Listings in a row that held our own row but not this one. */
  listingsWithout = 0;
  #status: MemberStatus = "unproven";

  constructor(name: NodeName, instance: InstanceId, now: number) {
    this.name = name;
    this.instance = instance;
    this.since = now;
  }

  get status(): MemberStatus {
    return this.#status;
  }

  /** Moves to another status; staying is no move. */
  become(status: MemberStatus, reason: string, now: number): void {
    this.reason = reason;
    if (status === this.#status) return;
    assert(mayBecome(this.#status, status), `${this.#status} may become ${status}`);
    this.#status = status;
    this.since = now;
  }

  /** What the member says about itself in its row. */
  learnRow({ row, version }: RegistryRow): void {
    this.addresses = row.addresses;
    this.tags = row.tags;
    this.startedAt = row.startedAt;
    this.software = row.software;
    this.rowVersion = version;
    this.listingsWithout = 0;
  }

  /** What the member says about itself on a connection. */
  learnPeer(peer: Peer): void {
    if (peer.addresses.length > 0) this.addresses = peer.addresses;
    this.software = peer.software;
  }

  /** The member as shown to people and programs. */
  view(now: number): MemberView {
    const { answersAt, addresses } = this;
    const others = addresses.filter(({ host, port }) =>
      host !== answersAt?.host || port !== answersAt.port
    );
    return {
      name: this.name,
      instance: this.instance,
      status: this.#status,
      self: false,
      addresses: answersAt === undefined ? addresses : [answersAt, ...others],
      forMs: now - this.since,
      roundTripUs: this.roundTripUs,
      reason: this.reason,
      tags: this.tags,
      startedAt: this.startedAt,
      software: this.software,
    };
  }
}

/** All members but oneself, by name. */
export class Roster {
  readonly #members = new Map<NodeName, Member>();
  readonly #byInstance = new Map<InstanceId, Member>();
  readonly #tombstones = new Map<InstanceId, number>();
  #sorted: readonly Member[] | undefined;

  get size(): number {
    return this.#members.size;
  }

  /** Members in the order of their names. */
  sorted(): readonly Member[] {
    this.#sorted ??= [...this.#members.values()]
      .sort((one, other) => compareNames(one.name, other.name));
    return this.#sorted;
  }

  get(name: NodeName): Member | undefined {
    return this.#members.get(name);
  }

  byInstance(instance: InstanceId): Member | undefined {
    return this.#byInstance.get(instance);
  }

  /** Adds a member that is not there yet. */
  add(name: NodeName, instance: InstanceId, now: number): Member {
    assert(!this.#members.has(name), `${name} is not in the roster yet`);
    const member = new Member(name, instance, now);
    this.#members.set(name, member);
    this.#byInstance.set(instance, member);
    this.#sorted = undefined;
    return member;
  }

  remove(member: Member): void {
    this.#members.delete(member.name);
    this.#byInstance.delete(member.instance);
    this.#sorted = undefined;
  }

  /** Takes note that `instance` is gone for good. */
  bury(instance: InstanceId, now: number): void {
    this.#tombstones.set(instance, now + tombstoneMs);
    for (const [oldest, until] of this.#tombstones) {
      if (until > now && this.#tombstones.size <= tombstonesMax) break;
      this.#tombstones.delete(oldest);
    }
  }

  /** True if `instance` left, was replaced or forgotten not long ago. */
  isBuried(instance: InstanceId, now: number): boolean {
    return (this.#tombstones.get(instance) ?? -Infinity) > now;
  }

  /** Takes an instance out of the ground: it has proven to live. */
  exhume(instance: InstanceId): void {
    this.#tombstones.delete(instance);
  }
}
