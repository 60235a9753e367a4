/**
 * Finds out whether the other holder of our name still lives.
 *
 * Its row alone proves nothing: it may be the leftover of a killed process, or of this very program
 * before its container came back with another address. So the address in the row is asked.
 *
 * - it answers as the name and the instance in the row, with the cookie: it lives
 * - refused, another instance or another program there: it is taken for gone. So it is, too, if the
 *   address leads to this very node: either the holder ran here before, or it runs on another machine
 *   with the same private address
 * - silent or unreachable, twice: it is taken for gone; should it come back, it will see our row
 * - somebody there holds another cookie: it may be the holder, so watch whether its heartbeat moves
 *
 * A node that holds its name yields to nothing but an answer: a row, however its heartbeat moves,
 * can be written by anybody who can write the registry. So two that cannot reach each other write
 * over each other's rows, ever more slowly, until they can: then the one whose row does not stand
 * yields. Only a node that has just started, and has taken the name from one that did not answer,
 * gives it back: when that one goes on to write heartbeats within the time in which a heartbeat is missed,
 * or when a row that is signed with the cookie shows that its node had the name before
 * (`name_dispute.ts`). With the latter one of any number of nodes with one address is left, in
 * whatever order they start.
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import { heartbeatsMissedMax } from "../members/row.ts";
import type { Effect, PingContent, PingOutcome } from "../input.ts";
import type { Row, StoredRow } from "../members/row.ts";
import type { Settings } from "../settings.ts";

/** Pings to a silent holder before it is taken for gone. */
const triesMax = 2;

/** Deadline of connecting and of answering for one such ping, in milliseconds. */
const holderTimeoutMs = 700;

/** Longest pause between two heartbeats that is believed of a holder, in milliseconds. */
const heartbeatMaxMs = 60_000;

/**
 * By what right a node asks about the holder of its name: it has never had the name, it had the name
 * before the holder took it, or it took the name from the holder, which has now shown that.
 */
export type Tenure = "claiming" | "held" | "reclaimed";

/** How long it takes to see that the heartbeat of that row has stopped, in milliseconds. */
function heartbeatsMs({ heartbeatIntervalMs }: Row): number {
  return heartbeatsMissedMax * Math.min(heartbeatIntervalMs, heartbeatMaxMs);
}

/**
 * For how long whoever takes its name from that row has to doubt that its node is gone, in
 * milliseconds.
 */
export function doubtMs(row: Row): number {
  return heartbeatsMs(row) + triesMax * holderTimeoutMs;
}

/** What is known about the holder: nothing yet, or the verdict. */
export type ClaimVerdict = "open" | "holder-lives" | "holder-gone";

/** One inquiry about one holder. */
export class NameClaim {
  readonly holder: StoredRow;
  readonly #held: boolean;
  readonly #settings: Settings;
  #tries = 0;
  #pingAt: number;
  #watchUntil = Infinity;
  /** Until when a heartbeat of a holder that did not answer shows that it lives after all. */
  #doubtUntil = -Infinity;
  #verdict: ClaimVerdict = "open";

  /** @param previous the last inquiry, if there was one */
  constructor(
    holder: StoredRow,
    tenure: Tenure,
    previous: NameClaim | undefined,
    settings: Settings,
    now: number,
  ) {
    this.holder = holder;
    this.#held = tenure !== "claiming";
    this.#settings = settings;
    this.#pingAt = now;
    if (tenure === "reclaimed" || previous?.isContradictedBy(holder, now)) {
      this.#verdict = "holder-lives";
      this.#pingAt = Infinity;
    }
  }

  /** True if the holder was taken for gone, but has written a heartbeat since. */
  isContradictedBy({ row }: StoredRow, now: number): boolean {
    return now < this.#doubtUntil && row.instance === this.holder.row.instance &&
      row.heartbeat > this.holder.row.heartbeat;
  }

  get verdict(): ClaimVerdict {
    return this.#verdict;
  }

  get wakeAt(): number {
    return this.#verdict === "open" ? Math.min(this.#pingAt, this.#watchUntil) : Infinity;
  }

  /** Does what is due; the ping that is to be sent now, if any, still without a number. */
  wake(content: PingContent, now: number): Omit<Effect & { kind: "ping" }, "ping"> | undefined {
    if (now >= this.#watchUntil) this.#verdict = "holder-gone";
    if (this.#verdict !== "open" || now < this.#pingAt) return undefined;
    const { name, instance, addresses } = this.holder.row;
    this.#pingAt = Infinity;
    this.#tries++;
    return {
      kind: "ping",
      to: { name, instance, addresses },
      content,
      fresh: false,
      connectTimeoutMs: holderTimeoutMs,
      answerTimeoutMs: holderTimeoutMs,
    };
  }

  pingEnded(outcome: PingOutcome, now: number): void {
    if (this.#verdict !== "open") return;
    switch (outcome.kind) {
      case "pong":
        this.#verdict = "holder-lives";
        return;
      case "silent":
      case "no-answer":
      case "reset":
        if (this.#tries < triesMax) {
          this.#pingAt = now + this.#settings.timings.secondPingDelayMs;
          return;
        }
        return this.#gone(now);
      case "wrong-cookie":
        if (!this.#held) return void (this.#watchUntil = now + heartbeatsMs(this.holder.row));
        return this.#gone(now);
      case "refused":
      case "other-instance":
      case "wrong-cluster":
      case "garbage":
        return this.#gone(now);
      default:
        return unreachable(outcome);
    }
  }

  #gone(now: number): void {
    // It asks first, too, when it finds that its row is not its own any more.
    if (!this.#held) this.#doubtUntil = now + doubtMs(this.holder.row);
    this.#verdict = "holder-gone";
  }

  /** The holder's row as it stands now. */
  seen(current: StoredRow | undefined): void {
    if (this.#watchUntil === Infinity || this.#verdict !== "open") return;
    if (current?.row.instance !== this.holder.row.instance) this.#verdict = "holder-gone";
    else if (current.row.heartbeat !== this.holder.row.heartbeat) this.#verdict = "holder-lives";
  }
}
