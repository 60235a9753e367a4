/**
 * What a node tells of itself: where it is reached, what it carries, that it lives, that it leaves.
 *
 * Nobody else raises its incarnation, and each of these does, so that it wins over all that is told
 * of this node elsewhere.
 *
 * @module
 */
import { formatAddress, sameAddresses } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { countAbove } from "../base/count.ts";
import type { Input } from "../input.ts";
import { serviceChange } from "../members/change.ts";
import type { MemberList } from "../members/member_list.ts";
import type { Vote } from "../members/news.ts";
import type { MemberRecord } from "../members/record.ts";
import { sameService } from "../members/service.ts";
import type { AntiEntropy } from "./anti_entropy.ts";
import type { NewsDecision } from "./news_decision.ts";
import type { Outbox } from "./outbox.ts";
import { Refutations } from "./refutations.ts";
import type { Refutation } from "./refutations.ts";

/** What a node's own news go into. */
export interface OwnNewsParts {
  readonly memberList: MemberList;
  readonly outbox: Outbox;
  readonly antiEntropy: AntiEntropy;
}

/** The news of one node about itself. */
export class OwnNews {
  readonly #parts: OwnNewsParts;
  readonly #refutations = new Refutations();
  #isLeaving = false;

  constructor(parts: OwnNewsParts) {
    this.#parts = parts;
  }

  /** True once this node has said goodbye: from then on it is as others say. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** When a refutation that had to wait is due, in milliseconds. */
  get wakeAt(): number {
    return this.#refutations.wakeAt;
  }

  wake(now: number): NewsDecision[] {
    return this.#refuted(this.#refutations.wake(this.#self, now), now);
  }

  /** A member tells a record of this node, or of another process under its name. */
  heard(record: MemberRecord, now: number): NewsDecision[] {
    return this.#refuted(this.#refutations.heard(record, this.#self, now), now);
  }

  /** A peer votes against this node. */
  accused(vote: Vote, now: number): NewsDecision[] {
    return this.#refuted(this.#refutations.accused(vote, this.#self, now), now);
  }

  /** The registry has confirmed that the name is this node's. */
  ownershipConfirmed(now: number): NewsDecision[] {
    return this.#refuted(this.#refutations.ownershipConfirmed(this.#self, now), now);
  }

  /**
   * This node is reached elsewhere from now on: tells everybody, and has its row written at once.
   * If it has lost an address, what was connected by that one is dead, however long it keeps still;
   * all other connections stay. A bridge for containers that goes concerns none of them.
   */
  moved(addresses: readonly Address[], now: number): NewsDecision[] {
    const before = this.#self.addresses;
    if (this.#isLeaving || sameAddresses(before, addresses)) return [];
    const decisions = this.#renew({ addresses, incarnation: this.#nextIncarnation }, now);
    const [from, to] = [before, addresses].map((all) => all.map(formatAddress).join(", "));
    const message = `The addresses of this node have changed from ${from} to ${to}`;
    decisions.push({ kind: "note", level: "info", message });
    const hosts = before.map(({ host }) => host)
      .filter((host) => addresses.every((other) => other.host !== host));
    if (hosts.length === 0) return decisions;
    const looks = [...this.#parts.memberList.ring.members()].map(({ name }) =>
      ({ kind: "look", name }) as const
    );
    return [...decisions, { kind: "drop", hosts }, ...looks];
  }

  /** This node carries another service, or the same in another state, or has other tags. */
  described({ service, tags }: Input & { kind: "described" }, now: number): NewsDecision[] {
    const self = this.#self;
    const next = { service: service ?? self.service, tags: tags ?? self.tags };
    const isSame = sameService(next.service, self.service) && next.tags === self.tags;
    if (this.#isLeaving || isSame) return [];
    const decisions = this.#renew({ ...next, incarnation: this.#nextIncarnation }, now);
    const change = serviceChange(self.name, next.service, self.service);
    return change === undefined ? decisions : [...decisions, { kind: "change", change }];
  }

  /** This node leaves: that is the last that it tells, and it is to go out at once. */
  leave(now: number): void {
    const { memberList, outbox } = this.#parts;
    this.#isLeaving = true;
    this.#refutations.stop();
    outbox.record(memberList.renewSelf({ state: "left" }), now);
    outbox.end(now);
  }

  get #self(): MemberRecord {
    return this.#parts.memberList.self;
  }

  get #nextIncarnation(): number {
    const { incarnation } = this.#self;
    return countAbove(incarnation, incarnation);
  }

  #refuted(refutation: Refutation, now: number): NewsDecision[] {
    if (refutation === undefined) return [];
    if (refutation === "contested") return [{ kind: "contested" }];
    return [...this.#renew(refutation, now), { kind: "refuted" }];
  }

  /** Tells everybody what is new about this node. */
  #renew(content: Parameters<MemberList["renewSelf"]>[0], now: number): NewsDecision[] {
    const { memberList, outbox, antiEntropy } = this.#parts;
    outbox.record(memberList.renewSelf(content), now);
    antiEntropy.viewChanged(now);
    return [{ kind: "renewed" }];
  }
}
