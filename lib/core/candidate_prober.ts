/**
 * Pings to candidates: the only way from a row to a member that needs no other member's word.
 *
 * A registry may be full of rows that nobody stands behind. Each candidate is asked as the allowance
 * of pings permits ({@linkcode Introductions}), once more soon if that fails, and from then on now
 * and then. A candidate that claims the instance of a member with another name is never asked.
 *
 * @module
 */
import { Allowance } from "./allowance.ts";
import type { Candidate, RowClaim } from "./candidate.ts";
import type { Candidates } from "./candidates.ts";
import type { Effect, PingOutcome } from "./input.ts";
import { Introductions } from "./introductions.ts";
import type { Monitor } from "./monitor.ts";
import type { NodeName } from "./name.ts";
import type { OwnHealth } from "./own_health.ts";
import type { Random } from "./random.ts";
import type { InstanceId } from "./row.ts";
import { Schedule } from "./schedule.ts";
import type { Settings } from "./settings.ts";

/** Pings per interval to rows that have just appeared, whatever else is sent. */
const freshPerInterval = 10;

/** What the pings to candidates work with. */
export interface CandidateProberParts {
  readonly settings: Settings;
  readonly candidates: Candidates;
  readonly monitor: Monitor;
  readonly health: OwnHealth;
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
  | { readonly kind: "failed"; readonly candidate: Candidate };

interface Sent {
  readonly candidate: Candidate;
  readonly at: number;
}

/** Pings to candidates on their way and to come. */
export class CandidateProber {
  readonly #parts: CandidateProberParts;
  readonly #due = new Schedule<NodeName>();
  readonly #sent = new Map<number, Sent>();
  readonly #introductions: Introductions;
  readonly #freshAllowance: Allowance;
  #stalledAt = -Infinity;
  #running = false;

  constructor(parts: CandidateProberParts) {
    this.#parts = parts;
    this.#introductions = new Introductions(parts.random);
    this.#freshAllowance = new Allowance(freshPerInterval, parts.settings.intervalMs);
  }

  get wakeAt(): number {
    return this.#running ? Math.min(this.#due.earliest, this.#introduceAt) : Infinity;
  }

  /** True while candidates wait that were never asked. */
  get isBusy(): boolean {
    return !this.#introductions.isEmpty;
  }

  /** Begins; before that nobody is asked. */
  start(now: number): void {
    this.#running = true;
    this.#freshAllowance.begin(freshPerInterval, now);
  }

  /** A new candidate; `isFresh` if its row shows that its owner was alive a moment ago. */
  introduce(name: NodeName, isFresh: boolean): void {
    this.#introductions.add(name, isFresh);
  }

  /** A candidate has answered too late, or broken off: asks it now, out of turn. */
  late(name: NodeName, instance: InstanceId, now: number): void {
    if (this.#parts.candidates.holds(name, instance)) this.#due.hasten(name, now);
  }

  /** Instances to which a ping is on its way. */
  asked(): InstanceId[] {
    return [...this.#sent.values()].map(({ candidate }) => candidate.instance);
  }

  /** This process was held up until `now`: pings on their way prove nothing. */
  stalled(now: number): void {
    this.#stalledAt = now;
  }

  /** Sends what is due; `nextPing` gives each ping its number. */
  wake(nextPing: () => number, now: number, out: Effect[]): void {
    if (!this.#running) return;
    for (let name = this.#due.take(now); name !== undefined; name = this.#due.take(now)) {
      this.#ask(name, nextPing, now, out);
    }
    const introductions = this.#introductions;
    const { allowance } = this.#parts.monitor;
    while (!introductions.isEmpty) {
      const isFresh = introductions.hasFresh && this.#freshAllowance.permits(now);
      if (!isFresh && !allowance.permits(now)) return;
      const name = introductions.take();
      if (name === undefined || !this.#ask(name, nextPing, now, out)) continue;
      if (isFresh) this.#freshAllowance.spend(now);
    }
  }

  /** A ping ended; what it showed, or `undefined` if it was none to a candidate. */
  ended(ping: number, outcome: PingOutcome, now: number): CandidateFinding | undefined {
    const sent = this.#sent.get(ping);
    if (sent === undefined) return undefined;
    this.#sent.delete(ping);
    const { candidate, at } = sent;
    const { name, claim, link } = candidate;
    link.ping = undefined;
    if (outcome.kind === "pong") {
      link.pong(outcome.roundTripUs, outcome.address, now);
      return { kind: "proven", claim, outcome };
    }
    const { candidates, monitor, settings } = this.#parts;
    if (candidates.get(name) !== candidate) return { kind: "none" };
    if (at <= this.#stalledAt || link.forgives(outcome.kind)) {
      this.#due.hasten(name, now);
      return { kind: "none" };
    }
    const isBad = link.miss({ kind: outcome.kind, detail: outcome.detail, sentAt: at }, now);
    if (!isBad) {
      this.#due.set(name, now + settings.timings.secondPingDelayMs);
      return { kind: "none" };
    }
    const isNew = candidates.fail(candidate, now);
    this.#due.set(name, Math.max(now, at + monitor.pauseMs(candidate.failedAt, now)));
    return isNew ? { kind: "failed", candidate } : { kind: "none" };
  }

  /** When the next one of those who wait to be asked may be asked. */
  get #introduceAt(): number {
    const { hasFresh, isEmpty } = this.#introductions;
    const freshAt = hasFresh ? this.#freshAllowance.permitsAt : Infinity;
    return isEmpty ? Infinity : Math.min(freshAt, this.#parts.monitor.allowance.permitsAt);
  }

  /** Pings the candidate of that name; false if there is no need to, or no right. */
  #ask(name: NodeName, nextPing: () => number, now: number, out: Effect[]): boolean {
    const { candidates, monitor, settings, health } = this.#parts;
    const candidate = candidates.get(name);
    if (candidate === undefined || candidate.link.ping !== undefined) return false;
    if (candidates.ownerOf(candidate) !== undefined) return false;
    const ping = candidate.link.ping = nextPing();
    const { instance, addresses } = candidate.claim;
    const stretch = health.stretch(now);
    this.#sent.set(ping, { candidate, at: now });
    monitor.allowance.spend(now);
    out.push({
      kind: "ping",
      ping,
      to: { name, instance, addresses },
      content: monitor.content(true),
      connectTimeoutMs: settings.timings.connectTimeoutMs * stretch,
      answerTimeoutMs: settings.timings.pingTimeoutMs * stretch,
      fresh: false,
    });
    return true;
  }
}
