/**
 * The sweep: pings to members that this node does not watch, for the picture of all links.
 *
 * Each goes over a fresh connection, with a whole handshake: two that do not watch each other have no
 * other, and only a fresh one shows that a firewall lets new connections through. That is dear, so a
 * calm cluster is swept slowly, which still finds a link at which nobody has looked for long. The
 * first round of a node, once the bustle of a start is over, is quicker; but in a large cluster, where
 * all nodes may be new, not by much, as their handshakes add up.
 *
 * A sign of trouble anywhere has the whole picture drawn anew, in an urgent round: two members an
 * interval, until each other host has had its turn since, or in a very large cluster hundreds have. Of
 * those that answer at one host one stands for all: what breaks between hosts breaks for all of them,
 * and where many nodes share a machine that is too busy for them, a handshake with each would keep it
 * so. A node that comes late itself with what it does is in no hurry: it has too much to do, and its
 * machine, too.
 *
 * @module
 */
import { sampled, shuffled } from "../base/random.ts";
import type { Random } from "../base/random.ts";
import type { LocalHealth } from "./local_health.ts";
import type { MemberList } from "../members/member_list.ts";
import type { MemberRecord } from "../members/record.ts";
import { isOfLiving } from "../members/row_claim.ts";
import type { Settings } from "../settings.ts";
import { jittered } from "./ping_pause.ts";
import { Round } from "./round.ts";
import type { TokenBucket } from "./token_bucket.ts";

/** Members swept per interval in an urgent round, and at most. */
export const sweepsPerInterval = 2;

/** By how much the pause between two of them is longer than its share, so that all stays in budget. */
const sweepSlack = 1.04;

/** Intervals between two of them in a calm cluster. */
const calmPauseIntervals = 10;

/** Members swept per interval by all nodes together, if all of them are in their first round. */
const firstSweepsPerInterval = 10;

/**
 * Hosts that have their turn in one urgent round at most, which takes five minutes then: what takes
 * longer is not urgent, and left to the round of all.
 */
const urgentMax = 600;

/** So many members are looked through for those hosts; of more only some are. */
const lookedThroughMax = 1000;

/** Intervals after its start in which a node sweeps nobody: all that start with it are busy. */
const quietIntervals = 5;

/** What the sweep works with. */
export interface SweepParts {
  readonly settings: Pick<Settings, "intervalMs">;
  readonly memberList: MemberList;
  readonly health: LocalHealth;
  /** What the pings of this node may cost: the sweep takes what the others leave. */
  readonly budget: TokenBucket;
  readonly random: Random;
}

/** Whose turn it is. */
export class Sweep {
  readonly #parts: SweepParts;
  readonly #pauseMs: number;
  #beginsAt = Infinity;
  #dueAt = Infinity;
  /** When the round of all goes on, whatever an alert has hastened. */
  #allDueAt = Infinity;
  readonly #round: Round;
  #isFirst = true;
  /** Those whose turn in the urgent round is still to come. */
  #urgent: MemberRecord[] = [];
  /** True if one is to begin, after the one that is under way. */
  #isAlerted = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    this.#round = new Round(parts.random);
    this.#pauseMs = Math.round(parts.settings.intervalMs * sweepSlack / sweepsPerInterval);
  }

  get wakeAt(): number {
    return this.#dueAt;
  }

  /** Begins; before that nobody is asked. */
  start(now: number): void {
    this.#beginsAt = now + quietIntervals * this.#parts.settings.intervalMs;
    this.#dueAt = this.#allDueAt = this.#beginsAt;
  }

  /**
   * Something is wrong with a member, or with a link: looks at all hosts soon. A node that may be the
   * sick one itself does not: that would be more work for one that has too much.
   */
  alert(now: number): void {
    if (!this.#parts.health.mayVote(now)) return;
    // What the urgent round under way has seen it may have seen before.
    this.#isAlerted = true;
    this.#dueAt = Math.max(this.#beginsAt, Math.min(this.#dueAt, now + this.#pauseMs));
  }

  /** The member to be asked now, if one is due and `mayAsk`. */
  take(mayAsk: boolean, now: number): MemberRecord | undefined {
    if (now < this.#dueAt) return undefined;
    this.#dueAt = now + this.#pauseMs;
    if (!mayAsk || !this.#parts.budget.permits(now)) return undefined;
    const urgent = this.#nextUrgent();
    if (urgent === undefined && now < this.#allDueAt) {
      this.#dueAt = this.#allDueAt;
      return undefined;
    }
    const next = urgent ?? this.#nextOfAll();
    this.#dueAt = now + this.#pauseAfter(next, now);
    this.#allDueAt = Math.max(this.#allDueAt, this.#dueAt);
    return next;
  }

  /** From the turn of `next`, or of nobody, to the one after it. */
  #pauseAfter(next: MemberRecord | undefined, now: number): number {
    const { settings: { intervalMs }, memberList: { ring }, health, random } = this.#parts;
    const calmMs = calmPauseIntervals * intervalMs;
    const isLate = health.score(now) > 0;
    if (!isLate && (this.#isAlerted || this.#urgent.length > 0)) return this.#pauseMs;
    if (isLate || !this.#isFirst) return next === undefined ? calmMs : jittered(calmMs, random);
    const shareMs = Math.round(ring.size * intervalMs / firstSweepsPerInterval);
    return Math.min(Math.max(shareMs, this.#pauseMs), calmMs);
  }

  /** The next member of the urgent round that is under way, or to begin. */
  #nextUrgent(): MemberRecord | undefined {
    if (this.#urgent.length === 0 && this.#isAlerted) {
      this.#isAlerted = false;
      this.#urgent = this.#hosts();
    }
    return this.#taken(this.#urgent);
  }

  /** A member at each other host, of those that this node does not watch, in an order by chance. */
  #hosts(): MemberRecord[] {
    const { memberList: { ring, self }, random } = this.#parts;
    const some = sampled([...ring.members()], lookedThroughMax, random);
    const unwatched = shuffled(some.filter((one) => !ring.watches(one.name)), random);
    const hosts = new Map(unwatched.map((record) => [hostOf(record), record]));
    hosts.delete(hostOf(self));
    return [...hosts.values()].slice(0, urgentMax);
  }

  /** The next member of this round; nobody between it and the next one. */
  #nextOfAll(): MemberRecord | undefined {
    const { ring } = this.#parts.memberList;
    const isAnyUnwatched = ring.targets.size < ring.size;
    const next = isAnyUnwatched
      ? this.#round.next(ring.members(), ({ name }) => !ring.watches(name))
      : undefined;
    if (next === undefined) this.#isFirst = false;
    return next;
  }

  /** Takes the next one that is there, and not watched anyway. */
  #taken(waiting: MemberRecord[]): MemberRecord | undefined {
    const { memberList } = this.#parts;
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const current = memberList.get(next.name);
      if (isOfLiving(next, current) && !memberList.ring.watches(next.name)) return current;
    }
    return undefined;
  }
}

/** Where a member answers first. */
function hostOf({ addresses }: MemberRecord): string | undefined {
  return addresses[0]?.host;
}
