/**
 * Puts the parts of one core together: the same parts, in the same order, for everybody who runs one.
 *
 * @module
 */
import { Ticks } from "./base/ticks.ts";
import type { Random } from "./base/random.ts";
import { BeamForgetting } from "./beam/beam_forgetting.ts";
import { BeamWatch } from "./beam/beam_watch.ts";
import { FailureDetector } from "./detector/failure_detector.ts";
import { RegistryHeartbeats } from "./detector/registry_heartbeats.ts";
import { Links } from "./detector/links.ts";
import { LocalHealth } from "./detector/local_health.ts";
import { PingsHeard } from "./detector/pings_heard.ts";
import { pingBudget, Prober } from "./detector/prober.ts";
import { Sweep } from "./detector/sweep.ts";
import { CandidateProber } from "./discovery/candidate_prober.ts";
import { Candidates } from "./discovery/candidates.ts";
import { Dissemination } from "./dissemination/dissemination.ts";
import { Outbox } from "./dissemination/outbox.ts";
import { ChangeLog } from "./explain/change_log.ts";
import { Explainer } from "./explain/explain.ts";
import { StatusReporter } from "./explain/status_reporter.ts";
import { MemberList } from "./members/member_list.ts";
import { NewsConsequences } from "./news_consequences.ts";
import { OwnRowConsequences } from "./own_row_consequences.ts";
import { PingConsequences } from "./ping_consequences.ts";
import { type Ping, Pings } from "./pings.ts";
import { DeadRows } from "./registration/dead_rows.ts";
import { Naming } from "./registration/naming.ts";
import { ownRecord } from "./registration/own_row.ts";
import { RegistryPace } from "./registration/registry_pace.ts";
import { RegistryReader } from "./registration/registry_reader.ts";
import { RowKeeper } from "./registration/row_keeper.ts";
import { RegistryConsequences } from "./registry_consequences.ts";
import type { Settings } from "./settings.ts";

/** The parts that inputs are handed to. */
export interface Assembly {
  readonly settings: Settings;
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly pings: Pings<Ping>;
  readonly pingsHeard: PingsHeard;
  readonly health: LocalHealth;
  readonly changes: ChangeLog;
  readonly prober: Prober;
  readonly sweep: Sweep;
  readonly candidateProber: CandidateProber;
  readonly detector: FailureDetector;
  readonly dissemination: Dissemination;
  readonly keeper: RowKeeper;
  readonly naming: Naming;
  /** `undefined` if no BEAM nodes are watched. */
  readonly beams: BeamWatch | undefined;
  readonly statusReporter: StatusReporter;
  readonly explainer: Explainer;
  readonly news: NewsConsequences;
  readonly pingConsequences: PingConsequences;
  readonly ownRowConsequences: OwnRowConsequences;
  readonly registryConsequences: RegistryConsequences;
}

/**
 * Makes all parts of a node that is about to start.
 *
 * Each draws from a chance of its own, forked from `random` in an order that a recording relies on.
 *
 * @param now monotonic time, in milliseconds
 */
export function assemble(settings: Settings, random: Random, now: number): Assembly {
  const { intervalMs } = settings;
  const memberList = new MemberList(ownRecord(settings), settings.fullMesh);
  // What several parts look at.
  const known = {
    settings,
    memberList,
    candidates: new Candidates(memberList, random),
    pings: new Pings<Ping>(),
    pingsHeard: new PingsHeard(intervalMs),
    health: new LocalHealth(),
    changes: new ChangeLog(),
    links: new Links(),
    heartbeats: new RegistryHeartbeats(),
    outbox: new Outbox(intervalMs),
    budget: pingBudget(intervalMs),
    ticks: new Ticks(intervalMs, random.below(intervalMs)),
  };
  const chance = random.fork();
  const chanceOfCandidates = chance.fork();
  const probing = {
    prober: new Prober({ ...known, random: chance }),
    sweep: new Sweep({ ...known, random: chance }),
    candidateProber: new CandidateProber({ ...known, random: chanceOfCandidates }),
  };
  const shared = { ...known, random: random.fork() };
  const keeper = new RowKeeper(memberList, known.ticks, random.fork(), now);
  // What nobody needs must not draw from the chance of a node that is recorded without it.
  const beams = settings.beam === true
    ? new BeamWatch({ ...shared, keeper, random: random.fork() })
    : undefined;
  const looking = { ...shared, detector: new FailureDetector(shared), keeper, beams };
  const acting = {
    ...looking,
    ...probing,
    naming: new Naming(settings, known.pings),
    dissemination: new Dissemination(looking),
    statusReporter: new StatusReporter(looking),
    reader: new RegistryReader(looking),
    pace: new RegistryPace(looking),
    deadRows: new DeadRows(looking),
    beamForgetting: beams && new BeamForgetting(beams, keeper),
  };
  const news = new NewsConsequences(acting);
  const ownRowConsequences = new OwnRowConsequences(acting);
  return {
    ...acting,
    explainer: new Explainer(looking),
    news,
    pingConsequences: new PingConsequences({ ...acting, news }),
    ownRowConsequences,
    registryConsequences: new RegistryConsequences({ ...acting, news, ownRowConsequences }),
  };
}
