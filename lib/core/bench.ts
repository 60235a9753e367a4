/**
 * What those who judge work with.
 *
 * @module
 */
import type { Beats } from "./beats.ts";
import type { Candidates } from "./candidates.ts";
import type { Change } from "./change.ts";
import type { Outbox } from "./gossip.ts";
import type { Monitor } from "./monitor.ts";
import type { OwnHealth } from "./own_health.ts";
import type { Random } from "./random.ts";
import type { MemberRecord } from "./record.ts";
import type { Roster } from "./roster.ts";
import type { Settings } from "./settings.ts";

/** One node's view, and how to change it. */
export interface Bench {
  readonly settings: Settings;
  readonly roster: Roster;
  /** Those of whom only rows speak. */
  readonly candidates: Candidates;
  readonly monitor: Monitor;
  readonly beats: Beats;
  readonly health: OwnHealth;
  readonly outbox: Outbox;
  readonly random: Random;
  nextNumber(): number;
  /** Takes a record that this node has made into its own view and passes it on. */
  publish(record: MemberRecord, now: number): void;
  /** Takes a record that others would have made, if nothing that this node knows itself is against it. */
  heard(record: MemberRecord, now: number): void;
  changed(change: Change, now: number): void;
}
