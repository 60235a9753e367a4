/**
 * What a node says of itself: at first, and in its row.
 *
 * @module
 */
import type { RowDraft } from "../members/row.ts";
import type { MemberRecord, RecordContent } from "../members/record.ts";
import { rowVersion } from "../members/row.ts";
import type { Settings } from "../settings.ts";

/** The record of a node that has just been started. */
export function ownRecord(settings: Settings): RecordContent {
  const { name, instance, addresses, tags, startedAt, software, service } = settings;
  return {
    ...{ name, instance, incarnation: 0, state: "alive" },
    ...{ addresses, tags, startedAt, software, service },
  };
}

/** The row that a node writes next, but for its heartbeat. */
export function draftOf(
  self: MemberRecord,
  heartbeatIntervalMs: number,
): Omit<RowDraft, "heartbeat"> {
  const { name, instance, addresses, tags, startedAt, software, incarnation } = self;
  return {
    version: rowVersion,
    name,
    instance,
    incarnation,
    heartbeatIntervalMs,
    addresses,
    state: "up",
    tags,
    startedAt,
    software,
  };
}
