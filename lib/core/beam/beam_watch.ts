/**
 * Watches the BEAM nodes of the registry: who has a timestamp there is pinged, by every clusternode
 * that takes part, each for itself.
 *
 * They are asked each interval; one that misses a ping is asked again soon, and two misses in a row
 * count (`beam_node.ts` has the table). Failed ones are still asked, more seldom after a minute. One
 * that turns this node away is asked with growing pauses, because each ping puts an error into its
 * log. What arrives while this process itself was held up is not believed.
 *
 * @module
 */
import { unreachable } from "../base/assert.ts";
import { BeamNode, isRejected, rejectedMaxMs } from "./beam_node.ts";
import { beamReason } from "./beam_words.ts";
import type { Change } from "../members/change.ts";
import type { BeamPingOutcome, Effect } from "../input.ts";
import { listingsWithoutMin } from "../members/row.ts";
import type { StoredTimestamp } from "../members/row.ts";
import type { NodeName } from "../base/name.ts";
import type { Candidates } from "../discovery/candidates.ts";
import { failedPauseIntervals, jittered } from "../detector/ping_pause.ts";
import { Pings } from "../pings.ts";
import type { LocalHealth } from "../detector/local_health.ts";
import type { MemberList } from "../members/member_list.ts";
import type { RowKeeper } from "../registration/row_keeper.ts";
import type { Settings } from "../settings.ts";
import type { Random } from "../base/random.ts";
import { Schedule } from "../base/schedule.ts";
import { compareNames } from "../members/status_line.ts";

/** Most BEAM nodes that are watched. */
export const beamNodesMax = 64;

/** How often an Elixir node writes its timestamp, whatever the interval is here, in milliseconds. */
const timestampMs = 1000;

/** Listings in a row with a timestamp under this node's own name that are worth a warning. */
const ownTimestampsMax = 3;

/** What the watch works with. */
export interface BeamWatchParts {
  readonly settings: Settings;
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly health: LocalHealth;
  readonly keeper: RowKeeper;
  readonly random: Random;
}

const nothing: readonly Change[] = [];

/** The BEAM nodes of one registry, as one node sees them. */
export class BeamWatch {
  readonly #parts: BeamWatchParts;
  readonly #nodes = new Map<NodeName, BeamNode>();
  readonly #due = new Schedule<NodeName>();
  readonly #pings = new Pings<{ readonly node: BeamNode }>();
  #isRunning = false;
  #isOverTold = false;
  /** Who began to be watched last. */
  #lastTaken: NodeName | undefined;
  #ownTimestamps = 0;

  constructor(parts: BeamWatchParts) {
    this.#parts = parts;
  }

  /** When it wants to send its next ping. */
  get wakeAt(): number {
    return this.#isRunning ? this.#due.earliest : Infinity;
  }

  /** Begins; before that nobody is asked. */
  start(): void {
    this.#isRunning = true;
  }

  /** The BEAM node of that name, if the name is not that of a member by now. */
  get(name: NodeName): BeamNode | undefined {
    return this.#isTaken(name) ? undefined : this.#nodes.get(name);
  }

  /** All whose names are not those of members by now, in the order of their names. */
  sorted(): BeamNode[] {
    return [...this.#nodes.values()].filter(({ name }) => !this.#isTaken(name))
      .sort((one, other) => compareNames(one.name, other.name));
  }

  /** How often a timestamp is looked at, in milliseconds. */
  get heartbeatPauseMs(): number {
    const { keeper, settings } = this.#parts;
    return Math.max(timestampMs, keeper.pace.listIntervalMs, settings.intervalMs);
  }

  /** A complete listing came; what has changed. @param isWhole true if it also holds our own row */
  listed(
    rows: readonly StoredTimestamp[],
    isWhole: boolean,
    now: number,
    out: Effect[],
  ): readonly Change[] {
    const { keeper } = this.#parts;
    const present = new Set<NodeName>();
    const newcomers: StoredTimestamp[] = [];
    for (const row of rows) {
      const { name } = row;
      if (!this.#isOurs(name, out)) continue;
      present.add(name);
      const known = this.#nodes.get(name);
      if (known === undefined) newcomers.push(row);
      else if (known.seen(row, keeper.listStartedAt, now) && !known.rejected.failing) {
        this.hasten(name, now);
      }
    }
    this.#takeIn(newcomers, rows.length, now, out);
    const changes: Change[] = [];
    for (const node of this.#nodes.values()) {
      if (this.#isTaken(node.name)) this.#drop(node);
      else if (!present.has(node.name) && isWhole) changes.push(...this.#lacked(node, now));
      else changes.push(...this.#review(node, now));
    }
    return changes;
  }

  /** This process was held up until `now`: pings on their way prove nothing. */
  heldUp(now: number): void {
    this.#pings.heldUp(now);
  }

  /** Something has come from `name`, or its connection broke: worth a ping, once an interval. */
  hasten(name: NodeName, now: number): void {
    const { intervalMs } = this.#parts.settings;
    const plannedAt = this.#due.at(name) ?? Infinity;
    // One that hangs up after each answer would otherwise be asked again and again without a pause.
    const at = this.#nodes.get(name)?.link.askOutOfTurn("sign", plannedAt, intervalMs, now);
    if (at !== undefined) this.#due.set(name, at);
  }

  /** `name` has pinged this node. One that seemed dead is asked, out of turn. */
  pinged(name: NodeName, now: number): void {
    const node = this.#nodes.get(name);
    if (node === undefined || node.status === "alive" || node.link.ping !== undefined) return;
    const lastAt = node.link.history.at(-1)?.at ?? -Infinity;
    this.#due.hasten(name, Math.max(now, lastAt + this.#parts.settings.intervalMs));
  }

  /** Sends what is due. */
  wake(now: number, out: Effect[]): void {
    if (!this.#isRunning) return;
    for (let name = this.#due.take(now); name !== undefined; name = this.#due.take(now)) {
      const node = this.#nodes.get(name);
      if (node !== undefined && node.link.ping === undefined) this.#ask(node, now, out);
    }
  }

  /** A ping ended; what has changed by that. */
  ended(ping: number, outcome: BeamPingOutcome, now: number): readonly Change[] {
    const sent = this.#pings.end(ping);
    if (sent === undefined || this.#nodes.get(sent.node.name) !== sent.node) return nothing;
    const { node, at } = sent;
    node.link.ended(ping);
    if (outcome.kind === "pong") {
      const isRestarted = node.ponged(outcome, now) === "restarted";
      this.#due.set(node.name, Math.max(now, at + this.#pauseMs(1)));
      return this.#review(node, now, isRestarted);
    }
    if (sent.wasHeldUp || node.link.forgives(outcome.kind)) {
      this.#due.set(node.name, now);
      return nothing;
    }
    node.missed(outcome, at, now);
    this.#due.set(node.name, Math.max(now, this.#nextAt(node, outcome, at, now)));
    return this.#review(node, now);
  }

  /** Forgets one whose timestamp has been taken out; what has changed by that. */
  bury(node: BeamNode, reason: string): readonly Change[] {
    this.#drop(node);
    return node.status === "unproven" ? nothing : [changeOf(node, { kind: "forgotten", reason })];
  }

  /** True if a timestamp under that name is for the watch. */
  #isOurs(name: NodeName, out: Effect[]): boolean {
    if (name !== this.#parts.memberList.self.name) return !this.#isMember(name);
    // The name of a node that has just started may have been that of a BEAM node before.
    if (this.#isRunning && ++this.#ownTimestamps === ownTimestampsMax) {
      const message = `A BEAM node writes its timestamp under the name of this node, ${name}: ` +
        "give one of them another name";
      out.push({ kind: "note", level: "warning", message });
    }
    return false;
  }

  #isTaken(name: NodeName): boolean {
    return name === this.#parts.memberList.self.name || this.#isMember(name);
  }

  #isMember(name: NodeName): boolean {
    const { memberList, candidates } = this.#parts;
    return memberList.present(name) !== undefined || candidates.has(name);
  }

  /** Begins to watch those for whom there is a place; if there are too few, all get their turn. */
  #takeIn(newcomers: readonly StoredTimestamp[], count: number, now: number, out: Effect[]): void {
    const { keeper, random } = this.#parts;
    for (const row of this.#inTurn(newcomers)) {
      if (this.#nodes.size >= beamNodesMax && !this.#makeRoom(now)) {
        return this.#tellOver(count, out);
      }
      this.#lastTaken = row.name;
      const times = { listedAt: keeper.listStartedAt, now };
      this.#nodes.set(row.name, new BeamNode(row, random, times));
      this.#due.set(row.name, now);
    }
  }

  /** Those who came behind the last one that got a place first, if there are not places for all. */
  #inTurn(newcomers: readonly StoredTimestamp[]): readonly StoredTimestamp[] {
    const last = this.#lastTaken;
    if (last === undefined || this.#nodes.size + newcomers.length <= beamNodesMax) return newcomers;
    const sorted = newcomers.toSorted((one, other) => compareNames(one.name, other.name));
    const isBehind = ({ name }: StoredTimestamp): boolean => compareNames(name, last) > 0;
    return [...sorted.filter(isBehind), ...sorted.filter((row) => !isBehind(row))];
  }

  /**
   * Gives up one that has not answered and is not shown. Files of dead nodes stay for years, and must
   * not hide a living one.
   */
  #makeRoom(now: number): boolean {
    for (const node of this.#nodes.values()) {
      // One that turns this node away would be asked without the pauses that it is owed.
      if (!node.link.isBad || node.isShown(now) || node.rejected.failing) continue;
      this.#drop(node);
      return true;
    }
    return false;
  }

  #tellOver(count: number, out: Effect[]): void {
    if (this.#isOverTold) return;
    this.#isOverTold = true;
    const message =
      `There are ${count} timestamps of BEAM nodes in the registry; this node watches ` +
      `${beamNodesMax} of them at a time, and those that answer stay: others may not be shown`;
    out.push({ kind: "note", level: "warning", message });
  }

  #lacked(node: BeamNode, now: number): readonly Change[] {
    node.lacked();
    if (node.without < listingsWithoutMin || node.verdict(this.heartbeatPauseMs, now) === "alive") {
      return this.#review(node, now);
    }
    return this.bury(node, "its timestamp is no longer in the registry");
  }

  #drop(node: BeamNode): void {
    this.#nodes.delete(node.name);
    this.#due.delete(node.name);
  }

  #ask(node: BeamNode, now: number, out: Effect[]): void {
    const { settings, health } = this.#parts;
    const { timings } = settings;
    const stretch = health.stretch(now);
    const ping = this.#pings.send({ node }, now);
    node.link.asked(ping);
    out.push({
      kind: "beam-ping",
      ping,
      to: node.name,
      connectTimeoutMs: timings.connectTimeoutMs * stretch,
      answerTimeoutMs: node.link.timeoutMs(timings) * stretch,
    });
  }

  /** When to ask again after a miss. */
  #nextAt(node: BeamNode, { kind }: BeamPingOutcome, sentAt: number, now: number): number {
    if (isRejected(kind)) return now + node.rejected.failed(rejectedMaxMs);
    if (!node.link.isBad) return now + this.#parts.settings.timings.secondPingDelayMs;
    return sentAt + this.#pauseMs(failedPauseIntervals(now - (node.failedAt ?? now)));
  }

  #pauseMs(intervals: number): number {
    const { settings, random } = this.#parts;
    return jittered(settings.intervalMs * intervals, random);
  }

  /** Judges anew; what has changed. */
  #review(node: BeamNode, now: number, isRestarted = false): readonly Change[] {
    const before = node.status;
    node.status = node.verdict(this.heartbeatPauseMs, now);
    if (node.status === before) {
      if (!isRestarted) return nothing;
      const reason = "another process of that name answers now";
      return [changeOf(node, { kind: "replaced", reason })];
    }
    node.statusAt = now;
    switch (node.status) {
      case "alive": {
        if (before === "unproven") {
          return [changeOf(node, { kind: "joined", reason: "it answered" })];
        }
        const reason = isRestarted ? "it answers again, as a new process" : "it answers again";
        return [changeOf(node, { kind: "returned", reason })];
      }
      case "down":
      case "unreachable":
      case "wrong-cookie": {
        const reason = beamReason(node, !this.#parts.keeper.away, now);
        return [changeOf(node, { kind: "failed", status: node.status, reason })];
      }
      case "unproven":
        return nothing;
      default:
        return unreachable(node.status);
    }
  }
}

function changeOf({ name }: BeamNode, change: Omit<Change, "name">): Change {
  return { ...change, name, reason: `${change.reason} (beam)` };
}
