/**
 * The pulse: pings to those this node watches, side by side.
 *
 * Of two that watch each other one asks each interval, at a tick; the other one waits for its pings,
 * and asks itself as soon as one is overdue. Those that failed are still asked, more seldom after a
 * minute, so that their return is seen. What arrives while this process itself was held up is not
 * believed: the deadlines ran out here, not there.
 *
 * Whatever comes in, and however much of it: nobody is asked out of turn more than once an interval
 * (and once more if its connection broke), and all together no more often than
 * {@linkcode pingsMaxPerInterval}.
 *
 * @module
 */
import { pingContent } from "./ping_content.ts";
import { PulsePlan } from "./pulse_plan.ts";
import type { Addressee, Effect, Peer, PingContent, PingOutcome } from "../input.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Link, LinkBefore, OutOfTurn } from "../members/link.ts";
import type { Links } from "./links.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberPing, Ping, Pings, Sent } from "../pings.ts";
import { failedPauseIntervals, jittered } from "./ping_pause.ts";
import type { LocalHealth } from "./local_health.ts";
import { ProbesForOthers } from "./probes_for_others.ts";
import type { Random } from "../base/random.ts";
import type { MemberRecord } from "../members/record.ts";
import { fullMeshMax, observersMax } from "../members/ring.ts";
import type { MemberList } from "../members/member_list.ts";
import type { RowClaim } from "../members/row_claim.ts";
import type { Settings } from "../settings.ts";
import { sweepsPerInterval } from "./sweep.ts";
import type { Ticks } from "../base/ticks.ts";

/**
 * Pings per interval. Those to watched members go out whatever happens; members that failed and the
 * sweep share what is left, so that a cluster of N sends N times as many, however much goes wrong.
 */
const pingsPerInterval = observersMax + sweepsPerInterval;

/**
 * Pings that a newcomer may send to rows at once. One answer is enough to be told of all others;
 * more would be handshakes for nothing, and at a mass start everybody has to make them.
 */
const firstPings = 4;

/**
 * Most pings per interval, whatever happens: five times what goes out in peace. A node that has lost
 * half of a large cluster, or has just come into one, sends most of that. The others wait.
 */
export function pingsMaxPerInterval(fullMesh: boolean): number {
  return 5 * ((fullMesh ? fullMeshMax : observersMax) + sweepsPerInterval);
}

/** What all pings of a node together may cost; it begins with the {@linkcode Prober}. */
export function pingBudget(intervalMs: number): TokenBucket {
  return new TokenBucket(pingsPerInterval, intervalMs);
}

/** What a ping showed, for the one who judges. */
export type Finding =
  | { readonly kind: "none" }
  | {
    readonly kind: "pong";
    readonly record: MemberRecord;
    readonly before: LinkBefore;
    /** When the ping was sent. */
    readonly sentAt: number;
    readonly outcome: PingOutcome & { kind: "pong" };
  }
  /** It has failed, which alone says little. */
  | { readonly kind: "missed"; readonly record: MemberRecord }
  /** It has failed, and so did the one before. */
  | { readonly kind: "bad"; readonly record: MemberRecord; readonly link: Link };

/** What the prober works with. */
export interface ProberParts {
  readonly settings: Settings;
  readonly memberList: MemberList;
  readonly links: Links;
  readonly pings: Pings<Ping>;
  readonly health: LocalHealth;
  /** What the pings of this node may cost; those to candidates share it. */
  readonly budget: TokenBucket;
  readonly ticks: Ticks;
  readonly random: Random;
}

/** Pings to members, sent and to come. */
export class Prober {
  readonly #settings: Settings;
  readonly #memberList: MemberList;
  readonly #links: Links;
  readonly #pings: Pings<Ping>;
  readonly #random: Random;
  readonly #health: LocalHealth;
  readonly #budget: TokenBucket;
  readonly #limit: TokenBucket;
  readonly #plan: PulsePlan;
  readonly #ticks: Ticks;
  readonly #probes: ProbesForOthers;
  /** Failed members, and those behind bad links that are not watched: they are asked now and then. */
  readonly #lost = new Set<NodeName>();
  /** Living members that it has asked without watching them, and that have not answered since. */
  readonly #unwatched = new Set<NodeName>();
  #targets: ReadonlyMap<NodeName, MemberRecord> | undefined;
  #running = false;

  constructor(parts: ProberParts) {
    const { settings, memberList, links, pings, health, budget, ticks, random } = parts;
    this.#settings = settings;
    this.#memberList = memberList;
    this.#links = links;
    this.#pings = pings;
    this.#health = health;
    this.#random = random;
    const { intervalMs, fullMesh } = settings;
    this.#budget = budget;
    this.#ticks = ticks;
    this.#plan = new PulsePlan(intervalMs);
    this.#limit = new TokenBucket(pingsMaxPerInterval(fullMesh), intervalMs);
    this.#probes = new ProbesForOthers(memberList, intervalMs);
  }

  get wakeAt(): number {
    return Math.max(this.#plan.wakeAt, this.#limit.permitsAt);
  }

  /** Begins; before that nobody is asked. */
  start(now: number): void {
    this.#running = true;
    this.#budget.begin(firstPings, now);
    this.#limit.begin(pingsMaxPerInterval(this.#settings.fullMesh), now);
    this.#probes.start(now);
    this.#targets = undefined;
    this.refresh(now);
  }

  /** Follows the rings after the member list has changed. */
  refresh(now: number): void {
    if (!this.#running) return;
    const { targets } = this.#memberList.ring;
    if (targets === this.#targets) return;
    for (const [name, record] of targets) {
      if (this.#targets?.get(name)?.instance === record.instance) continue;
      if (this.#memberList.ring.asks(record)) this.hasten(name, now);
      else if (this.#lost.has(name) || this.#plan.at(name) === undefined) this.#await(name, now);
    }
    this.#targets = targets;
  }

  /** A member pings this node because it watches it, and tells how its ping before went. */
  heard({ name, instance }: Peer, { pulse, fingerprint }: PingContent, now: number): void {
    const { ring } = this.#memberList;
    const record = ring.targets.get(name);
    if (record?.instance !== instance) return;
    const link = this.#links.of(name);
    link.fingerprint = fingerprint;
    if (pulse === undefined || link.misses.length > 0) return;
    if (pulse === "missed") return this.hasten(name, now);
    if (pulse !== "first") link.heard(pulse, now);
    if (!ring.asks(record)) this.#await(name, now);
  }

  /** Asks the member of that name now, out of turn; but not more than once an interval. */
  hasten(name: NodeName, now: number): void {
    this.#hasten(name, "sign", now);
  }

  /** Asks the member of that name from now on, if no ping to it is planned. */
  seek(name: NodeName, now: number): void {
    if (this.#plan.at(name) === undefined) this.hasten(name, now);
  }

  /**
   * Asks the member of that name now, as its connection broke: that is how a killed process is seen
   * first, whatever made this node ask out of turn a moment ago. Not more than once an interval, too.
   */
  lost(name: NodeName, now: number): void {
    this.#hasten(name, "lost", now);
  }

  #hasten(name: NodeName, reason: OutOfTurn, now: number): void {
    const record = this.#memberList.get(name);
    if (record === undefined || !this.#running) return;
    const { intervalMs } = this.#settings;
    const plannedAt = this.#plan.askedAt(name);
    const at = this.#links.of(name).askOutOfTurn(reason, plannedAt, intervalMs, now);
    if (at !== undefined) this.#plan.ask(name, at);
  }

  /** Another node wants `subject` to be pinged; its reply waits under that number. */
  probe(subject: Addressee, reply: number, now: number, out: Effect[]): void {
    const record = this.#probes.wanted(subject, reply, now, out);
    if (record !== undefined) this.#send(record, "probe", now, out);
  }

  /** Sends what is due. */
  wake(now: number, out: Effect[]): void {
    while (this.#limit.permits(now)) {
      const name = this.#plan.take(now);
      if (name === undefined) return;
      this.#ask(name, now, out);
    }
  }

  /** Pings a member whose turn it is in the sweep, over a connection of its own. */
  sweep(record: MemberRecord, now: number, out: Effect[]): void {
    this.#send(record, "sweep", now, out);
  }

  /** A ping ended; returns what it showed. */
  ended(ping: Sent<MemberPing>, outcome: PingOutcome, now: number, out: Effect[]): Finding {
    const { record, at, purpose } = ping;
    if (purpose === "probe") this.#probes.ended(record, outcome.kind === "pong", now, out);
    const isPulse = purpose === "pulse";
    const current = this.#memberList.present(record.name);
    if (current?.instance !== record.instance) return { kind: "none" };
    const link = this.#links.of(record.name);
    if (isPulse) link.ended(ping.number);
    if (outcome.kind === "pong") {
      const before = link.pong(outcome.roundTripUs, outcome.address, now);
      link.fingerprint = outcome.fingerprint;
      this.#unwatched.delete(record.name);
      if (isPulse) this.#planNext(current, at, now);
      return { kind: "pong", record: current, before, sentAt: at, outcome };
    }
    if (purpose === "probe" || ping.wasHeldUp || isPulse && link.forgives(outcome.kind)) {
      if (isPulse) this.#plan.ask(record.name, now);
      return { kind: "none" };
    }
    const miss = { kind: outcome.kind, detail: outcome.detail, sentAt: at };
    const isBad = link.miss(miss, now);
    // A link that only the sweep has tried would be called bad until its next turn.
    const isUnplanned = isBad && this.#plan.at(record.name) === undefined;
    if (isPulse || isUnplanned) this.#planNext(current, at, now);
    // Refused once is nearly a proof: one more, soon, makes it one.
    const isNearlyProven = outcome.kind === "refused" && !link.isConclusive;
    if (isPulse && (!isBad || isNearlyProven)) {
      this.#plan.askBy(record.name, now + this.#settings.timings.secondPingDelayMs);
    }
    // Whether others reach it, and whether it has failed, see those who watch it.
    const isJudged = this.#memberList.ring.watches(record.name) ||
      isPulse && !this.#unwatched.has(record.name);
    if (isBad && isJudged) return { kind: "bad", record: current, link };
    return { kind: "missed", record: current };
  }

  /** Forgets a member altogether. */
  forget(record: MemberRecord): void {
    this.#lost.delete(record.name);
    this.#unwatched.delete(record.name);
    this.#plan.delete(record.name);
    this.#links.forget(record.name);
    this.#probes.forget(record.name);
  }

  /** A candidate has answered, and turns out to be the member of its name: so does that link. */
  answered(
    { name, instance }: RowClaim,
    outcome: PingOutcome & { kind: "pong" },
    now: number,
  ): Finding {
    const record = this.#memberList.present(name);
    if (record?.instance !== instance) return { kind: "none" };
    const before = this.#links.of(name).pong(outcome.roundTripUs, outcome.address, now);
    return { kind: "pong", record, before, sentAt: now, outcome };
  }

  /** Plans the next ping to a watched or lost member; one that is neither is let go. */
  #planNext(record: MemberRecord, sentAt: number, now: number): void {
    const { name } = record;
    const lostAt = this.#lostAt(name);
    if (lostAt !== undefined) {
      this.#lost.add(name);
      const pauseMs = jittered(this.#lostPauseMs(now - lostAt), this.#random);
      return this.#plan.ask(name, Math.max(now, this.#ticks.near(sentAt + pauseMs)));
    }
    this.#lost.delete(name);
    const { ring } = this.#memberList;
    if (!ring.watches(name)) return;
    if (!ring.asks(record)) return this.#await(name, sentAt);
    // Who was asked out of turn just before a tick is not asked again at that one.
    const pauseMs = this.#settings.intervalMs / 4;
    this.#plan.ask(name, Math.max(now, this.#ticks.from(sentAt + pauseMs)));
  }

  /**
   * Since when a member has failed, or its link is bad though this node does not watch it: it may have
   * voted against it, and has to see whether that was right. Whether one returns that has failed those
   * see who watched it.
   */
  #lostAt(name: NodeName): number | undefined {
    const { ring, failed } = this.#memberList;
    const failedAt = failed.get(name);
    if (failedAt !== undefined) return this.#unwatched.has(name) ? undefined : failedAt;
    return ring.watches(name) ? undefined : this.#links.get(name)?.badSince;
  }

  /** From one ping to the next of a member that is lost for so long. */
  #lostPauseMs(lostForMs: number): number {
    // The other half is for those who were never asked, and for the sweep.
    const share = Math.max(1, (pingsPerInterval - this.#memberList.ring.targets.size) / 2);
    const intervals = Math.max(failedPauseIntervals(lostForMs), this.#lost.size / share);
    return intervals * this.#settings.intervalMs;
  }

  /** The next ping is expected from that member, which lived at `seenAt`, unless it is to be asked. */
  #await(name: NodeName, seenAt: number): void {
    const { intervalMs, timings } = this.#settings;
    const at = seenAt + intervalMs + timings.pulseGraceMs;
    // What was planned while it was lost may be far away.
    if (this.#plan.askedAt(name) <= at) return;
    this.#lost.delete(name);
    this.#plan.hearBy(name, at);
  }

  /** Pings the member of that name, unless a ping to it is on its way. */
  #ask(name: NodeName, now: number, out: Effect[]): void {
    const record = this.#memberList.present(name);
    if (record === undefined) return;
    const link = this.#links.of(name);
    if (link.ping !== undefined) return;
    link.asked(this.#send(record, "pulse", now, out));
  }

  /** Sends a ping; returns its number. */
  #send(
    record: MemberRecord,
    purpose: MemberPing["purpose"],
    now: number,
    out: Effect[],
  ): number {
    const { timings } = this.#settings;
    const link = this.#links.get(record.name);
    const stretch = this.#health.stretch(now);
    const timeoutMs = link?.timeoutMs(timings) ?? timings.pingTimeoutMs;
    const ping = this.#pings.send({ purpose, record }, now);
    if (purpose !== "probe") this.#limit.spend(now);
    if (record.state === "alive") {
      if (this.#memberList.ring.watches(record.name)) this.#unwatched.delete(record.name);
      else this.#unwatched.add(record.name);
    }
    this.#budget.spend(now);
    // Who hears a whole record answers with its own.
    const isKnown = link?.hasAnswered === true && record.startedAt !== "";
    const peer = { isNew: !isKnown, fingerprint: link?.fingerprint };
    const content = pingContent(peer, this.#memberList, this.#settings);
    out.push({
      kind: "ping",
      ping,
      to: this.#links.addressee(record),
      content: purpose === "pulse" ? { ...content, pulse: link?.lastExchange ?? "first" } : content,
      connectTimeoutMs: timings.connectTimeoutMs * stretch,
      answerTimeoutMs: timeoutMs * stretch,
      fresh: purpose === "sweep",
    });
    return ping;
  }
}
