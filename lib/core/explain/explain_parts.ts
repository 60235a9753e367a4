/**
 * What explanations are made from.
 *
 * @module
 */
import type { VerdictParts } from "../verdict/status_of.ts";
import type { Settings } from "../settings.ts";
import type { LocalHealth } from "../detector/local_health.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { ChangeLog } from "./change_log.ts";
import type { BeamWatch } from "../beam/beam_watch.ts";

/** What one node knows that it can be asked about. */
export interface ExplainParts extends VerdictParts {
  readonly settings: Settings;
  readonly health: LocalHealth;
  readonly candidates: Candidates;
  readonly changes: ChangeLog;
  readonly beams: BeamWatch | undefined;
}
