/**
 * The link from this node to one peer: what its pings showed, and how long to wait for the next.
 *
 * How long a pong may take is learned from the pongs before, after the accrual idea of Hayashibara
 * et al., "The φ Accrual Failure Detector", 2004: the mean round trip plus so many deviations that a
 * later one is next to impossible. One miss is nothing; the second, sent soon after the first, makes
 * the link bad. An identified answer mends it at once.
 *
 * @module
 */
import type { Address } from "../base/address.ts";
import type { PingFailure } from "../base/ping_failure.ts";
import type { ProfileTimings } from "../base/profile.ts";
import type { Pulse } from "./pulse.ts";

/** Misses in a row that make a link bad. */
export const missesMax = 2;

/** Outcomes kept for explanations. */
const historyMax = 12;

/** Pongs before what was learned is trusted. */
const samplesMin = 3;

/** Weight of the newest round trip. */
const learningRate = 0.1;

/** Deviations above the mean; with a normal distribution 8 of them make φ about 15. */
const deviations = 8;

/** One ping in the history. */
export interface LinkEvent {
  /** When it ended, on this node's clock, in milliseconds. */
  readonly at: number;
  readonly kind: "pong" | PingFailure;
  /** Of a pong, in microseconds. */
  readonly roundTripUs?: number | undefined;
}

/** One failed ping. */
export interface Miss {
  readonly kind: PingFailure;
  readonly detail: string;
  /** When the ping was sent. */
  readonly sentAt: number;
}

/** How a link was before a pong. */
export type LinkBefore = "good" | "bad" | "bad-for-this-node-only";

/** Why a peer is asked out of turn: a sign of life, or as its connection broke. */
export type OutOfTurn = "sign" | "lost";

// Most links have neither: a simulation of ten thousand nodes keeps half a million.
const noMisses: readonly Miss[] = [];
const never: Readonly<Record<OutOfTurn, number>> = { sign: -Infinity, lost: -Infinity };

/** What this node knows of its way to one peer. */
export class Link {
  /** The fingerprint of the peer's view, as it told it last. */
  fingerprint: number | undefined;
  #ping: number | undefined;
  /** When it was last asked out of turn, or will be, by the reason for that. */
  #outOfTurnAt = never;
  #roundTripUs: number | undefined;
  #answersAt: Address | undefined;
  #lastPongAt = -Infinity;
  #helpersReachedAt: number | undefined;
  #badSince: number | undefined;
  #failingSince: number | undefined;
  #misses = noMisses;
  #hasForgiven = false;
  #history: LinkEvent[] = [];
  #samples = 0;
  #meanMs = 0;
  /** In milliseconds squared. */
  #variance = 0;

  /** The ping on its way, if any. */
  get ping(): number | undefined {
    return this.#ping;
  }

  /** The last round trip, in microseconds. */
  get roundTripUs(): number | undefined {
    return this.#roundTripUs;
  }

  /** The address of the last pong. */
  get answersAt(): Address | undefined {
    return this.#answersAt;
  }

  /** When the last exchange was complete, or `-Infinity`. */
  get lastPongAt(): number {
    return this.#lastPongAt;
  }

  /** Helpers reached the peer although this node did not, at this time; `undefined`: not so. */
  get helpersReachedAt(): number | undefined {
    return this.#helpersReachedAt;
  }

  /** Since when the link is bad; `undefined` while it is not. */
  get badSince(): number | undefined {
    return this.#badSince;
  }

  /** When the first ping of those was sent that have failed since the last pong; `undefined`: none. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Misses in a row, the oldest first, at most {@linkcode missesMax}. */
  get misses(): readonly Miss[] {
    return this.#misses;
  }

  get isBad(): boolean {
    return this.#badSince !== undefined;
  }

  /** True once an exchange over it was complete. */
  get hasAnswered(): boolean {
    return this.#lastPongAt > -Infinity;
  }

  /** How the last exchange of the pulse went, to be told to the peer. */
  get lastExchange(): Pulse {
    return this.#misses.length > 0 ? "missed" : this.#roundTripUs ?? "first";
  }

  /** The last pings, the oldest first. */
  get history(): readonly LinkEvent[] {
    return this.#history;
  }

  /** Deadline of the next pong in milliseconds, for an observer in perfect health. */
  timeoutMs({ pingTimeoutMs, pingTimeoutMinMs, pingTimeoutMaxMs }: ProfileTimings): number {
    if (this.#samples < samplesMin) return pingTimeoutMs;
    const learnedMs = this.#meanMs + deviations * Math.sqrt(this.#variance);
    return Math.round(Math.max(pingTimeoutMinMs, Math.min(pingTimeoutMaxMs, learnedMs)));
  }

  /** A ping is sent. */
  asked(ping: number): void {
    this.#ping = ping;
  }

  /** That ping has ended, whatever it showed; another one may be on its way. */
  ended(ping: number): void {
    if (this.#ping === ping) this.#ping = undefined;
  }

  /**
   * There is a reason to ask out of turn: that is done once an interval for each.
   *
   * @param plannedAt when it is asked anyway; `Infinity` if that is not planned
   * @returns when to ask; `undefined` if it is asked by then, or just now
   */
  askOutOfTurn(
    reason: OutOfTurn,
    plannedAt: number,
    intervalMs: number,
    now: number,
  ): number | undefined {
    const at = Math.max(now, this.#outOfTurnAt[reason] + intervalMs);
    if (this.#ping !== undefined || plannedAt <= at) return undefined;
    this.#outOfTurnAt = { ...this.#outOfTurnAt, [reason]: at };
    return at;
  }

  /** Helpers have reached the peer although this node did not. */
  reachedByHelpers(now: number): void {
    this.#helpersReachedAt = now;
  }

  /** A pong came; tells how the link was before. */
  pong(roundTripUs: number, address: Address, now: number): LinkBefore {
    const isOneWay = this.#helpersReachedAt !== undefined;
    const before = !this.isBad ? "good" : isOneWay ? "bad-for-this-node-only" : "bad";
    this.#roundTripUs = roundTripUs;
    this.#answersAt = address;
    this.#lastPongAt = now;
    this.#misses = noMisses;
    this.#hasForgiven = false;
    this.#badSince = undefined;
    this.#failingSince = undefined;
    this.#helpersReachedAt = undefined;
    this.#learn(roundTripUs / 1000);
    this.#remember({ at: now, kind: "pong", roundTripUs });
    return before;
  }

  /**
   * The peer asks over a link that is not bad, and tells the round trip of its ping before: what it
   * sends arrives here, and what is sent from here arrives there.
   */
  heard(roundTripUs: number, now: number): void {
    this.#roundTripUs = roundTripUs;
    this.#lastPongAt = now;
    this.#learn(roundTripUs / 1000);
    this.#remember({ at: now, kind: "pong", roundTripUs });
  }

  /**
   * A connection that broke says that something happened, not what: the first since the last pong is
   * no miss, but a reason to ask again at once. True if this is the one.
   */
  forgives(kind: PingFailure): boolean {
    if (kind !== "reset" || this.#hasForgiven || this.#misses.length > 0) return false;
    this.#hasForgiven = true;
    return true;
  }

  /** A ping failed; true if that makes the link bad, or leaves it so. */
  miss(miss: Miss, now: number): boolean {
    this.#misses = [...this.#misses.slice(1 - missesMax), miss];
    this.#failingSince ??= miss.sentAt;
    this.#remember({ at: now, kind: miss.kind });
    if (this.#misses.length >= missesMax && !this.isBad) {
      this.#badSince = now;
      // A sign of life from now on is another reason to ask than those that came before.
      this.#outOfTurnAt = { ...this.#outOfTurnAt, sign: never.sign };
    }
    return this.isBad;
  }

  /** True if the misses prove by themselves that the process is gone. */
  get isConclusive(): boolean {
    return this.#misses.length >= missesMax &&
      this.#misses.every(({ kind }) => kind === "refused" || kind === "other-instance");
  }

  #learn(roundTripMs: number): void {
    if (this.#samples++ === 0) {
      this.#meanMs = roundTripMs;
      this.#variance = (roundTripMs / 2) ** 2;
      return;
    }
    const difference = roundTripMs - this.#meanMs;
    this.#meanMs += learningRate * difference;
    this.#variance = (1 - learningRate) * (this.#variance + learningRate * difference ** 2);
  }

  #remember(event: LinkEvent): void {
    this.#history.push(event);
    if (this.#history.length > historyMax) this.#history.shift();
  }
}
