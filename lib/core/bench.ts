/**
 * What those who judge work with.
 *
 * @module
 */
import type { Beats } from "./registration/heartbeats.ts";
import type { Candidates } from "./discovery/candidates.ts";
import type { Change } from "./explain/change.ts";
import type { Outbox } from "./dissemination/outbox.ts";
import type { Monitor } from "./detector/prober.ts";
import type { OwnHealth } from "./detector/local_health.ts";
import type { Random } from "./base/random.ts";
import type { MemberRecord } from "./dissemination/record.ts";
import type { Roster } from "./dissemination/member_list.ts";
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
