/**
 * Pings to candidates: the only way from a row to a member that needs no other member's word.
 *
 * A registry may be full of rows that nobody stands behind, and anybody who can write it can name any
 * address. So each candidate is asked as the budget of pings permits ({@linkcode UnverifiedQueue}),
 * in which each address counts as a ping, and a few at a time ({@linkcode AskWindow}); once
 * more soon if that fails, and from then on with growing pauses. In a larger cluster only a few ask,
 * others each time: one answer is enough for all. Who is new or alone asks all. A candidate that claims
 * the instance of a member with another name is never asked.
 *
 * @module
 */
import { jittered } from "../detector/ping_pause.ts";
import { TokenBucket } from "../detector/token_bucket.ts";
import type { Candidate } from "../members/candidate.ts";
import type { RowClaim } from "../members/row_claim.ts";
import { AskWindow } from "./ask_window.ts";
import type { Candidates } from "./candidates.ts";
import { hashText, mix } from "../base/hash.ts";
import { pingContent } from "../detector/ping_content.ts";
import type { Effect, PingOutcome } from "../input.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import { UnverifiedQueue } from "./unverified_queue.ts";
import type { CandidatePing, Ping, Pings, Sent } from "../pings.ts";
import type { NodeName } from "../base/name.ts";
import type { RegistryHeartbeats } from "../detector/registry_heartbeats.ts";
import type { LocalHealth } from "../detector/local_health.ts";
import type { Random } from "../base/random.ts";
import { observersMax } from "../members/ring.ts";
import type { MemberList } from "../members/member_list.ts";
import type { InstanceId } from "../members/row.ts";
import { Schedule } from "../base/schedule.ts";
import type { Settings } from "../settings.ts";

/** Addresses per interval of rows that have just appeared that are dialled, whatever else is sent. */
const freshPerInterval = 10;

/** So many whose rows are old are asked at once at first, and so many whose rows are new. */
const oldAtOnce = 2;
const freshAtOnce = 4;

/** Longest pause between two pings to a candidate, in milliseconds. */
export const candidatePauseMaxMs = 5 * 60_000;

/** Intervals between two pings to a candidate whose heartbeat moves. */
const movingPauseIntervals = 5;

/** How many nodes of a cluster ask a candidate when its turn comes. */
const askersMax = 4;

/** In a cluster of up to this many others all ask. */
const allAskMax = observersMax;

/** For so long after its start a node asks all, in milliseconds. */
const newMs = 10_000;

/** What the pings to candidates work with. */
export interface CandidateProberParts {
  readonly settings: Settings;
  readonly candidates: Candidates;
  readonly memberList: MemberList;
  readonly pings: Pings<Ping>;
  readonly health: LocalHealth;
  readonly heartbeats: RegistryHeartbeats;
  /** What the pings of this node may cost; those to members share it. */
  readonly budget: TokenBucket;
  readonly random: Random;
}

/** What a ping to a candidate showed. */
export type CandidateFinding =
  | { readonly kind: "none" }
  /** It has answered as the name and the instance that its row claims. */
  | {
    readonly kind: "proven";
    readonly claim: RowClaim;
    readonly outcome: PingOutcome & { kind: "pong" };
  }
  /** Two pings in a row have failed, for the first time. */
  | { readonly kind: "unanswered"; readonly candidate: Candidate };

/** Pings to candidates on their way and to come. */
export class CandidateProber {
  readonly #parts: CandidateProberParts;
  readonly #due = new Schedule<NodeName>();
  readonly #unverified: UnverifiedQueue;
  readonly #freshBudget: TokenBucket;
  readonly #window = new AskWindow(oldAtOnce);
  readonly #freshWindow = new AskWindow(freshAtOnce);
  #running = false;
  #startedAt = 0;

  constructor(parts: CandidateProberParts) {
    this.#parts = parts;
    this.#unverified = new UnverifiedQueue(parts.random);
    this.#freshBudget = new TokenBucket(freshPerInterval, parts.settings.intervalMs);
  }

  get wakeAt(): number {
    if (!this.#running) return Infinity;
    const { permitsAt } = this.#parts.budget;
    return Math.min(Math.max(this.#due.earliest, permitsAt), this.#introduceAt);
  }

  /** True while candidates wait that were never asked. */
  get isBusy(): boolean {
    return !this.#unverified.isEmpty;
  }

  /** Begins; before that nobody is asked. */
  start(now: number): void {
    this.#running = true;
    this.#startedAt = now;
    this.#freshBudget.begin(freshPerInterval, now);
  }

  /** A new candidate; `isFresh` if its row shows that its owner was alive a moment ago. */
  introduce(name: NodeName, isFresh: boolean): void {
    this.#unverified.add(name, isFresh);
  }

  /** A candidate has answered too late, or broken off: asks it now, out of turn. */
  late(name: NodeName, instance: InstanceId, now: number): void {
    const candidate = this.#parts.candidates.get(name);
    if (candidate?.instance !== instance) return;
    const { intervalMs } = this.#parts.settings;
    const plannedAt = this.#due.at(name) ?? Infinity;
    const at = candidate.link.askOutOfTurn("sign", plannedAt, intervalMs, now);
    if (at !== undefined) this.#due.set(name, at);
  }

  /** Sends what is due. */
  wake(now: number, out: Effect[]): void {
    if (!this.#running) return;
    const unverified = this.#unverified;
    const { budget, candidates } = this.#parts;
    // Of all that were new here others have told: nobody is left to be asked.
    if (candidates.isEmpty) unverified.clear();
    while (this.#isOpen(true, now) && this.#freshBudget.permits(now)) {
      const candidate = this.#askable(unverified.take(true));
      if (candidate === undefined) continue;
      this.#freshBudget.spend(now, costOf(candidate));
      this.#freshWindow.asks(candidate);
      this.#send(candidate, now, out);
    }
    while (budget.permits(now)) {
      // The first ping to somebody finds the living, the second only shows who is dead.
      const isFresh = this.#isOpen(true, now);
      const isUnasked = isFresh || this.#isOpen(false, now);
      const unasked = isUnasked ? unverified.take(isFresh) : undefined;
      const name = unasked ?? this.#due.take(now);
      if (name === undefined) return;
      const candidate = this.#askable(name);
      if (candidate === undefined) continue;
      // If it is not its turn here, others ask it.
      if (!this.#isChosen(candidate, now)) {
        this.#planTurn(candidate, now);
        continue;
      }
      if (unasked !== undefined) (isFresh ? this.#freshWindow : this.#window).asks(candidate);
      this.#send(candidate, now, out);
    }
  }

  /** A ping ended; returns what it showed. */
  ended(ping: Sent<CandidatePing>, outcome: PingOutcome, now: number): CandidateFinding {
    const { candidate, at } = ping;
    const { name, claim, link } = candidate;
    link.ended(ping.number);
    for (const window of [this.#window, this.#freshWindow]) {
      window.ended(candidate, outcome.kind === "pong", now);
    }
    if (outcome.kind === "pong") {
      link.pong(outcome.roundTripUs, outcome.address, now);
      return { kind: "proven", claim, outcome };
    }
    const { candidates, settings } = this.#parts;
    if (candidates.get(name) !== candidate) return { kind: "none" };
    if (ping.wasHeldUp || link.forgives(outcome.kind)) {
      this.#due.hasten(name, now);
      return { kind: "none" };
    }
    const isBad = link.miss({ kind: outcome.kind, detail: outcome.detail, sentAt: at }, now);
    if (!isBad) {
      this.#due.set(name, now + settings.timings.secondPingDelayMs);
      return { kind: "none" };
    }
    const isNew = candidates.fail(candidate, now);
    this.#planTurn(candidate, now);
    return isNew ? { kind: "unanswered", candidate } : { kind: "none" };
  }

  /** When the next one of those who wait to be asked may be asked. */
  get #introduceAt(): number {
    const { freshCount, otherCount } = this.#unverified;
    const { permitsAt } = this.#parts.budget;
    const freshAt = freshCount === 0
      ? Infinity
      : Math.max(this.#opensAt(true), Math.min(this.#freshBudget.permitsAt, permitsAt));
    const otherAt = otherCount === 0 ? Infinity : Math.max(this.#opensAt(false), permitsAt);
    return Math.min(freshAt, otherAt);
  }

  #opensAt(isFresh: boolean): number {
    return (isFresh ? this.#freshWindow : this.#window).opensAt(this.#unverified.size);
  }

  /** True if one whose row is new, or old, waits and may be asked for the first time. */
  #isOpen(isFresh: boolean, now: number): boolean {
    const { freshCount, otherCount } = this.#unverified;
    return (isFresh ? freshCount : otherCount) > 0 && this.#opensAt(isFresh) <= now;
  }

  /** The candidate of that name, unless there is no need to ask it, or no right. */
  #askable(name: NodeName | undefined): Candidate | undefined {
    const { candidates } = this.#parts;
    const candidate = name && candidates.get(name);
    if (candidate === undefined || candidate.link.ping !== undefined) return undefined;
    return candidates.ownerOf(candidate) === undefined ? candidate : undefined;
  }

  /**
   * True if it is this node that asks. Which ones do follows from both instances, and changes from
   * turn to turn, so that it does not always hit those who cannot reach the candidate.
   */
  #isChosen({ instance, turns, link }: Candidate, now: number): boolean {
    const { ring, self } = this.#parts.memberList;
    if (ring.size <= allAskMax || now - this.#startedAt < newMs) return true;
    // Who has asked once asks again soon: one ping that fails shows nothing.
    if (link.misses.length === 1) return true;
    const place = mix(mix(hashText(instance) ^ self.instanceHash) + turns) % (ring.size + 1);
    return place < askersMax;
  }

  /** Plans the next turn of a candidate, each after a longer pause than the one before. */
  #planTurn(candidate: Candidate, now: number): void {
    const { settings, random } = this.#parts;
    const maxMs = this.#pauseMaxMs(candidate, now);
    const pauseMs = Math.min(maxMs, settings.intervalMs * 2 ** candidate.turns);
    candidate.turns = Math.min(candidate.turns + 1, 20);
    this.#due.set(candidate.name, now + jittered(pauseMs, random));
  }

  /**
   * Longest pause before the next turn of a candidate, in milliseconds. Whose heartbeat moves runs and
   * is only out of reach: it is asked nearly as often as a member that has failed.
   */
  #pauseMaxMs({ name, instance, failure }: Candidate, now: number): number {
    const { settings, heartbeats, candidates, memberList } = this.#parts;
    const isMoving = heartbeats.state(name, instance, now) === "moving";
    if (!isMoving || !isOutOfReach(failure)) return candidatePauseMaxMs;
    // All of them together get one ping an interval: the others are for members, and for the new.
    const { size } = memberList.ring;
    const ownShare = size <= allAskMax ? 1 : askersMax / (size + 1);
    const intervals = Math.max(movingPauseIntervals, candidates.failed.size * ownShare);
    return Math.min(candidatePauseMaxMs, intervals * settings.intervalMs);
  }

  #send(candidate: Candidate, now: number, out: Effect[]): void {
    const { pings, budget, settings, memberList, health } = this.#parts;
    const ping = pings.send({ purpose: "candidate", candidate }, now);
    candidate.link.asked(ping);
    const { name, instance, addresses } = candidate.claim;
    const stretch = health.stretch(now);
    budget.spend(now, costOf(candidate));
    out.push({
      kind: "ping",
      ping,
      to: { name, instance, addresses },
      content: pingContent({ isNew: true }, memberList, settings),
      connectTimeoutMs: settings.timings.connectTimeoutMs * stretch,
      answerTimeoutMs: settings.timings.pingTimeoutMs * stretch,
      fresh: false,
    });
  }
}

/** What a ping to a candidate costs: each of its addresses is dialled. */
function costOf({ claim }: Candidate): number {
  return Math.max(1, claim.addresses.length);
}

/** True unless somebody else has answered in the place of a candidate, or it is of another cluster. */
function isOutOfReach(failure: PingFailure | undefined): boolean {
  return failure !== "other-instance" && failure !== "wrong-cluster" &&
    failure !== "wrong-cookie" && failure !== "garbage";
}
