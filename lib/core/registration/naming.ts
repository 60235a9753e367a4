/**
 * Gets this node the name that it wants, when another one holds it in the registry.
 *
 * Each holder is asked whether it still lives ({@linkcode NameClaim}). If it is gone, its name is
 * taken over; if it lives, an automatic name takes a suffix, and any other ends the start.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { MemberList } from "../dissemination/member_list.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { HolderPing, Ping, Pings, Sent } from "../pings.ts";
import type { Prober } from "../detector/prober.ts";
import { formatAddress } from "../base/address.ts";
import { countAbove } from "../base/count.ts";
import type { Effect, PingOutcome } from "../input.ts";
import type { StoredRow } from "./row.ts";
import { withSuffix } from "../base/name.ts";
import { NameClaim } from "./name_claim.ts";
import type { Tenure } from "./name_claim.ts";
import type { RowKeeper } from "./row_keeper.ts";

/** What the naming of a node works with. */
export interface NamingParts {
  readonly settings: Settings;
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly prober: Prober;
  readonly keeper: RowKeeper;
  readonly pings: Pings<Ping>;
}

/** The claims of one node to its name, one at a time. */
export class Naming {
  readonly #parts: NamingParts;
  readonly #taken: (message: string) => void;
  #suffix = 1;
  #claim: NameClaim | undefined;
  #lastClaim: NameClaim | undefined;
  #ping: number | undefined;

  /** @param taken is told, with a sentence for the user, that a live node holds the name */
  constructor(parts: NamingParts, taken: (message: string) => void) {
    this.#parts = parts;
    this.#taken = taken;
  }

  get wakeAt(): number {
    return this.#claim?.wakeAt ?? Infinity;
  }

  /** Somebody else's row has the name. */
  checkHolder(holder: StoredRow, tenure: Tenure, now: number): void {
    this.#claim = new NameClaim(holder, tenure, this.#lastClaim, this.#parts.settings, now);
  }

  /** The row under the name, as it was just listed. */
  seen(own: StoredRow | undefined): void {
    this.#claim?.seen(own);
  }

  /** The name is this node's. */
  claimed(): void {
    this.#claim = undefined;
  }

  /** A ping to a holder has ended. */
  pingEnded({ number }: Sent<HolderPing>, outcome: PingOutcome, now: number): void {
    if (number === this.#ping) this.#claim?.pingEnded(outcome, now);
  }

  wake(now: number, out: Effect[]): void {
    const claim = this.#claim;
    if (claim === undefined) return;
    const { settings, memberList, candidates, prober, keeper, pings } = this.#parts;
    const send = (): number => this.#ping = pings.send({ purpose: "name-claim" }, now);
    claim.wake(send, prober.content(false), now, out);
    if (claim.verdict === "open") return;
    const lives = claim.verdict === "holder-lives";
    this.#lastClaim = claim;
    this.#claim = undefined;
    this.#ping = undefined;
    if (!lives && keeper.phase === "claiming") {
      // Whoever knew the holder must see that this one comes after it.
      const incarnation = countAbove(memberList.self.incarnation, claim.holder.row.incarnation);
      memberList.renewSelf({ incarnation });
    }
    keeper.holderChecked(claim.holder, lives, now, out);
    if (!lives) return;
    if (settings.nameIsAutomatic && keeper.phase === "claiming") {
      memberList.rename(withSuffix(settings.name, ++this.#suffix));
      candidates.drop(memberList.self.name);
      keeper.restart(now);
      return keeper.wake(now, out);
    }
    const theirs = claim.holder.row.addresses.map(formatAddress).join(", ");
    const ours = settings.addresses.map(formatAddress).join(", ");
    const where = theirs === ours
      ? `${theirs} on another machine: both give the same address`
      : `${theirs}; this one is at ${ours}`;
    this.#taken(`The name ${memberList.self.name} is held by a live node at ${where}`);
  }
}
