/**
 * What dissemination wants done by others: it returns these, and `news_consequences.ts` applies them.
 *
 * @module
 */
import type { Candidate } from "../members/candidate.ts";
import type { Effect } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import type { Change } from "../members/change.ts";
import type { MemberRecord } from "../members/record.ts";
import type { InstanceId } from "../members/row.ts";

/** A record that has won over what was known of its name. */
export interface Taken {
  readonly kind: "taken";
  readonly record: MemberRecord;
  readonly before: MemberRecord | undefined;
  /** The candidate of its name that was shown as failed until now. */
  readonly ghost: Candidate | undefined;
}

/** What is to be done by others, in that order. */
export type NewsDecision =
  | Taken
  /** What was known of a member was made up; `isOther`: by then another process has its name. */
  | { readonly kind: "made-up"; readonly known: MemberRecord; readonly isOther: boolean }
  /** Ask that member out of turn, now or at that time. */
  | { readonly kind: "look"; readonly name: NodeName; readonly at?: number }
  /** A member has answered a ping that was sent then: what was said against it before is not so. */
  | { readonly kind: "acquitted"; readonly record: MemberRecord; readonly sentAt: number }
  /** Another process, which holds the cookie, speaks under the name of that member. */
  | { readonly kind: "rivalled"; readonly record: MemberRecord }
  /** Compare all records with those of that peer, by these checksums. */
  | { readonly kind: "compare"; readonly peer: MemberRecord; readonly buckets: readonly number[] }
  /** Somebody else claims this node's name. */
  | { readonly kind: "contested" }
  /** This node says something new of itself: its row is to say it, too. */
  | { readonly kind: "renewed" }
  /** That was to refute that it has failed. */
  | { readonly kind: "refuted" }
  /** Something is to be told. */
  | { readonly kind: "change"; readonly change: Change }
  | Effect & { readonly kind: "tell" | "note" | "drop" };

/** Tells `to` those records. */
export function tell(records: readonly MemberRecord[], to: InstanceId): NewsDecision {
  return { kind: "tell", to: [to], news: { records, votes: [], sightings: [] } };
}
