/**
 * The pulse: one ping per member and interval, side by side, each judged on its own.
 *
 * A member that is down is asked at the same rate for a minute and more seldom afterwards. What
 * arrives while this process itself was held up (stopped, starved, suspended) is not believed: the
 * deadlines ran out here, not there.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import type { Effect, PingOutcome } from "./input.ts";
import { statusAfter } from "./member.ts";
import type { Change } from "./member.ts";
import type { NodeName } from "./name.ts";
import type { Random } from "./random.ts";
import type { Member, Roster } from "./roster.ts";
import { Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";

/** For this long a member that is down is asked each interval, in milliseconds. */
const eagerMs = 60_000;

/** Intervals between two pings to a member that has been down for longer. */
const patience = 5;

/** A wake-up that is this late means that the process was held up, in milliseconds. */
export const stallMs = 500;

/** Pings on their way and pings to come. */
export class Pulse {
  readonly #settings: Settings;
  readonly #roster: Roster;
  readonly #random: Random;
  readonly #due = new Schedule<NodeName>();
  readonly #sent = new Map<number, { readonly member: Member; readonly at: number }>();
  #stalledAt = -Infinity;

  constructor(settings: Settings, roster: Roster, random: Random) {
    this.#settings = settings;
    this.#roster = roster;
    this.#random = random;
  }

  get wakeAt(): number {
    return this.#due.earliest;
  }

  /** Asks `member` at `at` or earlier. */
  hasten(member: Member, at: number): void {
    if (member.ping === undefined) this.#due.hasten(member.name, at);
  }

  /** Stops asking `member`. */
  forget(member: Member): void {
    this.#due.delete(member.name);
    if (member.ping !== undefined) this.#sent.delete(member.ping);
    member.ping = undefined;
  }

  /** This process was held up until `now`: pings on their way prove nothing. */
  stalled(now: number): void {
    this.#stalledAt = now;
  }

  /** Sends what is due; `nextPing` gives each ping its number. */
  wake(nextPing: () => number, now: number, out: Effect[]): void {
    for (let name = this.#due.take(now); name !== undefined; name = this.#due.take(now)) {
      const member = this.#roster.get(name);
      if (member !== undefined && member.ping === undefined) {
        this.#send(member, nextPing(), now, out);
      }
    }
  }

  /** A ping ended; returns what changed, if anything. */
  ended(ping: number, outcome: PingOutcome, now: number): Change | undefined {
    const sent = this.#sent.get(ping);
    if (sent === undefined) return undefined;
    this.#sent.delete(ping);
    const { member, at } = sent;
    member.ping = undefined;
    this.#due.set(member.name, Math.max(now, at + this.#pauseMs(member, now)));
    if (outcome.kind === "pong") return pong(member, outcome, now);
    if (at <= this.#stalledAt) {
      this.#due.set(member.name, now);
      return undefined;
    }
    if (!member.detector.miss(outcome)) {
      const again = now + this.#settings.timings.secondPingDelayMs;
      this.#due.hasten(member.name, again);
      return undefined;
    }
    return failed(member, outcome, now);
  }

  #send(member: Member, ping: number, now: number, out: Effect[]): void {
    member.ping = ping;
    this.#sent.set(ping, { member, at: now });
    const { answersAt, addresses } = member;
    const others = addresses.filter((address) =>
      address.host !== answersAt?.host || address.port !== answersAt.port
    );
    out.push({
      kind: "ping",
      ping,
      name: member.name,
      instance: member.instance,
      addresses: answersAt === undefined ? addresses : [answersAt, ...others],
      connectTimeoutMs: this.#settings.timings.connectTimeoutMs,
      answerTimeoutMs: this.#settings.timings.pingTimeoutMs,
    });
  }

  /** Time from one ping to the next: the interval ± 10 %, so that nodes do not fall into step. */
  #pauseMs(member: Member, now: number): number {
    const { intervalMs } = this.#settings;
    const lost = member.status !== "alive" && member.status !== "unproven" &&
      now - member.since > eagerMs;
    const base = lost ? intervalMs * patience : intervalMs;
    return Math.round(base * 0.9 + this.#random.below(Math.max(1, base * 0.2)));
  }
}

function pong(
  member: Member,
  outcome: PingOutcome & { kind: "pong" },
  now: number,
): Change | undefined {
  member.detector.pong();
  member.roundTripUs = outcome.roundTripUs;
  member.answersAt = outcome.address;
  const before = member.status;
  if (before === "alive") return undefined;
  const awayMs = now - member.since;
  member.become("alive", "it answers pings", now);
  return before === "unproven" ? { kind: "joined", name: member.name, reason: member.reason } : {
    kind: "returned",
    name: member.name,
    reason: `it answers pings again after ${formatDuration(awayMs)}`,
  };
}

function failed(
  member: Member,
  outcome: Exclude<PingOutcome, { kind: "pong" }>,
  now: number,
): Change | undefined {
  const status = statusAfter(outcome.kind);
  const reason = member.detector.reason();
  if (member.status === status) {
    member.reason = reason;
    return undefined;
  }
  member.become(status, reason, now);
  return { kind: "failed", name: member.name, status, reason };
}
