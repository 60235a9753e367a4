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
import { assemble } from "./assembly.ts";
import type { Assembly } from "./assembly.ts";
import type { Address } from "./base/address.ts";
import { unreachable } from "./base/assert.ts";
import type { NodeName } from "./base/name.ts";
import type { Random } from "./base/random.ts";
import { pingContent } from "./detector/ping_content.ts";
import type { Explanation, LinkView, OwnStanding } from "./explain/explanation.ts";
import { ownStanding } from "./explain/own_standing.ts";
import type { Effect, Input } from "./input.ts";
import type { TimedChange } from "./members/change.ts";
import type { MemberView } from "./members/member.ts";
import { observersAmong } from "./members/ring.ts";
import { askedInstances } from "./pings.ts";
import type { Settings } from "./settings.ts";
import { StepFault } from "./step_fault.ts";

/** A wake-up that is this late means that the process was held up, in milliseconds. */
const heldUpMs = 500;

/** One that is this late is a sign of sickness, in milliseconds. */
const sickMs = 250;

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
  readonly #parts: Assembly;
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
    this.#parts = assemble(settings, random, now);
    this.#giveUpAt = now + settings.startTimeoutMs;
    this.#wakeAt = now;
  }

  /** The name under which this node is registered, or tries to be. */
  get name(): NodeName {
    return this.#parts.memberList.self.name;
  }

  /** Where peers should try to reach this node. */
  get addresses(): readonly Address[] {
    return this.#parts.memberList.self.addresses;
  }

  /** A number that is equal on nodes that believe the same of all members. */
  get fingerprint(): number {
    return this.#parts.memberList.fingerprint;
  }

  /** When the next `wake` is wanted, on the clock that `step` is given. */
  get wakeAt(): number {
    return this.#wakeAt;
  }

  #earliest(): number {
    const { keeper, ownRowConsequences, beams } = this.#parts;
    const { prober, sweep, candidateProber, detector, dissemination, naming } = this.#parts;
    const { statusReporter, changes } = this.#parts;
    if (ownRowConsequences.stopped) return Infinity;
    if (keeper.phase === "releasing") return keeper.wakeAt;
    const giveUpAt = keeper.phase === "claiming" ? this.#giveUpAt : Infinity;
    return Math.min(
      keeper.wakeAt,
      prober.wakeAt,
      sweep.wakeAt,
      candidateProber.wakeAt,
      detector.wakeAt,
      dissemination.wakeAt,
      statusReporter.wakeAt,
      changes.dueAt,
      naming.wakeAt,
      beams?.wakeAt ?? Infinity,
      giveUpAt,
    );
  }

  /**
   * Takes one input at monotonic time `now` (milliseconds); returns what is to be done, in order.
   *
   * @throws {StepFault} if this program has a fault; nothing that others can say or do is one
   */
  step(input: Input, now: number): Effect[] {
    if (this.#parts.ownRowConsequences.stopped) return [];
    this.#out = [];
    this.#parts.changes.trim();
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
    const { pings, detector, beams, statusReporter, health } = this.#parts;
    const lateMs = now - this.#wakeAt;
    if (lateMs > heldUpMs) {
      pings.heldUp(now);
      detector.heldUp(now);
      beams?.heldUp(now);
      statusReporter.heldUp(lateMs, now);
    }
    if (lateMs > sickMs) {
      health.worsen(1, now);
      this.#giveUpAt += lateMs;
    }
    this.#take(input, now);
    this.#wake(now);
  }

  /** All members, this one included, in the order of their names. */
  members(now: number): MemberView[] {
    return this.#parts.explainer.members(now);
  }

  /** True if only a row in the registry speaks for that name, whether it is shown or not. */
  isCandidate(name: NodeName): boolean {
    const { memberList, candidates } = this.#parts;
    return memberList.present(name) === undefined && candidates.has(name);
  }

  /** Why `name` is seen as it is; `undefined` if nothing is known of it. */
  explain(name: NodeName, now: number): Explanation | undefined {
    return this.#parts.explainer.explain(name, now);
  }

  /** What this node knows of its own links to the others. */
  links(now: number): LinkView[] {
    return this.#parts.explainer.links(now);
  }

  /** How this node itself is. */
  standing(now: number): OwnStanding {
    return ownStanding(this.#parts, now);
  }

  /** Who should know how it is to reach the member `name`: its observers that are not down. */
  observersOf(name: NodeName): NodeName[] {
    const { memberList, settings } = this.#parts;
    const all = [memberList.self, ...memberList.sorted()];
    const subject = all.find((one) => one.name === name);
    if (subject === undefined) return [];
    const others = all.filter((one) => one !== subject && one.state === "alive");
    return observersAmong(others, subject, settings.fullMesh);
  }

  /** The number of the first change that is still kept. */
  get changesForgotten(): number {
    return this.#parts.changes.forgotten;
  }

  /** The last changes, the oldest first. */
  get changes(): readonly TimedChange[] {
    return this.#parts.changes.kept;
  }

  #take(input: Input, now: number): void {
    const out = this.#out;
    const { registryConsequences, pingConsequences, keeper, prober, dissemination } = this.#parts;
    const { news, beams, statusReporter } = this.#parts;
    switch (input.kind) {
      case "wake":
        return;
      case "listed":
        return registryConsequences.listed(input, now, out);
      case "registry-hint":
        return keeper.hint(now);
      case "list-failed":
      case "written":
      case "write-conflict":
      case "write-failed":
        return registryConsequences.answered(input, now, out);
      case "removed":
      case "remove-conflict":
      case "remove-failed":
        return registryConsequences.removed(input, now, out);
      case "ping-ended":
        return pingConsequences.ended(input.ping, input.outcome, now, out);
      case "pinged":
        return pingConsequences.pinged(input, now, out);
      case "lost":
      case "late":
        return pingConsequences.lostOrLate(input, now);
      case "told":
        return pingConsequences.told(input.news, input.from, now, out);
      case "probe-asked":
        return prober.probe(input.subject, input.reply, now, out);
      case "probe-ended":
        return pingConsequences.probeEnded(input.probe, input.reached, now, out);
      case "sync-asked":
        return dissemination.syncAsked(input.buckets, input.reply, out);
      case "synced":
        return pingConsequences.synced(input, now, out);
      case "moved":
        return news.decided(dissemination.own.moved(input.addresses, now), now, out);
      case "described":
        return news.decided(dissemination.own.described(input, now), now, out);
      case "beam-ping-ended":
        for (const change of beams?.ended(input.ping, input.outcome, now) ?? []) {
          statusReporter.changed(change, now);
        }
        return;
      case "beam-pinged":
        out.push({ kind: "beam-pong", reply: input.reply });
        return beams?.pinged(input.from, now);
      case "beam-lost":
        return beams?.hasten(input.name, now);
      case "leave":
        return this.#leave(now);
      case "forget":
        return registryConsequences.forget(input, now, out);
      default:
        return unreachable(input);
    }
  }

  #wake(now: number): void {
    const out = this.#out;
    const { keeper, naming, ownRowConsequences, pingConsequences, prober, sweep } = this.#parts;
    const { candidateProber, dissemination, news, beams, statusReporter } = this.#parts;
    if (keeper.phase === "claiming" && now >= this.#giveUpAt) return this.#giveUp();
    ownRowConsequences.kept(keeper.wake(now, out), now, out);
    const isGoing = ownRowConsequences.stopped || keeper.phase === "releasing";
    if (naming.isContested && !isGoing) {
      const own = { name: this.name, isClaiming: keeper.phase === "claiming" };
      const content = pingContent({ isNew: false }, this.#parts.memberList, this.#parts.settings);
      ownRowConsequences.named(naming.wake(own, content, now, out), now, out);
    }
    // Of many that leave together each would dial others in the place of those that are gone.
    if (ownRowConsequences.stopped || keeper.phase === "releasing") return;
    pingConsequences.wake(now, out);
    prober.refresh(now);
    prober.wake(now, out);
    candidateProber.wake(now, out);
    const swept = sweep.take(!candidateProber.isBusy, now);
    if (swept !== undefined) prober.sweep(swept, now, out);
    news.decided(dissemination.wake(now, out), now, out);
    beams?.wake(now, out);
    statusReporter.tell(now, out);
    this.#report(now, out);
  }

  /** What is due with each status line. */
  #report(now: number, out: Effect[]): void {
    const { statusReporter, keeper, memberList, pingsHeard } = this.#parts;
    if (now < statusReporter.wakeAt) return;
    // A row that cannot be seen may still be there.
    if (!keeper.away) memberList.purge(now);
    if (pingsHeard.isForgotten(memberList.ring.observers, now)) keeper.bump(now);
    statusReporter.wake(now, out);
  }

  #giveUp(): void {
    const { keeper, ownRowConsequences } = this.#parts;
    const message = "The registry could not be used within the start timeout: " +
      (keeper.lastReason || "it did not answer");
    ownRowConsequences.stop({ kind: "registry-away", message }, this.#out);
  }

  #leave(now: number): void {
    const { keeper, dissemination, pings, statusReporter, changes, settings } = this.#parts;
    if (keeper.phase === "releasing") return;
    dissemination.leave(askedInstances(pings), now, this.#out);
    statusReporter.stop();
    changes.tell(now, this.#out);
    const news = keeper.release(settings.leaveTimeoutMs, now, this.#out);
    this.#parts.ownRowConsequences.kept(news, now, this.#out);
  }
}
