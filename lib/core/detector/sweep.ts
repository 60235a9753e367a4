/**
 * The sweep: pings to members that this node does not watch, for the picture of all links.
 *
 * Each goes over a fresh connection, with a whole handshake: two that do not watch each other have no
 * other, and only a fresh one shows that a firewall lets new connections through. That is dear, so a
 * calm cluster is swept slowly, which still finds a link at which nobody has looked for long. A sign
 * of trouble anywhere has the whole picture drawn anew: two members an interval, until each has had
 * its turn since. So it is with the first round of a node, once the bustle of a start is over; but in
 * a large cluster, where all nodes may be new, that one is slower, as their handshakes add up. A node
 * that comes late with what it does is in no hurry: it has too much to do, and its machine, too.
 *
 * @module
 */
import { shuffled } from "../base/random.ts";
import type { Random } from "../base/random.ts";
import type { LocalHealth } from "./local_health.ts";
import type { MemberList } from "../members/member_list.ts";
import type { MemberRecord } from "../members/record.ts";
import type { Settings } from "../settings.ts";
import { jittered } from "./ping_pause.ts";
import type { TokenBucket } from "./token_bucket.ts";

/** Members swept per interval at full pace. */
export const sweepsPerInterval = 2;

/** By how much the pause between two of them is longer than its share, so that all stays in budget. */
const sweepSlack = 1.04;

/** Intervals between two of them in a calm cluster. */
const calmPauseIntervals = 10;

/** Members swept per interval by all nodes together, if all of them are in their first round. */
const firstSweepsPerInterval = 10;

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
  /** Those whose turn in this round is still to come. */
  #waiting: MemberRecord[] = [];
  /** Rounds at full pace, this one included; none: the cluster is calm. */
  #urgentRounds = 1;
  /** True once something was wrong. */
  #isAlerted = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    this.#pauseMs = Math.round(parts.settings.intervalMs * sweepSlack / sweepsPerInterval);
  }

  get wakeAt(): number {
    return this.#dueAt;
  }

  /** Begins; before that nobody is asked. */
  start(now: number): void {
    this.#beginsAt = now + quietIntervals * this.#parts.settings.intervalMs;
    this.#dueAt = this.#beginsAt;
  }

  /**
   * Something is wrong with a member, or with a link: looks at all of them soon. A node that may be the
   * sick one itself does not: that would be more work for one that has too much.
   */
  alert(now: number): void {
    if (!this.#parts.health.mayVote(now)) return;
    this.#isAlerted = true;
    // What this round has seen it may have seen before.
    this.#urgentRounds = this.#waiting.length > 0 ? 2 : 1;
    this.#dueAt = Math.max(this.#beginsAt, Math.min(this.#dueAt, now + this.#pauseMs));
  }

  /** The member to be asked now, if one is due and `mayAsk`. */
  take(mayAsk: boolean, now: number): MemberRecord | undefined {
    if (now < this.#dueAt) return undefined;
    this.#dueAt = now + this.#pauseMs;
    if (!mayAsk || !this.#parts.budget.permits(now)) return undefined;
    const next = this.#next();
    if (this.#waiting.length === 0) this.#urgentRounds = Math.max(0, this.#urgentRounds - 1);
    this.#dueAt = now + this.#pauseAfter(next, now);
    return next;
  }

  /** From the turn of `next`, or of nobody, to the one after it. */
  #pauseAfter(next: MemberRecord | undefined, now: number): number {
    const { settings: { intervalMs }, memberList: { ring }, health, random } = this.#parts;
    const calmMs = calmPauseIntervals * intervalMs;
    if (this.#urgentRounds === 0 || health.score(now) > 0) {
      return next === undefined ? calmMs : jittered(calmMs, random);
    }
    if (this.#isAlerted) return this.#pauseMs;
    const shareMs = Math.round(ring.size * intervalMs / firstSweepsPerInterval);
    return Math.min(Math.max(shareMs, this.#pauseMs), calmMs);
  }

  /** The next member of this round, or of a new one, that is there and not watched anyway. */
  #next(): MemberRecord | undefined {
    const { memberList: { ring }, random } = this.#parts;
    if (this.#waiting.length === 0) {
      const unwatched = [...ring.members()].filter(({ name }) => !ring.watches(name));
      this.#waiting = shuffled(unwatched, random);
    }
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const current = this.#parts.memberList.get(next.name);
      const isThere = current?.instance === next.instance && current.state === "alive";
      if (isThere && !ring.watches(next.name)) return current;
    }
    return undefined;
  }
}
