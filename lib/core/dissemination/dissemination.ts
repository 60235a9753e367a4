/**
 * What members tell each other, and what that does to this node's own view.
 *
 * Every record that wins over the one that stands here is taken, acted upon and passed on; one that
 * speaks of this node itself is confirmed or refuted.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { LocalHealth } from "../detector/local_health.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { Outbox } from "./outbox.ts";
import type { Random } from "../base/random.ts";
import type { VerdictParts } from "../detector/evidence.ts";
import { formatAddress, sameAddresses } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import type { Change } from "../explain/change.ts";
import type { Candidate, RowClaim } from "../discovery/candidate.ts";
import { claimOf } from "./claim.ts";
import { AntiEntropy } from "./anti_entropy.ts";
import { countAbove, isLeap } from "../base/count.ts";
import { candidateStatus, statusOf } from "../detector/evidence.ts";
import { Neighbours } from "./neighbours.ts";
import type { News } from "./news.ts";
import { Hearsay } from "./hearsay.ts";
import type { Effect, Input, Peer, PingContent, PingOutcome } from "../input.ts";
import type { Finding, Prober } from "../detector/prober.ts";
import { shuffled } from "../base/random.ts";
import { failedReason, unansweredReason } from "../explain/reasons.ts";
import { makeRecord, wins } from "./record.ts";
import type { MemberRecord } from "./record.ts";
import { Refutations } from "./refutations.ts";
import type { MemberList } from "./member_list.ts";
import type { InstanceId } from "../registration/row.ts";
import type { StatusReporter } from "../explain/status_reporter.ts";

/** How many neighbours are told of newcomers in a large cluster. */
const joinFanout = 6;

/** Up to this many members all neighbours are told: a few words more are cheaper than a delay. */
const joinToAllMax = 64;

/** What dissemination works with. */
export interface DisseminationParts extends VerdictParts {
  readonly settings: Settings;
  readonly prober: Prober;
  readonly health: LocalHealth;
  readonly candidates: Candidates;
  readonly outbox: Outbox;
  readonly random: Random;
}

/** Gossip and refutation of one node. */
export class Dissemination {
  readonly #parts: DisseminationParts;
  readonly #statusReporter: StatusReporter;
  readonly #antiEntropy: AntiEntropy;
  readonly #neighbours: Neighbours;
  readonly #hearsay: Hearsay;
  /** Answers to what others say of this node. */
  readonly refutations: Refutations;
  #leaving = false;

  constructor(parts: DisseminationParts, statusReporter: StatusReporter) {
    this.#parts = parts;
    this.#statusReporter = statusReporter;
    this.#neighbours = new Neighbours(parts.settings.intervalMs);
    this.#hearsay = new Hearsay(parts);
    this.refutations = new Refutations(
      parts,
      (incarnation, at) => this.#renewSelf({ incarnation }, at),
    );
    this.#antiEntropy = new AntiEntropy(
      parts,
      (record, from, at) => this.heard(record, from, at),
    );
  }

  get wakeAt(): number {
    return Math.min(this.#parts.outbox.dueAt, this.refutations.wakeAt);
  }

  wake(now: number, out: Effect[]): void {
    this.refutations.wake(now);
    if (now >= this.#parts.outbox.dueAt) this.#flush(now, out);
  }

  /** Takes a record that this node has made itself into its own view, and passes it on. */
  publish(record: MemberRecord, now: number): void {
    this.#merge(record, now);
  }

  /** A member pinged this node. */
  pinged(from: Peer, content: PingContent, now: number, out: Effect[]): void {
    const { memberList, keeper, links, prober } = this.#parts;
    if (from.instance === memberList.self.instance || this.#leaving) return;
    // Another process with our name: the registry knows whose it is.
    if (from.name === memberList.self.name) return keeper.hasten(now);
    this.#statusReporter.pinged();
    this.#neighbours.pingedBy(from.instance, now);
    this.#correct(from, content, now);
    const known = memberList.get(from.name);
    if (known?.instance === from.instance) this.#saysOfItself(known, content, now);
    else this.heard(claimOf(from, content), undefined, now);
    const isBad = memberList.ring.watches(from.name) && links.get(from.name)?.isBad;
    if (isBad) prober.hasten(from.name, now);
    this.#heardOf(from.name, from.instance, content, now, out);
  }

  /** A member answered a ping of this node. */
  ponged(
    { record, sentAt, outcome }: Finding & { kind: "pong" },
    now: number,
    out: Effect[],
  ): void {
    const { memberList, detector } = this.#parts;
    const claim = this.#hearsay.answered(record, sentAt, now);
    this.#correct(record, outcome, now);
    const known = memberList.get(record.name);
    if (known?.instance === record.instance) this.#saysOfItself(known, outcome, now);
    this.#heardOf(record.name, record.instance, outcome, now, out);
    if (claim === undefined) return;
    detector.answered(record, sentAt);
    const after = memberList.get(record.name);
    if (after === undefined || !wins(claim, after)) return;
    // Who has believed it hears from the member itself that it is not so.
    const news = { records: [claim], votes: [], sightings: [] };
    out.push({ kind: "tell", to: [record.instance], news });
  }

  /** A ping to a member has failed: what others say against it may be true. */
  missed(record: MemberRecord, now: number): void {
    const claim = this.#hearsay.missed(record);
    if (claim !== undefined) this.#merge(claim, now);
  }

  /**
   * A candidate has answered as the name and the instance that its row claims, which the transport
   * has checked. Here it becomes a member, by what it says itself: nothing else of its row counts.
   */
  proven(
    { name, instance, addresses, software }: RowClaim,
    outcome: PingOutcome & { kind: "pong" },
    now: number,
    out: Effect[],
  ): void {
    if (name === this.#parts.memberList.self.name) return;
    this.#merge(claimOf({ name, instance, addresses, software }, outcome), now);
    if (this.#parts.candidates.holds(name, instance)) this.#parts.candidates.drop(name);
    this.#heardOf(name, instance, outcome, now, out);
  }

  /** Two pings to a candidate have failed: it is shown, as what it is. */
  unanswered(candidate: Candidate, now: number): void {
    const { candidates, keeper, settings } = this.#parts;
    // Where listings are rare this one cannot wait: its heartbeat may tell more.
    if (settings.registryPaceMs > 0) keeper.hint(now);
    if (!candidates.isShown(candidate)) return;
    const status = candidateStatus(this.#parts, candidate, now);
    const reason = unansweredReason(candidate);
    this.#tell({ kind: "failed", name: candidate.name, status, reason }, now);
  }

  /** The row of a candidate is gone for good: so is the candidate, on all nodes. */
  buryCandidate(candidate: Candidate, now: number): void {
    const { candidates, memberList } = this.#parts;
    const { claim, name } = candidate;
    if (memberList.get(name) !== undefined) return candidates.drop(name);
    // Its incarnation is what only a row says: nobody should have to speak against that.
    this.#merge(makeRecord({ ...claim, incarnation: 0, state: "left" }), now);
  }

  /** A peer has seen heartbeats of members that failed. */
  sighted(sightings: News["sightings"], now: number): void {
    const { memberList, outbox, heartbeats } = this.#parts;
    for (const sighting of sightings) {
      const { name, instance, heartbeat } = sighting;
      if (!memberList.failed.has(name) || !heartbeats.sighted(name, instance, heartbeat, now)) {
        continue;
      }
      outbox.sighting(sighting, now);
      this.#statusReporter.soon(now);
    }
  }

  /** A peer's buckets: answers with what differs. */
  syncAsked(theirs: readonly number[], reply: number, out: Effect[]): void {
    this.#antiEntropy.asked(theirs, reply, out);
  }

  /** A peer's records of the buckets that differ. */
  synced(input: Input & { kind: "synced" }, now: number, out: Effect[]): void {
    this.#antiEntropy.answered(input, now, out);
  }

  /**
   * This node is reached elsewhere from now on: tells everybody, and has its row written at once.
   * If it has lost an address, what was connected by that one is dead, however long it keeps still;
   * all other connections stay. A bridge for containers that goes concerns none of them.
   */
  moved(addresses: readonly Address[], now: number, out: Effect[]): void {
    const { memberList, prober } = this.#parts;
    const before = memberList.self.addresses;
    if (this.#leaving || sameAddresses(before, addresses)) return;
    const { incarnation } = memberList.self;
    this.#renewSelf({ addresses, incarnation: countAbove(incarnation, incarnation) }, now);
    const [from, to] = [before, addresses].map((all) => all.map(formatAddress).join(", "));
    const message = `The addresses of this node have changed from ${from} to ${to}`;
    out.push({ kind: "note", level: "info", message });
    const hosts = before.map(({ host }) => host)
      .filter((host) => addresses.every((other) => other.host !== host));
    if (hosts.length === 0) return;
    out.push({ kind: "drop", hosts });
    for (const { name } of memberList.ring.members()) prober.hasten(name, now);
  }

  /** Says goodbye to all, and to those who are just being asked. */
  leave(asked: readonly InstanceId[], now: number, out: Effect[]): void {
    this.#leaving = true;
    this.refutations.stop();
    const record = this.#parts.memberList.renewSelf({ state: "left" });
    const { outbox } = this.#parts;
    outbox.record(record, now);
    // Who is just being asked for the first time is no neighbour yet, and knows this node already.
    const to = new Set([...this.#neighboursAt(now), ...asked]);
    outbox.flush([...to], (all) => all, now, out);
  }

  /**
   * Takes what a member says of any node, this one included.
   *
   * @param from who says it; `undefined` if it is not known
   */
  heard(record: MemberRecord, from: InstanceId | undefined, now: number): void {
    const { memberList } = this.#parts;
    if (record.name === memberList.self.name) return this.refutations.heard(record, now);
    const known = memberList.get(record.name);
    const isMadeUp = known !== undefined && isLeap(known.incarnation, record.incarnation);
    if (!isMadeUp && !this.#hearsay.holds(record, from, now)) this.#merge(record, now);
  }

  /** A member tells its own incarnation, and perhaps all of its record. */
  #saysOfItself(known: MemberRecord, content: PingContent, now: number): void {
    const { record } = content;
    if (record === undefined) return;
    const isNews = record.incarnation > known.incarnation ||
      record.state === "left" && known.state !== "left";
    if (isNews) this.#merge(claimOf(known, content), now);
    else this.#describe(known, record, now);
  }

  /**
   * A peer itself tells its incarnation. If what is known of it is a leap above that, it was made up
   * by somebody else, and is given up for the peer's own word: otherwise nothing that it says could
   * ever win.
   */
  #correct(peer: Peer, content: PingContent, now: number): void {
    const { memberList, prober, detector } = this.#parts;
    const known = memberList.get(peer.name);
    if (known === undefined || !isLeap(content.incarnation, known.incarnation)) return;
    const isOther = known.instance !== peer.instance;
    if (isOther && known.state === "alive") return;
    memberList.drop(peer.name);
    detector.clear(known.name);
    if (isOther) prober.forget(known);
    this.#merge(claimOf(peer, { incarnation: content.incarnation }), now);
  }

  /** Takes a record of another node; acts and passes it on if it is news. */
  #merge(record: MemberRecord, now: number): void {
    const { memberList, outbox, candidates } = this.#parts;
    const candidate = candidates.get(record.name);
    const ghost = candidate !== undefined && candidates.isShown(candidate) ? candidate : undefined;
    const merge = memberList.merge(record, now);
    if (merge.kind === "old") return;
    this.#antiEntropy.viewChanged(now);
    this.#act(record, merge.before, ghost, now);
    // Of a dead member a row may still announce the next one of its name.
    if (record.state === "alive" || candidate?.instance === record.instance) {
      candidates.drop(record.name);
    }
    // A newcomer can wait for the others of its kind; a death or a return cannot.
    const isJoin = record.state === "alive" && merge.before === undefined;
    if (isJoin) outbox.join(record, now);
    else outbox.record(record, now);
    this.#parts.prober.refresh(now);
  }

  /** A member says more of itself than was known, such as its tags. */
  #describe(known: MemberRecord, told: MemberRecord | undefined, now: number): void {
    if (known.startedAt !== "" || known.state !== "alive" || told?.hash !== known.hash) return;
    this.#parts.memberList.describe(told, now);
  }

  /** @param ghost the candidate of its name that was shown as failed until now */
  #act(
    record: MemberRecord,
    before: MemberRecord | undefined,
    ghost: Candidate | undefined,
    now: number,
  ): void {
    const { detector, keeper, prober, settings } = this.#parts;
    const { name, instance } = record;
    const shown = before?.state === "left" ? ghost : before ?? ghost;
    const isReplaced = shown !== undefined && shown.instance !== instance;
    if (before !== undefined && before.instance !== instance) prober.forget(before);
    detector.clear(name);
    if (isReplaced && (shown === before || record.state === "alive")) {
      const reason = "a new process runs under its name";
      this.#tell({ kind: "replaced", name, reason }, now);
    }
    switch (record.state) {
      case "alive":
        if (isReplaced) return;
        if (shown === undefined) this.#tell({ kind: "joined", name, reason: "it answered" }, now);
        else if (shown === ghost || before?.state === "failed") {
          this.#tell({ kind: "returned", name, reason: "it has shown that it lives" }, now);
        }
        return;
      case "failed": {
        detector.flapping.note(name, now);
        if (ghost?.instance === instance) return;
        // Where listings are rare this one cannot wait: its heartbeat may tell more.
        if (settings.registryPaceMs > 0) keeper.hint(now);
        const status = statusOf(this.#parts, record, now);
        const reason = failedReason(this.#parts, record, now);
        return this.#tell({ kind: "failed", name, status, reason }, now);
      }
      case "left": {
        prober.forget(record);
        this.#parts.heartbeats.forget(name);
        if (shown === undefined || isReplaced && shown === ghost) return;
        const forgotten = shown === ghost || before?.state === "failed";
        const reason = forgotten ? "it had failed and its row was removed" : "it announced it";
        return this.#tell({ kind: forgotten ? "forgotten" : "left", name, reason }, now);
      }
    }
  }

  #tell(change: Change, now: number): void {
    this.#statusReporter.changed(change, now);
  }

  /** Something identified came from a member: it lives, and its fingerprint may differ. */
  #heardOf(
    name: MemberRecord["name"],
    instance: InstanceId,
    content: PingContent | (PingOutcome & { kind: "pong" }),
    now: number,
    out: Effect[],
  ): void {
    const { memberList, prober } = this.#parts;
    const known = memberList.get(name);
    if (known === undefined) return;
    if (known.instance !== instance) {
      // It was replaced, or is a newcomer that must raise its incarnation: let it know.
      const news = { records: [known], votes: [], sightings: [] };
      return void out.push({ kind: "tell", to: [instance], news });
    }
    const isNewer = content.incarnation > known.incarnation;
    if (isNewer) {
      const { incarnation } = content;
      this.#merge(makeRecord({ ...known, state: "alive", cause: undefined, incarnation }), now);
    } else if (known.state !== "alive") {
      const news = { records: [known], votes: [], sightings: [] };
      out.push({ kind: "tell", to: [instance], news });
      if (known.state === "failed") prober.hasten(name, now);
    }
    this.#antiEntropy.consider(known, content.fingerprint, now, out);
  }

  /** Tells everybody what is new about this node. */
  #renewSelf(content: Parameters<MemberList["renewSelf"]>[0], now: number): void {
    const { memberList, outbox, keeper } = this.#parts;
    outbox.record(memberList.renewSelf(content), now);
    this.#antiEntropy.viewChanged(now);
    keeper.bump(now);
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
