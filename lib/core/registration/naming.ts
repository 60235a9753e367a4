/**
 * Gets this node the name that it wants, when another one holds it in the registry.
 *
 * Each holder is asked whether it still lives ({@linkcode NameClaim}). If it is gone, its name is
 * taken over; if it lives, an automatic name takes a suffix, and any other ends the start.
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { NodeName } from "../base/name.ts";
import type { HolderPing, Ping, Pings, Sent } from "../pings.ts";
import { formatAddress } from "../base/address.ts";
import type { Effect, PingContent, PingOutcome } from "../input.ts";
import type { StoredRow } from "../members/row.ts";
import { withSuffix } from "../base/name.ts";
import { NameClaim } from "./name_claim.ts";
import type { Tenure } from "./name_claim.ts";

/** What has been found out about the holder of a name, and what that means for this node. */
export type NamingVerdict =
  /** It is gone: its row may be written over. */
  | { readonly kind: "holder-gone"; readonly holder: StoredRow }
  /** It lives: this node starts over under another name. */
  | { readonly kind: "renamed"; readonly name: NodeName }
  /** It lives, and this node is to have that name or none. The message is for the user. */
  | { readonly kind: "taken"; readonly message: string };

/** The claims of one node to its name, one at a time. */
export class Naming {
  readonly #settings: Settings;
  readonly #pings: Pings<Ping>;
  #suffix = 1;
  #claim: NameClaim | undefined;
  #lastClaim: NameClaim | undefined;
  #ping: number | undefined;

  constructor(settings: Settings, pings: Pings<Ping>) {
    this.#settings = settings;
    this.#pings = pings;
  }

  /** True while another node's row has the name, and it is not known yet whether that lives. */
  get isContested(): boolean {
    return this.#claim !== undefined;
  }

  get wakeAt(): number {
    return this.#claim?.wakeAt ?? Infinity;
  }

  /** Somebody else's row has the name. */
  checkHolder(holder: StoredRow, tenure: Tenure, now: number): void {
    this.#claim = new NameClaim(holder, tenure, this.#lastClaim, this.#settings, now);
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

  /**
   * Asks the holder if it is time.
   *
   * @param own the name that this node has, or tries to get, and which of the two
   * @param content what rides on a ping
   * @returns what is known at last; `undefined` before that
   */
  wake(
    own: { readonly name: NodeName; readonly isClaiming: boolean },
    content: PingContent,
    now: number,
    out: Effect[],
  ): NamingVerdict | undefined {
    const claim = this.#claim;
    if (claim === undefined) return undefined;
    const question = claim.wake(content, now);
    if (question !== undefined) {
      this.#ping = this.#pings.send({ purpose: "name-claim" }, now);
      out.push({ ...question, ping: this.#ping });
    }
    if (claim.verdict === "open") return undefined;
    this.#lastClaim = claim;
    this.#claim = undefined;
    this.#ping = undefined;
    const { holder } = claim;
    if (claim.verdict === "holder-gone") return { kind: "holder-gone", holder };
    const { name, nameIsAutomatic } = this.#settings;
    if (nameIsAutomatic && own.isClaiming) {
      return { kind: "renamed", name: withSuffix(name, ++this.#suffix) };
    }
    const where = this.#placeOf(holder);
    return { kind: "taken", message: `The name ${own.name} is held by a live node at ${where}` };
  }

  #placeOf({ row }: StoredRow): string {
    const theirs = row.addresses.map(formatAddress).join(", ");
    const ours = this.#settings.addresses.map(formatAddress).join(", ");
    return theirs === ours
      ? `${theirs} on another machine: both give the same address`
      : `${theirs}; this one is at ${ours}`;
  }
}
