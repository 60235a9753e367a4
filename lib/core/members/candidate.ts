/**
 * A candidate: a node of which only a row in the registry speaks.
 *
 * Whoever can write the registry can write any row, so a row proves nothing. It may introduce a
 * node; it never changes, replaces, renames, outlives or shares state with a member, which has
 * answered with the cookie or is known by the word of those that have. That is why a candidate is
 * another type than a {@linkcode MemberRecord}, stands in a collection of its own, and has a link of
 * its own: whatever befalls it, no member notices.
 *
 *     row ──▶ candidate ──answers as the very name and instance that were asked──▶ member
 *                 │
 *                 └─two pings failed─▶ shown as failed, until it answers or its row is gone
 *
 * @module
 */
import type { PingFailure } from "../base/ping_failure.ts";
import { Link } from "./link.ts";
import type { NodeName } from "../base/name.ts";
import type { RowClaim } from "./row_claim.ts";
import type { InstanceId } from "./row.ts";

/** One node that has proven nothing. */
export class Candidate {
  /** What its row said when it was read last. */
  claim: RowClaim;
  /** How often its turn has come, and was passed on to others or ended in a miss: its pauses grow. */
  turns = 0;
  /** Since when it is shown as failed, on this node's clock; `undefined` while it is not. */
  failedAt: number | undefined;
  #link: Link | undefined;

  constructor(claim: RowClaim) {
    this.claim = claim;
  }

  get name(): NodeName {
    return this.claim.name;
  }

  get instance(): InstanceId {
    return this.claim.instance;
  }

  /** What its own pings showed; no member's pings count here, and these count for no member. */
  get link(): Link {
    // Most candidates are told of by members before they are ever asked.
    return this.#link ??= new Link();
  }

  /** How its last ping failed; `undefined` if none has. */
  get failure(): PingFailure | undefined {
    return this.link.misses.at(-1)?.kind;
  }
}
