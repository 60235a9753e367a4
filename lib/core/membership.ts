/**
 * The whole of what a node decides, as one synchronous state machine.
 *
 * `step(input, now)` takes one thing that happened and returns what is to be done about it. It knows
 * no clock, no chance and no network of its own, so that the same code runs in production, in
 * simulation and in the tests.
 *
 * This file only hands each input to the part that deals with it: {@linkcode Prober} pings,
 * {@linkcode FailureDetector} judges, {@linkcode MemberList} remembers, {@linkcode RowKeeper} and
 * {@linkcode RegistryReader} deal with the registry.
 *
 * @module
 */
import type { Address } from "./base/address.ts";
import { unreachable } from "./base/assert.ts";
import { BeamForgetting } from "./beam/beam_forgetting.ts";
import { BeamWatch } from "./beam/beam_watch.ts";
import { RegistryHeartbeats } from "./registration/heartbeats_seen.ts";
import { Candidates } from "./discovery/candidates.ts";
import { CandidateProber } from "./discovery/candidate_prober.ts";
import { ChangeLog } from "./explain/change_log.ts";
import { type Dead, DeadRows } from "./registration/dead_rows.ts";
import { Explainer } from "./explain/explain.ts";
import type { Explanation, LinkView } from "./explain/explanation.ts";
import type { Change, TimedChange } from "./explain/change.ts";
import { Dissemination } from "./dissemination/dissemination.ts";
import { Outbox } from "./dissemination/outbox.ts";
import type { Effect, Input, Removal } from "./input.ts";
import { FailureDetector } from "./detector/failure_detector.ts";
import type { MemberView } from "./dissemination/member.ts";
import { NewsConsequences } from "./news_consequences.ts";
import { PingConsequences } from "./ping_consequences.ts";
import { askedInstances, type Ping, Pings } from "./pings.ts";
import { Prober, stallMs } from "./detector/prober.ts";
import type { NodeName } from "./base/name.ts";
import { Naming } from "./registration/naming.ts";
import { Links } from "./detector/links.ts";
import { LocalHealth } from "./detector/local_health.ts";
import { ownRecord } from "./registration/own_row.ts";
import type { Random } from "./base/random.ts";
import { RowConsequences } from "./row_consequences.ts";
import { RowKeeper } from "./registration/row_keeper.ts";
import { RegistryPace } from "./registration/registry_pace.ts";
import { RegistryReader } from "./registration/registry_reader.ts";
import { MemberList } from "./dissemination/member_list.ts";
import type { Settings } from "./settings.ts";
import { StatusReporter } from "./explain/status_reporter.ts";
import { StepFault } from "./step_fault.ts";

/** A wake-up that is this late is a sign of sickness, in milliseconds. */
const lagMs = 250;

/** What the registry says to a listing that failed, and to a write. */
type RegistryAnswer = "list-failed" | "written" | "write-conflict" | "write-failed";

/** One node's view of its cluster. */
export class Membership {
  readonly #settings: Settings;
  readonly #memberList: MemberList;
  readonly #prober: Prober;
  readonly #candidates: Candidates;
  readonly #candidateProber: CandidateProber;
  readonly #detector: FailureDetector;
  readonly #keeper: RowKeeper;
  readonly #naming: Naming;
  readonly #reader: RegistryReader;
  readonly #pace: RegistryPace;
  readonly #deadRows: DeadRows;
  readonly #dissemination: Dissemination;
  readonly #news: NewsConsequences;
  readonly #pingConsequences: PingConsequences;
  readonly #rowConsequences: RowConsequences;
  readonly #statusReporter: StatusReporter;
  readonly #explainer: Explainer;
  readonly #beams: BeamWatch | undefined;
  readonly #beamForgetting: BeamForgetting | undefined;
  readonly #outbox = new Outbox();
  readonly #links = new Links();
  readonly #pings = new Pings<Ping>();
  readonly #heartbeats = new RegistryHeartbeats();
  readonly #changes = new ChangeLog();
  readonly #health = new LocalHealth();
  readonly #giveUpAt: number;
  #expectedWake: number;
  #out: Effect[] = [];

  /**
   * A node that is about to start; it begins with the first input.
   *
   * @param random nothing else decides what is left to chance
   * @param now monotonic time, in milliseconds, at which the start timeout begins
   */
  constructor(settings: Settings, random: Random, now: number) {
    this.#settings = settings;
    this.#giveUpAt = now + settings.startTimeoutMs;
    this.#expectedWake = now;
    const memberList = this.#memberList = new MemberList(ownRecord(settings), settings.fullMesh);
    const candidates = this.#candidates = new Candidates(memberList);
    const [links, pings, health] = [this.#links, this.#pings, this.#health];
    const known = { settings, memberList, links, pings, candidates, health };
    const chance = random.fork();
    const chanceOfCandidates = chance.fork();
    const prober = this.#prober = new Prober({ ...known, random: chance });
    const candidateProber = this.#candidateProber = new CandidateProber(
      { ...known, prober, random: chanceOfCandidates },
    );
    const shared = {
      ...{ ...known, prober, heartbeats: this.#heartbeats, outbox: this.#outbox },
      random: random.fork(),
    };
    const detector = this.#detector = new FailureDetector(shared);
    const { intervalMs } = settings;
    const keeper = this.#keeper = new RowKeeper(memberList, intervalMs, random.fork(), now);
    const naming = this.#naming = new Naming(settings, pings);
    // What nobody needs must not draw from the chance of a node that is recorded without it.
    const beams = settings.beam === true
      ? new BeamWatch({ ...shared, keeper, random: random.fork() })
      : undefined;
    this.#beams = beams;
    this.#beamForgetting = beams && new BeamForgetting(beams, keeper);
    const parts = { ...shared, candidateProber, detector, keeper, changes: this.#changes, beams };
    const statusReporter = this.#statusReporter = new StatusReporter(parts);
    const dissemination = this.#dissemination = new Dissemination(parts);
    const news = this.#news = new NewsConsequences({ ...parts, statusReporter });
    const all = { ...parts, naming, dissemination, statusReporter, news };
    this.#pingConsequences = new PingConsequences(all);
    this.#rowConsequences = new RowConsequences(all);
    this.#pace = new RegistryPace(parts);
    this.#deadRows = new DeadRows(parts);
    this.#reader = new RegistryReader(parts, statusReporter);
    this.#explainer = new Explainer(parts);
  }

  /** The name under which this node is registered, or tries to be. */
  get name(): NodeName {
    return this.#memberList.self.name;
  }

  /** Where peers should try to reach this node. */
  get addresses(): readonly Address[] {
    return this.#memberList.self.addresses;
  }

  /** When the next `wake` is wanted, on the clock that `step` is given. */
  get wakeAt(): number {
    if (this.#rowConsequences.stopped) return Infinity;
    if (this.#keeper.phase === "releasing") return this.#keeper.wakeAt;
    const giveUpAt = this.#keeper.phase === "claiming" ? this.#giveUpAt : Infinity;
    return Math.min(
      this.#keeper.wakeAt,
      this.#prober.wakeAt,
      this.#candidateProber.wakeAt,
      this.#detector.wakeAt,
      this.#dissemination.wakeAt,
      this.#statusReporter.wakeAt,
      this.#changes.dueAt,
      this.#naming.wakeAt,
      this.#beams?.wakeAt ?? Infinity,
      giveUpAt,
    );
  }

  /**
   * Takes one input at monotonic time `now` (milliseconds); returns what is to be done, in order.
   *
   * @throws {StepFault} if this program has a fault; nothing that others can say or do is one
   */
  step(input: Input, now: number): Effect[] {
    if (this.#rowConsequences.stopped) return [];
    this.#out = [];
    try {
      this.#advance(input, now);
    } catch (error) {
      throw new StepFault(this.#out, error);
    } finally {
      this.#expectedWake = this.wakeAt;
    }
    return this.#out;
  }

  #advance(input: Input, now: number): void {
    const lateMs = now - this.#expectedWake;
    if (lateMs > stallMs) {
      this.#pings.stalled(now);
      this.#detector.stalled(now);
      this.#beams?.stalled(now);
    }
    if (lateMs > lagMs) this.#health.worsen(1, now);
    this.#take(input, now);
    this.#wake(now);
  }

  /** All members, this one included, in the order of their names. */
  members(now: number): MemberView[] {
    return this.#explainer.members(now);
  }

  /** True if only a row in the registry speaks for that name, whether it is shown or not. */
  isCandidate(name: NodeName): boolean {
    const state = this.#memberList.get(name)?.state ?? "left";
    return state === "left" && this.#candidates.get(name) !== undefined;
  }

  /** Why `name` is seen as it is; `undefined` if nothing is known of it. */
  explain(name: NodeName, now: number): Explanation | undefined {
    return this.#explainer.explain(name, now);
  }

  /** What this node knows of its own links to the others. */
  links(now: number): LinkView[] {
    return this.#explainer.links(now);
  }

  /** The number of the first change that is still kept. */
  get changesForgotten(): number {
    return this.#changes.forgotten;
  }

  /** The last changes, the oldest first. */
  get changes(): readonly TimedChange[] {
    return this.#changes.kept;
  }

  #take(input: Input, now: number): void {
    const out = this.#out;
    switch (input.kind) {
      case "wake":
        return;
      case "listed":
        return this.#listed(input, now);
      case "registry-hint":
        return this.#keeper.hint(now);
      case "list-failed":
      case "written":
      case "write-conflict":
      case "write-failed":
        return this.#registryAnswered(input, now);
      case "removed":
      case "remove-conflict":
      case "remove-failed":
        if (input.name === this.name) {
          return this.#rowConsequences.kept(this.#keeper.removalEnded(input, now, out), now, out);
        }
        return this.#removed(input, now);
      case "ping-ended":
        return this.#pingConsequences.ended(input.ping, input.outcome, now, out);
      case "pinged":
        return this.#pinged(input, now);
      case "lost":
      case "late":
        return this.#lostOrLate(input, now);
      case "told":
        return this.#pingConsequences.told(input.news, input.from, now, out);
      case "probe-asked":
        return this.#prober.probe(input.subject, input.reply, now, out);
      case "probe-ended":
        return this.#pingConsequences.probeEnded(input.probe, input.reached, now, out);
      case "sync-asked":
        return this.#dissemination.syncAsked(input.buckets, input.reply, out);
      case "synced":
        return this.#synced(input, now);
      case "moved":
        return this.#news.decided(this.#dissemination.moved(input.addresses, now), now, out);
      case "described":
        return this.#news.decided(this.#dissemination.described(input, now), now, out);
      case "beam-ping-ended":
        return this.#tell(this.#beams?.ended(input.ping, input.outcome, now), now);
      case "beam-pinged":
        return this.#beamPinged(input, now);
      case "beam-lost":
        return this.#beams?.hasten(input.name, now);
      case "leave":
        return this.#leave(now);
      case "forget":
        return this.#beams?.get(input.name) === undefined
          ? this.#deadRows.forget(input, now, out)
          : this.#beamForgetting?.forget(input, now, out);
      default:
        return unreachable(input);
    }
  }

  #registryAnswered(input: Input & { kind: RegistryAnswer }, now: number): void {
    const keeper = this.#keeper;
    const out = this.#out;
    switch (input.kind) {
      case "list-failed":
        return this.#rowConsequences.kept(keeper.listFailed(input.reason, now, out), now, out);
      case "written":
        this.#rowConsequences.kept(keeper.written(input.version, now, out), now, out);
        // The next heartbeat comes when this row says; from then on it may be another pause.
        keeper.keepPace(this.#pace.written(keeper.pace, now));
        return this.#news.decided(this.#dissemination.ownershipConfirmed(now), now, out);
      case "write-conflict":
        return this.#rowConsequences.kept(keeper.writeConflict(input.current, now, out), now, out);
      case "write-failed":
        return this.#rowConsequences.kept(keeper.writeFailed(input.reason, now, out), now, out);
    }
  }

  #wake(now: number): void {
    const out = this.#out;
    if (this.#keeper.phase === "claiming" && now >= this.#giveUpAt) return this.#giveUp();
    this.#rowConsequences.kept(this.#keeper.wake(now, out), now, out);
    const own = { name: this.name, isClaiming: this.#keeper.phase === "claiming" };
    this.#rowConsequences.named(
      this.#naming.wake(own, this.#prober.content(false), now, out),
      now,
      out,
    );
    // Of many that leave together each would dial others in the place of those that are gone.
    if (this.#rowConsequences.stopped || this.#keeper.phase === "releasing") return;
    this.#pingConsequences.wake(now, out);
    this.#prober.refresh(now);
    this.#prober.wake(now, out);
    this.#candidateProber.wake(now, out);
    this.#prober.sweep(!this.#candidateProber.isBusy, now, out);
    this.#news.decided(this.#dissemination.wake(now, out), now, out);
    this.#beams?.wake(now, out);
    this.#changes.wake(now, out);
    this.#statusReporter.wake(now, out);
  }

  #lostOrLate({ kind, name, instance }: Input & { kind: "lost" | "late" }, now: number): void {
    if (!this.#memberList.holds(name, instance)) {
      return this.#candidateProber.late(name, instance, now);
    }
    return kind === "lost" ? this.#prober.lost(name, now) : this.#prober.hasten(name, now);
  }

  #listed({ rows, beams }: Input & { kind: "listed" }, now: number): void {
    const out = this.#out;
    const own = rows.find(({ row }) => row.name === this.name);
    const isWhole = own?.row.instance === this.#settings.instance;
    this.#naming.seen(own);
    this.#reader.listed(rows, now, out);
    const { isDelegate } = this.#pace;
    this.#bury(this.#deadRows.listed(rows, { isWhole, isDelegate }, now, out), now);
    this.#keeper.keepPace(this.#pace.listed(rows.length, now));
    this.#rowConsequences.kept(this.#keeper.listed(own, now, out), now, out);
    this.#tell(this.#beams?.listed(beams ?? [], isWhole, now, out), now);
    this.#tell(this.#beamForgetting?.listed(out), now);
  }

  #removed(input: Removal, now: number): void {
    const changes = this.#beamForgetting?.removed(input, this.#out);
    if (changes === undefined) this.#bury(this.#deadRows.removed(input, this.#out), now);
    else this.#tell(changes, now);
  }

  #tell(changes: readonly Change[] = [], now: number): void {
    for (const change of changes) this.#statusReporter.changed(change, now);
  }

  #beamPinged({ from, reply }: Input & { kind: "beam-pinged" }, now: number): void {
    this.#out.push({ kind: "beam-pong", reply });
    this.#beams?.pinged(from, now);
  }

  /** Answers; whoever introduces itself is told who answers, too. */
  #pinged({ from, content, reply }: Input & { kind: "pinged" }, now: number): void {
    const out = this.#out;
    out.push({ kind: "pong", reply, content: this.#prober.content(content.record !== undefined) });
    const { name, instance } = this.#memberList.self;
    if (from.name !== name && from.instance !== instance) this.#statusReporter.pinged();
    this.#news.decided(this.#dissemination.pinged(from, content, now), now, out);
  }

  /** Takes what a peer has told, and tells it what it lacks. */
  #synced(input: Input & { kind: "synced" }, now: number): void {
    const out = this.#out;
    const { fingerprint } = this.#memberList;
    for (const record of input.records) {
      this.#news.decided(this.#dissemination.heard(record, input.from, now), now, out);
    }
    const hasChanged = this.#memberList.fingerprint !== fingerprint;
    this.#news.decided(this.#dissemination.synced(input, hasChanged, now), now, out);
  }

  /** All are told that those are gone for good. */
  #bury(gone: readonly Dead[], now: number): void {
    for (const dead of gone) {
      this.#news.decided(this.#dissemination.bury(dead, now), now, this.#out);
    }
  }

  #giveUp(): void {
    const message = "The registry could not be used within the start timeout: " +
      (this.#keeper.lastReason || "it did not answer");
    this.#rowConsequences.stop({ kind: "registry-away", message }, this.#out);
  }

  #leave(now: number): void {
    if (this.#keeper.phase === "releasing") return;
    this.#dissemination.leave(askedInstances(this.#pings), now, this.#out);
    this.#statusReporter.stop();
    const news = this.#keeper.release(this.#settings.leaveTimeoutMs, now, this.#out);
    this.#rowConsequences.kept(news, now, this.#out);
  }
}
