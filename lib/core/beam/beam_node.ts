/**
 * One BEAM node as this node knows it: its pings, and its timestamp as a heartbeat.
 *
 * A BEAM node is in no member list and nobody votes on it: it cannot refute what is said of it. Each
 * clusternode judges it alone, by its own pings and by whether its timestamp moves:
 *
 * | own pings | timestamp | verdict | in the status line |
 * | --- | --- | --- | --- |
 * | none has ever been answered | not moving | unproven: a ghost | – |
 * | the last was answered, or one alone was missed | any | alive | true |
 * | two missed in a row, both for the cookie | any | wrong-cookie: it runs | false |
 * | two missed in a row, the last after it was seen to move | moved since the first | unreachable | false |
 * | two missed in a row, after it had been shown | not moving | down | false |
 *
 * @module
 */
import { heartbeatsMissedMax } from "../members/row.ts";
import { ExponentialBackoff } from "../base/backoff.ts";
import type { HeartbeatState } from "../detector/registry_heartbeats.ts";
import type { BeamPingOutcome } from "../input.ts";
import type { StoredTimestamp } from "../members/row.ts";
import { Link } from "../members/link.ts";
import type { MemberStatus } from "../members/member.ts";
import type { NodeName } from "../base/name.ts";
import type { Random } from "../base/random.ts";

/** The verdicts on a BEAM node. */
export type BeamStatus = Extract<
  MemberStatus,
  "unproven" | "alive" | "unreachable" | "down" | "wrong-cookie"
>;

/**
 * Listings in a row that must lack a timestamp before it counts as missing: it may be being
 * written.
 */
const missingMin = 2;

/** How long a dead one is shown while its timestamp stands still, in milliseconds. */
export const deadBeamMs = 10 * 60_000;

/**
 * Pauses between pings that it turns away, in milliseconds: each puts an error into its log.
 */
export const rejectedFirstMs = 2_000;
/** The longest of these pauses. */
export const rejectedMaxMs = 60_000;

/** What a ping changed. */
export type BeamStep = "none" | "restarted";

/** What is known of one BEAM node. */
export class BeamNode {
  readonly name: NodeName;
  readonly link = new Link();
  /** Pauses after pings that were rejected. */
  readonly rejected: ExponentialBackoff;
  /** The verdict that was told last. */
  status: BeamStatus = "unproven";
  /** Since when it is so, in milliseconds. */
  statusAt: number;
  /** Version of its timestamp in the last listing that held one. */
  version: string;
  /** The registry that this version was seen in. */
  #registry: number | undefined;
  /** Listings in a row without its timestamp. */
  without = 0;
  /** Since when no ping has been answered; `undefined` after a pong, or before the first ping. */
  failedAt: number | undefined;
  /** Tells two runs of one name apart; `undefined` until a pong. */
  creation: number | undefined;
  #movedAt: number;
  #hasMoved = false;
  /** When the timestamp was first seen to have moved since pings fail; `Infinity`: never. */
  #movedInFailureAt = Infinity;
  /** When the last listing that showed the version was asked for. */
  #shownAt: number;
  #readAt: number;

  /** @param listedAt when the listing that first showed it was asked for */
  constructor(
    { name, version, registry }: StoredTimestamp,
    random: Random,
    { listedAt, now }: { readonly listedAt: number; readonly now: number },
  ) {
    this.name = name;
    this.version = version;
    this.#registry = registry;
    this.rejected = new ExponentialBackoff(rejectedFirstMs, random);
    this.statusAt = now;
    this.#movedAt = now;
    this.#shownAt = listedAt;
    this.#readAt = now;
  }

  /** True once it was alive, or is known to run: from then on it is shown. */
  get isProven(): boolean {
    return this.link.hasAnswered || this.status !== "unproven";
  }

  /**
   * A complete listing holds its timestamp; true if that shows for the first time that it runs
   * although its pings fail, which is a reason to ask it.
   */
  seen(
    { version, registry }: Omit<StoredTimestamp, "name">,
    listedAt: number,
    now: number,
  ): boolean {
    const shownAt = this.#shownAt;
    this.without = 0;
    this.#readAt = now;
    this.#shownAt = listedAt;
    if (version === this.version) return false;
    this.version = version;
    const isCopy = registry !== this.#registry;
    this.#registry = registry;
    // Another registry shows a copy of its own, as the one before it has gone or is back: no sign
    // of life.
    if (isCopy) return false;
    this.#hasMoved = true;
    this.#movedAt = now;
    // It was written later than the last listing that did not show it was asked for.
    const isInFailure = this.failedAt !== undefined && shownAt >= this.failedAt;
    if (!isInFailure || this.#movedInFailureAt <= now) return false;
    this.#movedInFailureAt = now;
    return true;
  }

  /** A complete listing lacks its timestamp. */
  lacked(): void {
    this.without++;
  }

  /** A ping was answered; tells whether another process than before did it. */
  ponged(outcome: BeamPingOutcome & { kind: "pong" }, now: number): BeamStep {
    const { roundTripUs, address, creation } = outcome;
    const isOther = this.creation !== undefined && this.creation !== creation;
    this.link.pong(roundTripUs, address, now);
    this.creation = creation;
    this.failedAt = undefined;
    this.#movedInFailureAt = Infinity;
    this.rejected.succeeded();
    return isOther ? "restarted" : "none";
  }

  /** A ping of `sentAt` failed. */
  missed(outcome: Exclude<BeamPingOutcome, { kind: "pong" }>, sentAt: number, now: number): void {
    const { kind, detail } = outcome;
    this.failedAt ??= sentAt;
    this.link.miss({ kind, detail, sentAt }, now);
    if (!isRejected(kind)) this.rejected.succeeded();
  }

  /** The verdict now. @param pauseMs how often its timestamp is looked at, in milliseconds */
  verdict(pauseMs: number, now: number): BeamStatus {
    const { link } = this;
    if (!link.isBad) return link.hasAnswered ? "alive" : "unproven";
    if (link.misses.every(({ kind }) => kind === "wrong-cookie")) return "wrong-cookie";
    if (this.#movesSinceFailure(pauseMs, now)) return "unreachable";
    return this.isProven ? "down" : "unproven";
  }

  /** True if it belongs into the status line. */
  isShown(now: number): boolean {
    if (this.status === "unproven") return false;
    if (this.status === "alive" || this.failedAt === undefined) return true;
    return now - Math.max(this.failedAt, this.#movedAt) < deadBeamMs;
  }

  /** What its timestamp shows. */
  heartbeat(pauseMs: number, now: number): HeartbeatState {
    if (this.without >= missingMin) return "missing";
    const lifeMs = heartbeatsMissedMax * pauseMs;
    if (this.#readAt - this.#movedAt >= lifeMs) return "stale";
    return this.#hasMoved && now - this.#readAt < lifeMs ? "moving" : "unknown";
  }

  /** How long its timestamp has not moved, in milliseconds. */
  heartbeatAgeMs(now: number): number {
    return now - this.#movedAt;
  }

  #movesSinceFailure(pauseMs: number, now: number): boolean {
    if (this.without >= missingMin) return false;
    if (this.heartbeatAgeMs(now) >= (heartbeatsMissedMax + 1) * pauseMs) return false;
    // One that was frozen moves before it is asked again: that is no link that fails.
    return (this.link.misses.at(-1)?.sentAt ?? -Infinity) >= this.#movedInFailureAt;
  }
}

/** True if the other side ran and did not take us in, which it has written into its log. */
export function isRejected(kind: BeamPingOutcome["kind"]): boolean {
  return kind === "wrong-cookie" || kind === "garbage";
}
