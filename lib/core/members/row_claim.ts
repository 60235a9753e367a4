/**
 * What a row claims. It proves nothing: whoever can write the registry can write any row.
 *
 * @module
 */
import type { MemberRecord, RecordContent } from "./record.ts";
import type { Row } from "./row.ts";

/** What a row says about its owner. It has no state: that is for members, whose records are none. */
export type RowClaim = Omit<RecordContent, "state" | "cause"> & { readonly state?: never };

const claims = new WeakMap<Row, RowClaim>();

/** The claim of a row. Rows are immutable, so whoever reads the same row holds the same claim. */
export function claimOfRow(row: Row): RowClaim {
  const known = claims.get(row);
  if (known !== undefined) return known;
  const { name, instance, incarnation, addresses, tags, startedAt, software } = row;
  const claim = { name, instance, incarnation, addresses, tags, startedAt, software };
  claims.set(row, claim);
  return claim;
}

/** True if that run is the one of `member`, the member of its name, and lives. */
export function isOfLiving(
  { instance }: Pick<RowClaim, "instance">,
  member: MemberRecord | undefined,
): boolean {
  return member?.instance === instance && member.state === "alive";
}

/** Names one run of one name: of a member, a candidate, or a row. */
export function runOf({ name, instance }: Pick<RowClaim, "name" | "instance">): string {
  return `${name} ${instance}`;
}
