/**
 * What a member claims about itself, whether it pings or answers.
 *
 * @module
 */
import type { Peer, PingContent } from "../input.ts";
import { makeRecord } from "../members/record.ts";
import type { MemberRecord } from "../members/record.ts";

/** The record of `peer` by its own word: the one that came along, or what its hello tells. */
export function claimOf(
  { name, instance, addresses, software }: Peer,
  { record, incarnation }: Pick<PingContent, "record" | "incarnation">,
): MemberRecord {
  if (record?.name === name && record.instance === instance) {
    // Records are immutable: in one process all nodes can hold the same one.
    if (record.state !== "failed" && record.cause === undefined) return record;
    const state = record.state === "left" ? "left" : "alive";
    return makeRecord({ ...record, state, cause: undefined });
  }
  const told = { name, instance, addresses, software };
  return makeRecord({ ...told, tags: {}, startedAt: "", incarnation, state: "alive" });
}
