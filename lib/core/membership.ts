/**
 * The whole of what a node decides, as one synchronous state machine.
 *
 * `step(input, now)` takes one thing that happened and returns what is to be done about it. It knows
 * no clock, no chance and no network of its own, so that the same code runs in production, in
 * simulation and in the tests.
 *
 * This file only hands each input to the part that deals with it: {@linkcode Prober} pings,
 * {@linkcode FailureDetector} judges, {@linkcode MemberList} remembers, {@linkcode RowKeeper} and
 * {@linkcode RegistryReader} deal with the registry. Parts return what they have decided; the files
 * named `*_consequences.ts` beside this one apply that.
 *
 * @module
 */
import type { Address } from "./base/address.ts";
import { unreachable } from "./base/assert.ts";
import { BeamForgetting } from "./beam/beam_forgetting.ts";
import { BeamWatch } from "./beam/beam_watch.ts";
import { RegistryHeartbeats } from "./detector/heartbeats_seen.ts";
import { Candidates } from "./discovery/candidates.ts";
import { CandidateProber } from "./discovery/candidate_prober.ts";
import { ChangeLog } from "./explain/change_log.ts";
import { DeadRows } from "./registration/dead_rows.ts";
import { Explainer } from "./explain/explain.ts";
import type { Explanation, LinkView, OwnStanding } from "./explain/explanation.ts";
import type { TimedChange } from "./members/change.ts";
import { Dissemination } from "./dissemination/dissemination.ts";
import { Outbox } from "./dissemination/outbox.ts";
import type { Effect, Input } from "./input.ts";
import { FailureDetector } from "./detector/failure_detector.ts";
import type { MemberView } from "./members/member.ts";
import { NewsConsequences } from "./news_consequences.ts";
import { PingConsequences } from "./ping_consequences.ts";
import { observersAmong } from "./members/ring.ts";
import { ownStanding } from "./explain/own_standing.ts";
import { pingContent } from "./detector/ping_content.ts";
import { askedInstances, type Ping, Pings } from "./pings.ts";
import { pingBudget, Prober, stallMs } from "./detector/prober.ts";
import type { NodeName } from "./base/name.ts";
import { Naming } from "./registration/naming.ts";
import { Links } from "./detector/links.ts";
import { PingsHeard } from "./detector/pings_heard.ts";
import { LocalHealth } from "./detector/local_health.ts";
import { Sweep } from "./detector/sweep.ts";
import { ownRecord } from "./registration/own_row.ts";
import type { Random } from "./base/random.ts";
import { RegistryConsequences } from "./registry_consequences.ts";
import { OwnRowConsequences } from "./own_row_consequences.ts";
import { RowKeeper } from "./registration/row_keeper.ts";
import { RegistryPace } from "./registration/registry_pace.ts";
import { RegistryReader } from "./registration/registry_reader.ts";
import { MemberList } from "./members/member_list.ts";
import type { Settings } from "./settings.ts";
import { StatusReporter } from "./explain/status_reporter.ts";
import { StepFault } from "./step_fault.ts";
import { Ticks } from "./base/ticks.ts";

/** A wake-up that is this late is a sign of sickness, in milliseconds. */
const lagMs = 250;

/**
 * One node's view of its cluster; the documentation of the module says what to do with its effects.
 *
 * @example The first thing that a node wants is the rows of the registry
 * ```ts
 * import { Membership, parseNodeName, profileTimings, seededRandom } from "@clusternode/clusternode/core";
 *
 * const name = parseNodeName("n1@10.0.0.1");
 * if (name === undefined) throw new TypeError("It is no name");
 * const core = new Membership({
 *   name,
 *   nameIsAutomatic: false,
 *   instance: "0".repeat(32),
 *   addresses: [{ host: "10.0.0.1", port: 4000 }],
 *   tags: {},
 *   startedAt: "2026-01-01T00:00:00Z",
 *   software: "example/1",
 *   intervalMs: 1000,
 *   timings: profileTimings.lan,
 *   fullMesh: false,
 *   statusEntriesMax: 20,
 *   startTimeoutMs: 30_000,
 *   leaveTimeoutMs: 5000,
 *   registryPaceMs: 0,
 * }, seededRandom(1), 0);
 * console.log(core.step({ kind: "wake" }, 0).map(({ kind }) => kind)); // [ "list" ]
 * console.log(core.wakeAt); // when to wake it again, in milliseconds
 * ```
 */
export class Membership {
  readonly #settings: Settings;
  readonly #memberList: MemberList;
  readonly #candidates: Candidates;
  readonly #pings = new Pings<Ping>();
  readonly #health = new LocalHealth();
  readonly #changes = new ChangeLog();
  readonly #pingsHeard: PingsHeard;
  readonly #prober: Prober;
  readonly #sweep: Sweep;
  readonly #candidateProber: CandidateProber;
  readonly #detector: FailureDetector;
  readonly #dissemination: Dissemination;
  readonly #keeper: RowKeeper;
  readonly #naming: Naming;
  readonly #beams: BeamWatch | undefined;
  readonly #statusReporter: StatusReporter;
  readonly #explainer: Explainer;
  readonly #news: NewsConsequences;
  readonly #pingConsequences: PingConsequences;
  readonly #ownRowConsequences: OwnRowConsequences;
  readonly #registryConsequences: RegistryConsequences;
  /** Time in which this process was held up does not count. */
  #giveUpAt: number;
  #wakeAt: number;
  #out: Effect[] = [];

  /**
   * A node that is about to start; it begins with the first input.
   *
   * @param random nothing else decides what is left to chance
   * @param now monotonic time, in milliseconds, at which the start timeout begins
   */
  constructor(settings: Settings, random: Random, now: number) {
    const { intervalMs } = settings;
    this.#settings = settings;
    this.#giveUpAt = now + settings.startTimeoutMs;
    this.#wakeAt = now;
    const memberList = this.#memberList = new MemberList(ownRecord(settings), settings.fullMesh);
    const candidates = this.#candidates = new Candidates(memberList, random);
    const pingsHeard = this.#pingsHeard = new PingsHeard(intervalMs);
    const [pings, health, changes] = [this.#pings, this.#health, this.#changes];
    // What several parts look at.
    const known = {
      ...{ settings, memberList, candidates, pings, pingsHeard, health, changes },
      links: new Links(),
      heartbeats: new RegistryHeartbeats(),
      outbox: new Outbox(intervalMs),
      budget: pingBudget(intervalMs),
      ticks: new Ticks(intervalMs, random.below(intervalMs)),
    };
    const chance = random.fork();
    const chanceOfCandidates = chance.fork();
    const prober = this.#prober = new Prober({ ...known, random: chance });
    const sweep = this.#sweep = new Sweep({ ...known, random: chance });
    const candidateProber = this.#candidateProber = new CandidateProber(
      { ...known, random: chanceOfCandidates },
    );
    const shared = { ...known, random: random.fork() };
    const detector = this.#detector = new FailureDetector(shared);
    const keeper = this.#keeper = new RowKeeper(memberList, known.ticks, random.fork(), now);
    const naming = this.#naming = new Naming(settings, pings);
    // What nobody needs must not draw from the chance of a node that is recorded without it.
    const beams = this.#beams = settings.beam === true
      ? new BeamWatch({ ...shared, keeper, random: random.fork() })
      : undefined;
    const looking = { ...shared, detector, keeper, beams };
    const statusReporter = this.#statusReporter = new StatusReporter(looking);
    const dissemination = this.#dissemination = new Dissemination(looking);
    this.#explainer = new Explainer(looking);
    const acting = {
      ...{ ...looking, prober, sweep, candidateProber, naming, dissemination, statusReporter },
      reader: new RegistryReader(looking),
      pace: new RegistryPace(looking),
      deadRows: new DeadRows(looking),
      beamForgetting: beams && new BeamForgetting(beams, keeper),
    };
    const news = this.#news = new NewsConsequences(acting);
    this.#pingConsequences = new PingConsequences({ ...acting, news });
    const ownRowConsequences = this.#ownRowConsequences = new OwnRowConsequences(acting);
    this.#registryConsequences = new RegistryConsequences({ ...acting, news, ownRowConsequences });
  }

  /** The name under which this node is registered, or tries to be. */
  get name(): NodeName {
    return this.#memberList.self.name;
  }

  /** Where peers should try to reach this node. */
  get addresses(): readonly Address[] {
    return this.#memberList.self.addresses;
  }

  /** A number that is equal on nodes that believe the same of all members. */
  get fingerprint(): number {
    return this.#memberList.fingerprint;
  }

  /** When the next `wake` is wanted, on the clock that `step` is given. */
  get wakeAt(): number {
    return this.#wakeAt;
  }

  #earliest(): number {
    if (this.#ownRowConsequences.stopped) return Infinity;
    if (this.#keeper.phase === "releasing") return this.#keeper.wakeAt;
    const giveUpAt = this.#keeper.phase === "claiming" ? this.#giveUpAt : Infinity;
    return Math.min(
      this.#keeper.wakeAt,
      this.#prober.wakeAt,
      this.#sweep.wakeAt,
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
    if (this.#ownRowConsequences.stopped) return [];
    this.#out = [];
    this.#changes.trim();
    try {
      this.#advance(input, now);
    } catch (error) {
      throw new StepFault(this.#out, error);
    } finally {
      this.#wakeAt = this.#earliest();
    }
    return this.#out;
  }

  #advance(input: Input, now: number): void {
    const lateMs = now - this.#wakeAt;
    if (lateMs > stallMs) {
      this.#pings.stalled(now);
      this.#detector.stalled(now);
      this.#beams?.stalled(now);
      this.#statusReporter.stalled(lateMs, now);
    }
    if (lateMs > lagMs) {
      this.#health.worsen(1, now);
      this.#giveUpAt += lateMs;
    }
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
    return state === "left" && this.#candidates.has(name);
  }

  /** Why `name` is seen as it is; `undefined` if nothing is known of it. */
  explain(name: NodeName, now: number): Explanation | undefined {
    return this.#explainer.explain(name, now);
  }

  /** What this node knows of its own links to the others. */
  links(now: number): LinkView[] {
    return this.#explainer.links(now);
  }

  /** How this node itself is. */
  standing(now: number): OwnStanding {
    const [keeper, health, detector] = [this.#keeper, this.#health, this.#detector];
    return ownStanding({ keeper, health, detector }, now);
  }

  /** Who should know how it is to reach the member `name`: its observers that are not down. */
  observersOf(name: NodeName): NodeName[] {
    const { self } = this.#memberList;
    const all = [self, ...this.#memberList.sorted()];
    const subject = all.find((one) => one.name === name);
    if (subject === undefined) return [];
    const others = all.filter((one) => one !== subject && one.state === "alive");
    return observersAmong(others, subject, this.#settings.fullMesh);
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
        return this.#registryConsequences.listed(input, now, out);
      case "registry-hint":
        return this.#keeper.hint(now);
      case "list-failed":
      case "written":
      case "write-conflict":
      case "write-failed":
        return this.#registryConsequences.answered(input, now, out);
      case "removed":
      case "remove-conflict":
      case "remove-failed":
        return this.#registryConsequences.removed(input, now, out);
      case "ping-ended":
        return this.#pingConsequences.ended(input.ping, input.outcome, now, out);
      case "pinged":
        return this.#pingConsequences.pinged(input, now, out);
      case "lost":
      case "late":
        return this.#pingConsequences.lostOrLate(input, now);
      case "told":
        return this.#pingConsequences.told(input.news, input.from, now, out);
      case "probe-asked":
        return this.#prober.probe(input.subject, input.reply, now, out);
      case "probe-ended":
        return this.#pingConsequences.probeEnded(input.probe, input.reached, now, out);
      case "sync-asked":
        return this.#dissemination.syncAsked(input.buckets, input.reply, out);
      case "synced":
        return this.#pingConsequences.synced(input, now, out);
      case "moved":
        return this.#news.decided(this.#dissemination.moved(input.addresses, now), now, out);
      case "described":
        return this.#news.decided(this.#dissemination.described(input, now), now, out);
      case "beam-ping-ended":
        for (const change of this.#beams?.ended(input.ping, input.outcome, now) ?? []) {
          this.#statusReporter.changed(change, now);
        }
        return;
      case "beam-pinged":
        out.push({ kind: "beam-pong", reply: input.reply });
        return this.#beams?.pinged(input.from, now);
      case "beam-lost":
        return this.#beams?.hasten(input.name, now);
      case "leave":
        return this.#leave(now);
      case "forget":
        return this.#registryConsequences.forget(input, now, out);
      default:
        return unreachable(input);
    }
  }

  #wake(now: number): void {
    const out = this.#out;
    if (this.#keeper.phase === "claiming" && now >= this.#giveUpAt) return this.#giveUp();
    this.#ownRowConsequences.kept(this.#keeper.wake(now, out), now, out);
    const isGoing = this.#ownRowConsequences.stopped || this.#keeper.phase === "releasing";
    if (this.#naming.isContested && !isGoing) {
      const own = { name: this.name, isClaiming: this.#keeper.phase === "claiming" };
      const content = pingContent({ isNew: false }, this.#memberList, this.#settings);
      this.#ownRowConsequences.named(this.#naming.wake(own, content, now, out), now, out);
    }
    // Of many that leave together each would dial others in the place of those that are gone.
    if (this.#ownRowConsequences.stopped || this.#keeper.phase === "releasing") return;
    this.#pingConsequences.wake(now, out);
    this.#prober.refresh(now);
    this.#prober.wake(now, out);
    this.#candidateProber.wake(now, out);
    const swept = this.#sweep.take(!this.#candidateProber.isBusy, now);
    if (swept !== undefined) this.#prober.sweep(swept, now, out);
    this.#news.decided(this.#dissemination.wake(now, out), now, out);
    this.#beams?.wake(now, out);
    this.#statusReporter.tell(now, out);
    this.#report(now, out);
  }

  /** What is due with each status line. */
  #report(now: number, out: Effect[]): void {
    if (now < this.#statusReporter.wakeAt) return;
    // A row that cannot be seen may still be there.
    if (!this.#keeper.away) this.#memberList.purge(now);
    const { observers } = this.#memberList.ring;
    if (this.#pingsHeard.isForgotten(observers, now)) this.#keeper.bump(now);
    this.#statusReporter.wake(now, out);
  }

  #giveUp(): void {
    const message = "The registry could not be used within the start timeout: " +
      (this.#keeper.lastReason || "it did not answer");
    this.#ownRowConsequences.stop({ kind: "registry-away", message }, this.#out);
  }

  #leave(now: number): void {
    if (this.#keeper.phase === "releasing") return;
    this.#dissemination.leave(askedInstances(this.#pings), now, this.#out);
    this.#statusReporter.stop();
    this.#changes.tell(now, this.#out);
    const news = this.#keeper.release(this.#settings.leaveTimeoutMs, now, this.#out);
    this.#ownRowConsequences.kept(news, now, this.#out);
  }
}
