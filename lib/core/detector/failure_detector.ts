/**
 * Reaches the verdict: from a bad link to a vote, from votes to a failed member.
 *
 *     link bad ──▶ ask helpers ──one reaches it──▶ only this link is bad
 *        │              └──none does──▶ vote ──enough votes, and time to refute──▶ failed
 *        └─refused twice, or somebody else there──▶ vote ──a second such vote──▶ failed at once
 *
 * This node doubts itself first: while it is held up, or has lost most of those that it watches, it
 * does not vote, unless the registry shows that the member's heartbeat has stopped as well, or lacks
 * its row.
 *
 * It touches nothing but its own suspicions: what it has decided it returns.
 *
 * @module
 */
import type { RegistryHeartbeats } from "./registry_heartbeats.ts";
import type { Change } from "../members/change.ts";
import type { IndirectProbesParts, Question } from "./indirect_probes.ts";
import { isLeap } from "../base/count.ts";
import { failureWords } from "../base/ping_failure.ts";
import { Flapping } from "./flapping.ts";
import { IndirectProbes } from "./indirect_probes.ts";
import { Isolation } from "./isolation.ts";
import type { Link } from "../members/link.ts";
import type { NodeName } from "../base/name.ts";
import { makeRecord } from "../members/record.ts";
import type { MemberRecord } from "../members/record.ts";
import type { InstanceId } from "../members/row.ts";
import { Rivals } from "./rivals.ts";
import { Schedule } from "../base/schedule.ts";
import {
  conclusiveVotesMin,
  Suspicion,
  suspicionMs,
  voteLifeMs,
  votesMin,
  votesNeeded,
} from "./suspicion.ts";
import type { Vote } from "../members/news.ts";

/** Intervals until helpers are asked again about a member whose state they have already settled. */
const askAgainIntervals = 5;

/** Names of accusers kept in a record, and told in a reason. */
export const accusersMax = 4;

/** How long nobody is condemned after this process was held up, in milliseconds. */
const calmMs = 500;

/** What the detector works with. */
export interface DetectorParts extends IndirectProbesParts {
  readonly heartbeats: RegistryHeartbeats;
}

/** That a member has failed. */
export interface Verdict {
  readonly kind: "failed";
  readonly record: MemberRecord;
  /** True if this node has voted so itself; if not, it only counts the votes of others. */
  readonly isOwn: boolean;
}

/** What is to be done, as the detector sees it. */
export type Decision =
  /** Ask a helper. */
  | Question
  /** Pass on a vote: this node's own, or one that is news. */
  | { readonly kind: "vote"; readonly vote: Vote }
  /** Ask that member out of turn. */
  | { readonly kind: "look"; readonly name: NodeName }
  /** Helpers have reached that member although this node did not. */
  | { readonly kind: "reached"; readonly name: NodeName }
  | { readonly kind: "change"; readonly change: Change };

const nothing: readonly Decision[] = [];

/** Votes, suspicions and verdicts of one node. */
export class FailureDetector {
  /** Who fails again and again. */
  readonly flapping = new Flapping();
  readonly #parts: DetectorParts;
  readonly #suspicions = new Map<NodeName, Suspicion>();
  readonly #reviews = new Schedule<NodeName>();
  readonly #probes: IndirectProbes;
  readonly #isolation: Isolation;
  readonly #rivals = new Rivals(voteLifeMs);
  #sequence = 0;
  #calmUntil = -Infinity;

  constructor(parts: DetectorParts) {
    this.#parts = parts;
    this.#probes = new IndirectProbes(parts);
    this.#isolation = new Isolation();
  }

  get wakeAt(): number {
    return this.#reviews.earliest;
  }

  /** True while this node has lost most of those that it watches and may itself be cut off. */
  get isIsolated(): boolean {
    return this.#isolation.isIsolated;
  }

  /**
   * This process was held up until `now`: the time that others had to refute has passed without
   * being heard, and their words may still wait to be read.
   */
  heldUp(now: number): void {
    this.#calmUntil = now + calmMs;
  }

  /** The votes that count against a member. */
  votes(record: MemberRecord, now: number): readonly Vote[] {
    return this.#suspicions.get(record.name)?.votes(record.incarnation, now) ?? [];
  }

  /** True if at least one vote counts against a member. */
  isSuspected(record: MemberRecord, now: number): boolean {
    const suspicion = this.#suspicions.get(record.name);
    return suspicion !== undefined && !suspicion.isOver(record.incarnation, now);
  }

  /** How many votes it takes to call a member failed, as things stand. */
  needed(record: MemberRecord, now: number): number {
    return votesNeeded(this.#observersOf(record, now));
  }

  /** How many conclusive votes it takes to call a member failed at once. */
  neededConclusive(record: MemberRecord, now: number): number {
    return Math.min(conclusiveVotesMin, this.#observersOf(record, now));
  }

  /** The link of a watched member is bad, or still is. */
  linkBad(record: MemberRecord, link: Link, now: number): readonly Decision[] {
    const changes = this.#reviewIsolation();
    if (record.state !== "alive" || link.misses.length === 0) return changes;
    if (link.isConclusive) return [...changes, ...this.#vote(record, link, true, now)];
    if (this.#isAnswered(record, now)) return changes;
    const questions = this.#probes.ask(record, now);
    if (questions.length > 0) return [...changes, ...questions];
    return [...changes, ...this.#vote(record, link, false, now)];
  }

  /** A watched member answered. */
  linkGood(record: MemberRecord, wasBad: boolean, now: number): readonly Decision[] {
    this.#probes.cancel(record.name);
    this.#rivals.forget(record.name);
    // Where all have come back as new processes no link was bad.
    const changes = wasBad || this.isIsolated ? this.#reviewIsolation() : nothing;
    return [...changes, ...this.#takeBack(record, now)];
  }

  /** A member has answered a ping that was sent at `sentAt`: what was voted before is not so. */
  answered({ name }: MemberRecord, sentAt: number): void {
    this.#suspicions.get(name)?.refute(sentAt);
  }

  /** A helper answered, or did not. */
  probeEnded(number: number, reached: boolean | undefined, now: number): readonly Decision[] {
    const finding = this.#probes.ended(number, reached);
    if (finding === undefined) return nothing;
    const { name, instance } = finding.record;
    const current = this.#parts.memberList.get(name);
    if (current?.instance !== instance) return nothing;
    const link = this.#parts.links.of(name);
    if (finding.reached) return this.#reachedByHelper(finding.record, link, now);
    if (current.state !== "alive" || !link.isBad) return nothing;
    return this.#vote(current, link, false, now);
  }

  /**
   * A member voted; what follows if that is news. Votes about this node itself are not for here.
   *
   * @param from who says so; `undefined` if it is not known
   */
  heard(vote: Vote, from: InstanceId | undefined, now: number): readonly Decision[] {
    const { memberList, links } = this.#parts;
    const record = memberList.get(vote.subjectName);
    if (record === undefined || record.instance !== vote.subject) return nothing;
    // An echo of what this node said itself, and may have taken back.
    if (vote.voter === memberList.self.instance) return nothing;
    if (record.state !== "alive" || vote.incarnation < record.incarnation) return nothing;
    // No refutation could outdo it.
    if (isLeap(record.incarnation, vote.incarnation)) return nothing;
    const known = this.#suspicions.get(record.name);
    if (known === undefined && vote.kind === undefined) return nothing;
    const suspicion = known ?? this.#suspect(record, now);
    if (!suspicion.hear(vote, now, from === vote.voter)) return nothing;
    this.#reviews.hasten(record.name, now);
    // Whoever watches it looks at once, so that it is soon confirmed or refuted.
    const mayRefute = memberList.ring.watches(record.name) &&
      links.get(record.name)?.isBad !== true;
    return vote.kind !== undefined && mayRefute
      ? [{ kind: "look", name: record.name }, { kind: "vote", vote }]
      : [{ kind: "vote", vote }];
  }

  /** The next verdict that is due. Each changes the view by which the one after it is reached. */
  takeVerdict(now: number): Verdict | undefined {
    for (let due = this.#reviews.take(now); due !== undefined; due = this.#reviews.take(now)) {
      const verdict = this.#review(due, now);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  /** Another process with the cookie has pinged this node under the name of that member. */
  rivalled(record: MemberRecord, now: number): void {
    this.#rivals.pinged(record, now);
    if (this.#suspicions.has(record.name)) this.#reviews.hasten(record.name, now);
  }

  /** Drops all that is known against a member: it has failed, left, refuted it, or was replaced. */
  clear(name: NodeName): void {
    this.#forget(name);
    this.#rivals.forget(name);
    this.#probes.cancel(name);
  }

  #suspect(record: MemberRecord, now: number): Suspicion {
    const suspicion = new Suspicion(now);
    this.#suspicions.set(record.name, suspicion);
    return suspicion;
  }

  #forget(name: NodeName): void {
    this.#suspicions.delete(name);
    this.#reviews.delete(name);
  }

  /** The link of a watched member has turned bad or good. */
  #reviewIsolation(): readonly Decision[] {
    const { memberList, links } = this.#parts;
    const watched = [...memberList.ring.targets.keys()];
    const change = this.#isolation.review(watched.map((name) => links.get(name)));
    if (change === undefined) return nothing;
    return [{ kind: "change", change: { ...change, name: memberList.self.name } }];
  }

  #reachedByHelper(record: MemberRecord, link: Link, now: number): readonly Decision[] {
    const first = link.helpersReachedAt === undefined;
    const { name } = record;
    const reached = [{ kind: "reached", name } as const, ...this.#takeBack(record, now)];
    const last = link.misses.at(-1);
    if (!first || last === undefined) return reached;
    const reason = `other members reach it: ${failureWords(last.kind)}`;
    return [...reached, { kind: "change", change: { kind: "link-bad", name, reason } }];
  }

  /** True if helpers are being asked about a member, or were not long ago. */
  #isAnswered(record: MemberRecord, now: number): boolean {
    return this.#probes.isAsking(record.name, now) || this.#askedLately(record, now);
  }

  /** True if helpers have answered not long ago, and nothing has changed since. */
  #askedLately({ name, incarnation }: MemberRecord, now: number): boolean {
    const { links, settings } = this.#parts;
    const suspicion = this.#suspicions.get(name);
    const reachedAt = links.of(name).helpersReachedAt;
    if (reachedAt !== undefined && suspicion?.isOver(incarnation, now) === false) return false;
    const settledAt = reachedAt ?? suspicion?.ownVoteAt;
    return settledAt !== undefined && now - settledAt < askAgainIntervals * settings.intervalMs;
  }

  #vote(
    record: MemberRecord,
    link: Link,
    conclusive: boolean,
    now: number,
  ): readonly Decision[] {
    const last = link.misses.at(-1);
    if (last === undefined || !this.#mayVote(record, link, now)) return nothing;
    const suspicion = this.#suspicions.get(record.name) ?? this.#suspect(record, now);
    const own = suspicion.votes(record.incarnation, now)
      .find(({ voter }) => voter === this.#parts.memberList.self.instance);
    // A vote that has expired is cast again; it is as old as the first one that was not taken back.
    suspicion.ownVoteAt ??= now;
    this.#reviews.hasten(record.name, now);
    const renewed = own === undefined || (conclusive && own.conclusive !== true);
    return renewed ? this.#cast({ record, kind: last.kind, conclusive }, suspicion, now) : nothing;
  }

  /** This node does not vote against a member any more, if it did. */
  #takeBack(record: MemberRecord, now: number): readonly Decision[] {
    const suspicion = this.#suspicions.get(record.name);
    if (suspicion?.ownVoteAt === undefined) return nothing;
    suspicion.ownVoteAt = undefined;
    return this.#cast({ record, kind: undefined, conclusive: false }, suspicion, now);
  }

  #cast(
    { record, kind, conclusive }: Pick<Vote, "kind"> & {
      record: MemberRecord;
      conclusive: boolean;
    },
    suspicion: Suspicion,
    now: number,
  ): readonly Decision[] {
    const { self } = this.#parts.memberList;
    const vote: Vote = {
      subject: record.instance,
      subjectName: record.name,
      incarnation: record.incarnation,
      voter: self.instance,
      voterName: self.name,
      sequence: ++this.#sequence,
      kind,
      conclusive,
    };
    suspicion.hear(vote, now);
    return [{ kind: "vote", vote }];
  }

  #mayVote(record: MemberRecord, link: Link, now: number): boolean {
    const { health, heartbeats } = this.#parts;
    if (!health.mayVote(now)) return false;
    if (!this.#isolation.isIsolated || link.isConclusive) return true;
    return heartbeats.hasStopped(record.name, record.instance, now);
  }

  /** The verdict if there is enough against a member; if not, plans when to look again. */
  #review(name: NodeName, now: number): Verdict | undefined {
    const { memberList, settings, links } = this.#parts;
    const suspicion = this.#suspicions.get(name);
    const record = memberList.get(name);
    if (suspicion === undefined || record === undefined) return undefined;
    if (record.state !== "alive") return void this.#forget(name);
    const votes = suspicion.votes(record.incarnation, now);
    if (votes.length === 0) {
      // What was taken back may still be on its way: it must not be news when it comes again.
      const forgottenAt = suspicion.heardAt + voteLifeMs;
      if (now < forgottenAt) this.#reviews.set(name, forgottenAt);
      else this.#forget(name);
      return undefined;
    }
    if (now < this.#calmUntil) return void this.#reviews.set(name, this.#calmUntil);
    const observers = this.#observersOf(record, now);
    const conclusive = votes.filter((vote) => vote.conclusive === true).length;
    if (conclusive >= this.neededConclusive(record, now)) {
      // Where its own pings say otherwise, this node waits for what the next one says.
      this.#reviews.set(name, now + voteLifeMs);
      return this.#verdict(record, votes);
    }
    const needed = votesNeeded(observers);
    const { ownVoteAt } = suspicion;
    if (ownVoteAt !== undefined && votes.length >= Math.min(votesMin, needed)) {
      const waitMs = suspicionMs(votes.length - 1, needed - 1, settings.timings) *
        this.flapping.stretch(record.name, now);
      if (now < ownVoteAt + waitMs) return void this.#reviews.set(name, ownVoteAt + waitMs);
      // What this node voted for before it came to doubt itself it does not carry out.
      if (this.#mayVote(record, links.of(name), now)) return this.#verdict(record, votes);
      this.#reviews.set(name, now + calmMs);
    } else {
      // New votes bring the next review; this one only clears up when they have expired.
      this.#reviews.set(name, now + voteLifeMs);
    }
    return undefined;
  }

  #verdict(record: MemberRecord, votes: readonly Vote[]): Verdict {
    const kinds = votes.flatMap(({ kind }) => kind === undefined ? [] : [kind]);
    const accusers = votes.map(({ voterName }) => voterName).slice(0, accusersMax);
    const isOwn = this.#suspicions.get(record.name)?.ownVoteAt !== undefined;
    return { kind: "failed", record: failedRecord(record, kinds[0] ?? "silent", accusers), isOwn };
  }

  /** How many that could vote watch a member, this node included. */
  #observersOf(record: MemberRecord, now: number): number {
    // The others know the other process, and do not vote on this one.
    if (this.#rivals.has(record, now)) return 1;
    const { ring } = this.#parts.memberList;
    let suspects = 0;
    for (const [name, suspicion] of this.#suspicions) {
      if (name !== record.name && suspicion.ownVoteAt !== undefined) suspects++;
    }
    if (this.#isolation.isIsolated) {
      for (const name of ring.targets.keys()) {
        if (name === record.name) continue;
        const isSuspect = this.#suspicions.get(name)?.ownVoteAt !== undefined;
        if (!isSuspect && this.#parts.links.get(name)?.isBad) suspects++;
      }
    }
    // The members that are not the subject, and oneself, who is not on the ring.
    const able = ring.size - suspects;
    return Math.max(1, Math.min(ring.observers, able));
  }
}

function failedRecord(
  record: MemberRecord,
  kind: NonNullable<MemberRecord["cause"]>["kind"],
  accusers: readonly NodeName[],
): MemberRecord {
  return makeRecord({ ...record, state: "failed", cause: { kind, accusers } });
}
