/**
 * The parts of a node's core that its other parts work with.
 *
 * @module
 */
import type { BeamWatch } from "./beam/beam_watch.ts";
import type { Bench } from "./bench.ts";
import type { CandidateProber } from "./discovery/candidate_prober.ts";
import type { ChangeLog } from "./explain/change_log.ts";
import type { FailureDetector } from "./detector/failure_detector.ts";
import type { RegistryKeeper } from "./registration/registry_keeper.ts";

/** Everything that is shared inside one core. */
export interface Parts extends Bench {
  readonly detector: FailureDetector;
  readonly candidateProber: CandidateProber;
  readonly keeper: RegistryKeeper;
  readonly changes: ChangeLog;
  /** The BEAM nodes, if this node shares the pulse with them. */
  readonly beams: BeamWatch | undefined;
}
