/**
 * Finds out whether the other holder of our name still lives.
 *
 * Its row alone proves nothing: it may be the leftover of a killed process, or of this very program
 * before its container came back with another address. So the address in the row is asked.
 *
 * - the row names the very address we listen on: the holder is gone, we hold its port
 * - it answers as the instance in the row: it lives
 * - refused, another instance or another program there: it is gone
 * - silent or unreachable, twice: it is taken for gone, unless its beat moves meanwhile; should it
 *   come back, it will see our row. But if this node already held the name, the holder has taken it
 *   over by these very rules, and perhaps it is this node that is cut off: so watch whether its beat
 *   moves
 * - somebody there holds another cookie: it may be the holder, so watch whether its beat moves
 *
 * @module
 */
import { sameAddress } from "./address.ts";
import type { Effect, PingContent, PingOutcome, RegistryRow } from "./input.ts";
import type { Settings } from "./settings.ts";

/** Pings to a silent holder before it is taken for gone. */
const triesMax = 2;

/** Deadline of connecting and of answering for one such ping, in milliseconds. */
const holderTimeoutMs = 700;

/** Beats that a holder with another cookie may miss before it is taken for gone. */
const beatsMissedMax = 3;

/** What is known about the holder: nothing yet, or the verdict. */
export type ClaimVerdict = "open" | "holder-lives" | "holder-gone";

/** One inquiry about one holder. */
export class NameClaim {
  readonly holder: RegistryRow;
  readonly #held: boolean;
  readonly #settings: Settings;
  #tries = 0;
  #pingAt: number;
  #watchUntil = Infinity;
  #verdict: ClaimVerdict = "open";

  /**
   * @param held true if this node had the name before the holder took it
   * @param previous the last inquiry, if there was one
   */
  constructor(
    holder: RegistryRow,
    held: boolean,
    previous: NameClaim | undefined,
    settings: Settings,
    now: number,
  ) {
    this.holder = holder;
    this.#held = held;
    this.#settings = settings;
    this.#pingAt = now;
    if (holder.row.addresses.some((address) => this.#isOurs(address))) {
      this.#verdict = "holder-gone";
      this.#pingAt = Infinity;
    } else if (previous?.isContradictedBy(holder)) {
      this.#verdict = "holder-lives";
      this.#pingAt = Infinity;
    }
  }

  /** True if the holder was taken for gone, but has written a beat since. */
  isContradictedBy({ row }: RegistryRow): boolean {
    return this.#verdict === "holder-gone" && row.instance === this.holder.row.instance &&
      row.beat > this.holder.row.beat;
  }

  get verdict(): ClaimVerdict {
    return this.#verdict;
  }

  get wakeAt(): number {
    return this.#verdict === "open" ? Math.min(this.#pingAt, this.#watchUntil) : Infinity;
  }

  /** Sends the ping that is due, if one is, under the number that `number` then gives. */
  wake(number: () => number, content: PingContent, now: number, out: Effect[]): void {
    if (now >= this.#watchUntil) this.#verdict = "holder-gone";
    if (this.#verdict !== "open" || now < this.#pingAt) return;
    const { name, instance, addresses } = this.holder.row;
    this.#pingAt = Infinity;
    this.#tries++;
    out.push({
      kind: "ping",
      ping: number(),
      to: { name, instance, addresses },
      content,
      fresh: false,
      connectTimeoutMs: holderTimeoutMs,
      answerTimeoutMs: holderTimeoutMs,
    });
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
        } else if (this.#held) this.#watch(now);
        else this.#verdict = "holder-gone";
        return;
      case "wrong-cookie":
        return this.#watch(now);
      default:
        this.#verdict = "holder-gone";
    }
  }

  /** The holder's row as it stands now. */
  seen(current: RegistryRow | undefined): void {
    if (this.#watchUntil === Infinity || this.#verdict !== "open") return;
    if (current?.row.instance !== this.holder.row.instance) this.#verdict = "holder-gone";
    else if (current.row.beat !== this.holder.row.beat) this.#verdict = "holder-lives";
  }

  #watch(now: number): void {
    this.#watchUntil = now + beatsMissedMax * this.holder.row.beatIntervalMs;
  }

  #isOurs(address: { readonly host: string; readonly port: number }): boolean {
    return this.#settings.addresses.some((own) => sameAddress(own, address));
  }
}
