/**
 * What those who judge work with.
 *
 * @module
 */
import type { RegistryHeartbeats } from "./registration/heartbeats.ts";
import type { Candidates } from "./discovery/candidates.ts";
import type { Change } from "./explain/change.ts";
import type { Outbox } from "./dissemination/outbox.ts";
import type { Prober } from "./detector/prober.ts";
import type { LocalHealth } from "./detector/local_health.ts";
import type { Random } from "./base/random.ts";
import type { MemberRecord } from "./dissemination/record.ts";
import type { MemberList } from "./dissemination/member_list.ts";
import type { Settings } from "./settings.ts";

/** One node's view, and how to change it. */
export interface Bench {
  readonly settings: Settings;
  readonly memberList: MemberList;
  /** Those of whom only rows speak. */
  readonly candidates: Candidates;
  readonly prober: Prober;
  readonly heartbeats: RegistryHeartbeats;
  readonly health: LocalHealth;
  readonly outbox: Outbox;
  readonly random: Random;
  nextNumber(): number;
  /** Takes a record that this node has made into its own view and passes it on. */
  publish(record: MemberRecord, now: number): void;
  /**
   * Takes a record that others would have made, if nothing that this node knows itself is against
   * it.
   */
  heard(record: MemberRecord, now: number): void;
  changed(change: Change, now: number): void;
}
