/**
 * What members tell each other, and what that does to this node's own view.
 *
 * Every record that wins over the one that stands here is taken and passed on; one that speaks of this
 * node itself is confirmed or refuted. What follows from that for others is returned, and done in
 * `news_consequences.ts`.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { Links } from "../detector/links.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { Outbox } from "./outbox.ts";
import type { Random } from "../base/random.ts";
import { Candidate } from "../members/candidate.ts";
import type { RowClaim } from "../members/row_claim.ts";
import { claimOf } from "./claim.ts";
import { AntiEntropy } from "./anti_entropy.ts";
import { isLeap } from "../base/count.ts";
import { Neighbours } from "./neighbours.ts";
import { Hearsay } from "./hearsay.ts";
import type { Effect, Input, Peer, PingContent, PingOutcome } from "../input.ts";
import { tell } from "./news_decision.ts";
import type { NewsDecision } from "./news_decision.ts";
import { OwnNews } from "./own_news.ts";
import type { Finding } from "../detector/prober.ts";
import { shuffled } from "../base/random.ts";
import type { NodeName } from "../base/name.ts";
import { makeRecord, wins } from "../members/record.ts";
import type { MemberRecord } from "../members/record.ts";
import type { MemberList } from "../members/member_list.ts";
import type { InstanceId } from "../members/row.ts";

/** How many neighbours are told of newcomers in a large cluster. */
const joinFanout = 4;

/** Up to this many members all neighbours are told: a few words more are cheaper than a delay. */
const joinToAllMax = 20;

/** What dissemination works with: it changes the members and candidates, the links it only reads. */
export interface DisseminationParts {
  readonly settings: Pick<Settings, "intervalMs">;
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly links: Links;
  readonly outbox: Outbox;
  readonly random: Random;
}

const nothing: readonly NewsDecision[] = [];

/** Gossip and refutation of one node. */
export class Dissemination {
  /** What this node tells of itself. */
  readonly own: OwnNews;
  readonly #parts: DisseminationParts;
  readonly #antiEntropy: AntiEntropy;
  readonly #neighbours: Neighbours;
  readonly #hearsay: Hearsay;

  constructor(parts: DisseminationParts) {
    this.#parts = parts;
    this.#neighbours = new Neighbours(parts.settings.intervalMs);
    this.#hearsay = new Hearsay(parts);
    const antiEntropy = this.#antiEntropy = new AntiEntropy(parts);
    this.own = new OwnNews({ ...parts, antiEntropy });
  }

  get wakeAt(): number {
    return Math.min(this.#parts.outbox.dueAt, this.own.wakeAt);
  }

  wake(now: number, out: Effect[]): NewsDecision[] {
    const decisions = this.own.wake(now);
    if (now >= this.#parts.outbox.dueAt) this.#flush(now, out);
    return decisions;
  }

  /** Takes a record that this node has made itself into its own view, and passes it on. */
  publish(record: MemberRecord, now: number): NewsDecision[] {
    return this.#merge(record, now);
  }

  /** A member pinged this node. */
  pinged(from: Peer, content: PingContent, now: number): NewsDecision[] {
    const { memberList, links } = this.#parts;
    if (from.instance === memberList.self.instance || this.own.isLeaving) return [];
    // Another process with our name: the registry knows whose it is.
    if (from.name === memberList.self.name) return [{ kind: "contested" }];
    this.#neighbours.pingedBy(from.instance, now);
    const decisions = this.#correct(from, content, now);
    const known = memberList.get(from.name);
    const heard = known?.instance === from.instance
      ? this.#saysOfItself(known, content, now)
      : this.heard(claimOf(from, content), undefined, now);
    decisions.push(...heard);
    if (links.get(from.name)?.isBad === true) decisions.push({ kind: "look", name: from.name });
    return [...decisions, ...this.#heardOf(from.name, from.instance, content, now)];
  }

  /** A member answered a ping of this node. */
  ponged(
    { record, sentAt, outcome }: Omit<Finding & { kind: "pong" }, "before">,
    now: number,
  ): NewsDecision[] {
    const { memberList } = this.#parts;
    const { name, instance } = record;
    const decisions: NewsDecision[] = [];
    const claim = this.#hearsay.answered(record, sentAt);
    if (claim === "ask-again") decisions.push({ kind: "look", name });
    decisions.push(...this.#correct(record, outcome, now));
    const known = memberList.get(name);
    if (known?.instance === instance) decisions.push(...this.#saysOfItself(known, outcome, now));
    decisions.push(...this.#heardOf(name, instance, outcome, now));
    if (claim === undefined || claim === "ask-again") return decisions;
    decisions.push({ kind: "acquitted", record, sentAt });
    const after = memberList.get(name);
    // Who has believed it hears from the member itself that it is not so.
    if (after !== undefined && wins(claim, after)) decisions.push(tell([claim], instance));
    return decisions;
  }

  /** A ping to a member has failed: what others say against it may be true. */
  missed(record: MemberRecord, now: number): NewsDecision[] {
    const claim = this.#hearsay.missed(record);
    return claim === undefined ? [] : this.#merge(claim, now);
  }

  /**
   * A candidate has answered as the name and the instance that its row claims, which the transport
   * has checked. Here it becomes a member, by what it says itself: nothing else of its row counts.
   */
  proven(
    { name, instance, addresses, software }: RowClaim,
    outcome: PingOutcome & { kind: "pong" },
    now: number,
  ): NewsDecision[] {
    const { memberList, candidates } = this.#parts;
    if (name === memberList.self.name) return [];
    const decisions = this.#merge(claimOf({ name, instance, addresses, software }, outcome), now);
    if (candidates.holds(name, instance)) candidates.drop(name);
    return [...decisions, ...this.#heardOf(name, instance, outcome, now)];
  }

  /** The row of a member or a candidate that has failed is gone for good: so is it, on all nodes. */
  bury(dead: MemberRecord | Candidate, now: number): NewsDecision[] {
    const { candidates, memberList } = this.#parts;
    if (!(dead instanceof Candidate)) {
      return this.#merge(makeRecord({ ...dead, state: "left" }), now);
    }
    const { claim, name } = dead;
    if (memberList.get(name) !== undefined || candidates.ownerOf(claim) !== undefined) {
      candidates.drop(name);
      return [];
    }
    // Its incarnation is what only a row says: nobody should have to speak against that.
    return this.#merge(makeRecord({ ...claim, incarnation: 0, state: "left" }), now);
  }

  /** A peer's buckets: answers with what differs. */
  syncAsked(theirs: readonly number[], reply: number, out: Effect[]): void {
    this.#antiEntropy.asked(theirs, reply, out);
  }

  /** A peer has told its records of the buckets that differ, and they are heard already. */
  synced(input: Input & { kind: "synced" }, hasChanged: boolean, now: number): NewsDecision[] {
    const { lacking, next } = this.#antiEntropy.answered(input, hasChanged, now);
    const decisions: NewsDecision[] = next === undefined ? [] : [{ kind: "look", ...next }];
    if (lacking.length > 0) decisions.push(tell(lacking, input.from));
    return decisions;
  }

  /** Says goodbye to all, and to those who are just being asked. */
  leave(asked: readonly InstanceId[], now: number, out: Effect[]): void {
    this.own.leave(now);
    // Who is just being asked for the first time is no neighbour yet, and knows this node already.
    const to = new Set([...this.#neighboursAt(now), ...asked]);
    this.#parts.outbox.flush([...to], (all) => all, now, out);
  }

  /**
   * Takes what a member says of any node, this one included.
   *
   * @param from who says it; `undefined` if it is not known
   */
  heard(record: MemberRecord, from: InstanceId | undefined, now: number): readonly NewsDecision[] {
    const { memberList, candidates } = this.#parts;
    if (memberList.knows(record)) return nothing;
    const { name } = record;
    if (name === memberList.self.name) return this.own.heard(record, now);
    const known = memberList.get(name);
    // Who calls a name gone that has the instance of a member knows no more than a copy of its row.
    const isMadeUp = known === undefined
      ? record.state === "left" && candidates.ownerOf(record) !== undefined
      : isLeap(known.incarnation, record.incarnation);
    if (isMadeUp) return [];
    if (this.#hearsay.holds(record, from, now)) return [{ kind: "look", name }];
    return this.#merge(record, now);
  }

  /** A member tells its own incarnation, and perhaps all of its record. */
  #saysOfItself(known: MemberRecord, content: PingContent, now: number): NewsDecision[] {
    const { record } = content;
    if (record === undefined) return [];
    const isNews = record.incarnation > known.incarnation ||
      record.state === "left" && known.state !== "left";
    if (isNews) return this.#merge(claimOf(known, content), now);
    this.#describe(known, record, now);
    return [];
  }

  /**
   * A peer itself tells its incarnation. If what is known of it is a leap above that, it was made up
   * by somebody else, and is given up for the peer's own word: otherwise nothing that it says could
   * ever win.
   */
  #correct(peer: Peer, content: PingContent, now: number): NewsDecision[] {
    const { memberList } = this.#parts;
    const known = memberList.get(peer.name);
    if (known === undefined || !isLeap(content.incarnation, known.incarnation)) return [];
    const isOther = known.instance !== peer.instance;
    if (isOther && known.state === "alive") return [];
    memberList.drop(peer.name);
    const merged = this.#merge(claimOf(peer, { incarnation: content.incarnation }), now);
    return [{ kind: "made-up", known, isOther }, ...merged];
  }

  /** Takes a record of another node, and passes it on if it is news. */
  #merge(record: MemberRecord, now: number): NewsDecision[] {
    const { memberList, outbox, candidates } = this.#parts;
    const candidate = candidates.failed.get(record.name);
    const ghost = candidate !== undefined && candidates.isShown(candidate) ? candidate : undefined;
    const merge = memberList.merge(record, now);
    if (merge.kind === "old") return [];
    this.#antiEntropy.viewChanged(now);
    // Of a dead member a row may still announce the next one of its name.
    if (record.state === "alive" || candidates.holds(record.name, record.instance)) {
      candidates.drop(record.name);
    }
    // A newcomer can wait for the others of its kind; a death or a return cannot.
    const isJoin = record.state === "alive" && merge.before === undefined;
    if (isJoin) outbox.join(record, now);
    else outbox.record(record, now);
    return [{ kind: "taken", record, before: merge.before, ghost }];
  }

  /** A member says more of itself than was known, such as its tags. */
  #describe(known: MemberRecord, told: MemberRecord | undefined, now: number): void {
    if (known.startedAt !== "" || known.state !== "alive" || told?.hash !== known.hash) return;
    this.#parts.memberList.describe(told, now);
  }

  /** Something identified came from a member: it lives, and its fingerprint may differ. */
  #heardOf(
    name: NodeName,
    instance: InstanceId,
    content: PingContent | (PingOutcome & { kind: "pong" }),
    now: number,
  ): NewsDecision[] {
    const { memberList } = this.#parts;
    const known = memberList.get(name);
    if (known === undefined) return [];
    // It was replaced, or is a newcomer that must raise its incarnation: let it know.
    if (known.instance !== instance) {
      const told = tell([known], instance);
      return known.state === "alive" ? [told, { kind: "rivalled", record: known }] : [told];
    }
    const decisions: NewsDecision[] = [];
    // Who pings goes by what this node told before: since then its machine may have been set back to
    // an image of it. An answer goes by what the ping has told, and holds what is not known.
    const isAnswer = "kind" in content;
    if (!isAnswer && (content.incarnation > known.incarnation || known.startedAt === "")) {
      decisions.push({ kind: "look", name });
    }
    if (isAnswer && content.incarnation > known.incarnation) {
      const { incarnation } = content;
      const record = makeRecord({ ...known, state: "alive", cause: undefined, incarnation });
      decisions.push(...this.#merge(record, now));
    } else if (known.state !== "alive" && content.incarnation <= known.incarnation) {
      decisions.push(tell([known], instance));
      if (known.state === "failed") decisions.push({ kind: "look", name });
    }
    const buckets = this.#antiEntropy.consider(content.fingerprint, now);
    if (buckets !== undefined) decisions.push({ kind: "compare", peer: known, buckets });
    return decisions;
  }

  #flush(now: number, out: Effect[]): void {
    const { outbox, random, memberList } = this.#parts;
    const toAll = memberList.ring.size <= joinToAllMax;
    const some = (all: readonly InstanceId[]): readonly InstanceId[] =>
      toAll || all.length <= joinFanout ? all : shuffled(all, random).slice(0, joinFanout);
    outbox.flush(this.#neighboursAt(now), some, now, out);
  }

  #neighboursAt(now: number): InstanceId[] {
    const watched = [...this.#parts.memberList.ring.targets.values()];
    return this.#neighbours.all(watched.map(({ instance }) => instance), now);
  }
}
