/**
 * What this node learns from the registry about others, and how it keeps the registry clean.
 *
 * Listings introduce members and show whose beat moves. They remove nobody: a listing may be empty,
 * stale or wrong. Rows of the dead are taken out late, by few, and only with the version that was
 * seen, so that one that has come back is never hit.
 *
 * @module
 */
import { sameAddresses } from "./address.ts";
import { failedReason } from "./explain.ts";
import { beatMoves, statusOf } from "./evidence.ts";
import type { Exchange } from "./exchange.ts";
import type { Effect, Input, RegistryRow } from "./input.ts";
import { countsAsAlive } from "./member.ts";
import type { MemberStatus } from "./member.ts";
import type { NodeName } from "./name.ts";
import type { Parts } from "./parts.ts";
import { makeRecord } from "./record.ts";
import { hintPauseLeastMs, retryMostLeastMs } from "./registry_keeper.ts";
import type { MemberRecord } from "./record.ts";
import { answerForgotten, Replies } from "./replies.ts";
import type { Row } from "./row.ts";
import type { Standing } from "./standing.ts";

/** Up to this many nodes each one lists the registry every interval. */
const eagerListingMax = 32;

/** Nodes that list often for all, in a larger cluster. */
const delegatesCount = 3;

/** Rows that the delegates together read per second, at most. */
const rowsPerSecondMax = 600;

/** Row writes of the whole cluster stay below this many per second. */
const writesPerSecondMax = 50;

/** Longest pause between two beats or two listings of one node, in milliseconds. */
const pauseMostMs = 60_000;

/** How many of a cluster ask a newcomer whose row has just appeared. */
const greetersMax = 4;

/** For so long after its start a node looks often, in milliseconds. */
const youngMs = 10_000;

/** For so long after a failure it looks often: the beat of the failed may tell more. */
const missingMs = 30_000;

/** Longest pause between two listings of a node that need not list, in milliseconds. */
const restMostMs = 60 * 60_000;

/** How long a member must have been dead before its row is taken out, in milliseconds. */
export const deadRowMs = 10 * 60_000;

/** How long a row of one who left must have been still before it is taken out, in milliseconds. */
const leftRowMs = 10_000;

/** Listings in a row that must lack a dead member's row before it is forgotten. */
const listingsWithoutMax = 3;

/** Reads listings for one node. */
export class RegistryReader {
  readonly #parts: Parts;
  readonly #exchange: Exchange;
  readonly #standing: Standing;
  readonly #versions = new Map<NodeName, string>();
  readonly #without = new Map<NodeName, number>();
  readonly #told = new Map<NodeName, MemberStatus>();
  /** Rows that are being taken out, with the replies that wait for it. */
  readonly #removing = new Replies();
  /** Replies that wait for the next listing. */
  readonly #forgetting = new Replies();
  #firstAt: number | undefined;
  #rowCount = 0;

  constructor(parts: Parts, exchange: Exchange, standing: Standing) {
    this.#parts = parts;
    this.#exchange = exchange;
    this.#standing = standing;
  }

  /** A complete listing came. */
  listed(rows: readonly RegistryRow[], now: number, out: Effect[]): void {
    const { roster, keeper, beats, judge } = this.#parts;
    const { self } = roster;
    let own: RegistryRow | undefined;
    this.#versions.clear();
    for (const stored of rows) {
      const { row, version } = stored;
      if (row.name === self.name) own = stored;
      else this.#learn(row, version, now);
    }
    const inDoubt = (name: NodeName): boolean => {
      const record = roster.get(name);
      return record !== undefined &&
        (record.state !== "alive" || judge.isSuspected(record, now));
    };
    beats.listed(rows, keeper.listStartedAt, now, inDoubt);
    this.#reviewFailed(now);
    this.#finishForgetting(now, out);
    if (own?.row.instance === self.instance) this.#cleanUp(rows, now, out);
    this.#firstAt ??= now;
    this.#rowCount = rows.length;
    this.#adjustPace(now);
    keeper.listed(own, now, out);
  }

  /** Takes a dead node out by hand. */
  forget({ name, dryRun, reply }: Input & { kind: "forget" }, now: number, out: Effect[]): void {
    const refusal = this.#refusal(name, now);
    const record = this.#parts.roster.get(name);
    if (refusal !== undefined || dryRun || record === undefined) {
      return void out.push({ kind: "forgotten", reply, refusal });
    }
    if (this.#removing.has(name)) return this.#removing.add(name, [reply]);
    // A fresh listing tells the version to remove, or that there is no row.
    this.#forgetting.add(name, [reply]);
    this.#parts.keeper.hint(now);
  }

  /** A row of another node was removed, or not. */
  removed(
    input: Input & { kind: "removed" | "remove-failed" },
    now: number,
    out: Effect[],
  ): void {
    const replies = this.#removing.take(input.name);
    if (replies === undefined) return;
    const refusal = input.kind === "remove-failed" ? input.reason : undefined;
    const record = this.#parts.roster.get(input.name);
    if (refusal === undefined && record?.state === "failed") this.#bury(record, now);
    answerForgotten(replies, refusal, out);
  }

  /** Takes out those who were to be forgotten when this listing was asked for. */
  #finishForgetting(now: number, out: Effect[]): void {
    for (const [name, replies] of this.#forgetting.takeAll()) {
      const refusal = this.#refusal(name, now);
      const record = this.#parts.roster.get(name);
      const version = this.#versions.get(name);
      if (refusal === undefined && record !== undefined && version !== undefined) {
        this.#removing.add(name, replies);
        out.push({ kind: "remove", name, version });
        continue;
      }
      if (refusal === undefined && record !== undefined) this.#bury(record, now);
      answerForgotten(replies, refusal, out);
    }
  }

  #refusal(name: NodeName, now: number): string | undefined {
    const { roster, keeper } = this.#parts;
    if (name === roster.self.name) {
      return `${name} is the node that was asked; it goes with: clusternode leave`;
    }
    const record = roster.get(name);
    if (record === undefined || record.state === "left") return `No member is called ${name}`;
    const status = statusOf(this.#parts, record, now);
    if (countsAsAlive(status)) return `${name} is alive: only a dead node can be forgotten`;
    if (status === "unproven") return `${name} has not been asked yet: try again soon`;
    return keeper.away ? "The registry is away: try again when it is back" : undefined;
  }

  /** Everybody is told that it is gone for good. */
  #bury(record: MemberRecord, now: number): void {
    this.#exchange.publish(makeRecord({ ...record, state: "left" }), now);
    this.#forgetName(record.name);
  }

  #learn(row: Row, version: string, now: number): void {
    const { roster } = this.#parts;
    if (row.instance === roster.self.instance) return;
    const known = roster.get(row.name);
    if (known !== undefined && known.state !== "alive") this.#versions.set(row.name, version);
    if (known?.state === "left" && known.instance === row.instance) roster.renewLeft(row.name, now);
    this.#without.delete(row.name);
    if (known?.instance === row.instance) return this.#learnMore(known, row, now);
    if (known !== undefined && known.state === "alive" && !roster.isUnproven(row.name)) {
      // Two instances: ask the one that was alive; its heir will make itself known.
      return this.#parts.monitor.hasten(row.name, now);
    }
    const record = recordOf(row);
    // What was not there a moment ago has just been written. A few of those who see it ask it.
    const { beats, random } = this.#parts;
    const isFresh = beats.readAt > -Infinity && random.below(roster.ring.size + 1) < greetersMax;
    if (known === undefined || record.incarnation >= known.incarnation) {
      this.#exchange.learnRow(record, isFresh, now);
    }
  }

  /** A row tells more than a hello, such as tags, and where its owner has moved to. */
  #learnMore(known: MemberRecord, row: Row, now: number): void {
    const { roster } = this.#parts;
    const tellsMore = known.startedAt === "" && row.startedAt !== "" && known.state === "alive";
    const hasMoved = row.incarnation > known.incarnation && known.state !== "left" &&
      !sameAddresses(row.addresses, known.addresses);
    if (!tellsMore && !hasMoved) return;
    const proven = !roster.isUnproven(known.name);
    const { tags, startedAt, addresses } = row;
    roster.drop(known.name);
    roster.merge(makeRecord({ ...known, tags, startedAt, addresses }), proven, now);
  }

  /** Whether the dead are dead or only out of reach may show later, by their beats. */
  #reviewFailed(now: number): void {
    const { roster, beats, monitor, outbox } = this.#parts;
    for (const [name, failedAt] of roster.failed) {
      const record = roster.get(name);
      if (record === undefined) continue;
      const since = monitor.link(record.instance)?.failingSince ?? failedAt;
      const beat = beats.movedAfter(name, record.instance, since);
      const status = statusOf(this.#parts, record, now);
      const told = this.#told.get(name) ?? this.#firstTold(name);
      this.#told.set(name, status);
      if (beat !== undefined && beatMoves(this.#parts, record, now) && told !== "unreachable") {
        outbox.witness({ name, instance: record.instance, beat }, now);
      }
      if (told === undefined || told === status) continue;
      const reason = failedReason(this.#parts, record, false, now);
      this.#standing.changed({ kind: "failed", name, status, reason }, now);
    }
    for (const name of this.#told.keys()) if (!roster.failed.has(name)) this.#told.delete(name);
  }

  /** What a member was called when it failed. */
  #firstTold(name: NodeName): MemberStatus | undefined {
    return this.#parts.changes.kept.findLast((change) => change.name === name)?.status;
  }

  /** A listing that holds our own row is whole: what it lacks again and again was taken out. */
  #cleanUp(rows: readonly RegistryRow[], now: number, out: Effect[]): void {
    const { roster } = this.#parts;
    const present = new Set(rows.map(({ row }) => row.name));
    const isDelegate = this.#isDelegate();
    for (const [name, failedAt] of roster.failed) {
      const record = roster.get(name);
      if (record === undefined) continue;
      if (!present.has(name)) this.#lacks(record, now);
      else if (isDelegate && now - failedAt >= deadRowMs) {
        this.#takeOut(record, deadRowMs, now, out);
      }
    }
    // Who left while the registry was away has left a row behind.
    for (const [name, leftAt] of isDelegate ? roster.left : []) {
      const record = roster.get(name);
      if (record === undefined || !present.has(name) || now - leftAt < leftRowMs) continue;
      this.#takeOut(record, leftRowMs, now, out);
    }
  }

  #lacks(record: MemberRecord, now: number): void {
    const count = (this.#without.get(record.name) ?? 0) + 1;
    this.#without.set(record.name, count);
    if (count >= listingsWithoutMax) this.#bury(record, now);
  }

  /** Removes the row of one who has long been gone, if most others are there to agree. */
  #takeOut({ name, instance }: MemberRecord, stillMs: number, now: number, out: Effect[]): void {
    const { roster, beats, judge } = this.#parts;
    const version = this.#versions.get(name);
    const hasQuorum = roster.alive * 2 > roster.shown && !judge.isIsolated;
    const isStill = beats.state(name, instance, now) === "stale" &&
      (beats.ageMs(name, now) ?? 0) >= stillMs;
    if (!hasQuorum || !isStill || version === undefined || this.#removing.has(name)) return;
    this.#removing.add(name, []);
    out.push({ kind: "remove", name, version });
  }

  #forgetName(name: NodeName): void {
    this.#versions.delete(name);
    this.#without.delete(name);
    this.#told.delete(name);
  }

  /**
   * Keeps the writes of the whole cluster bounded. Asked for after each beat, too: where listings are
   * dear the next one may be an hour away, while the cluster grows and this node grows up.
   */
  paceBeats(now: number): void {
    const { keeper } = this.#parts;
    const beatMs = this.#nodes() * 1000 / writesPerSecondMax;
    keeper.beatIntervalMs = Math.round(clamp(beatMs, this.#paceMs(now), pauseMostMs));
    // Whoever is back after an outage is not met by more than would write anyway.
    keeper.retryMostMs = Math.round(clamp(beatMs, retryMostLeastMs, pauseMostMs));
  }

  #nodes(): number {
    return Math.max(this.#rowCount, this.#parts.roster.shown);
  }

  #paceMs(now: number): number {
    const { intervalMs, registryPaceMs } = this.#parts.settings;
    return this.#mayRest(now) ? Math.max(intervalMs, registryPaceMs) : intervalMs;
  }

  /** Keeps the load on the registry bounded for the whole cluster, not per node. */
  #adjustPace(now: number): void {
    const { settings: { registryPaceMs, beam }, keeper, roster, random } = this.#parts;
    this.paceBeats(now);
    const nodes = this.#nodes();
    const paceMs = this.#paceMs(now);
    const isLonely = roster.ring.size === 0 && now - (this.#firstAt ?? now) < youngMs;
    if (nodes <= eagerListingMax || isLonely) {
      keeper.listIntervalMs = paceMs;
      keeper.hintPauseMs = hintPauseLeastMs;
    } else if (this.#isDelegate()) {
      const listMs = nodes * delegatesCount * 1000 / rowsPerSecondMax;
      keeper.listIntervalMs = Math.round(clamp(listMs, paceMs, pauseMostMs));
      keeper.hintPauseMs = Math.max(hintPauseLeastMs, Math.round(listMs));
    } else {
      // The others hear of newcomers by gossip. Together they read no more than the delegates, and
      // ± 20 %, so that nodes that started together do not read together for ever.
      const sharedMs = nodes * nodes * 1000 / rowsPerSecondMax;
      // Nobody gossips of BEAM nodes: who wants to see them has to look.
      const [leastMs, mostMs] = beam === true ? [paceMs, pauseMostMs] : [pauseMostMs, restMostMs];
      const listMs = registryPaceMs > 0 ? mostMs : clamp(sharedMs, leastMs, mostMs);
      keeper.listIntervalMs = Math.round(listMs * 0.8 + random.below(listMs * 0.4));
      keeper.hintPauseMs = Infinity;
    }
  }

  /** True if it is enough to look at a dear registry now and then: nobody is new or missing. */
  #mayRest(now: number): boolean {
    const { roster, settings } = this.#parts;
    if (settings.registryPaceMs === 0 || this.#firstAt === undefined) return false;
    if (now - this.#firstAt < youngMs) return false;
    // The last one to fail is the last one in the map.
    return now - ([...roster.failed.values()].at(-1) ?? -Infinity) >= missingMs;
  }

  /** True if this node is one of the few that look after the registry for all. */
  #isDelegate(): boolean {
    const { roster } = this.#parts;
    if (roster.shown <= eagerListingMax) return true;
    const own = roster.self.instanceHash;
    let before = 0;
    for (const { instanceHash } of roster.ring.members()) {
      if (instanceHash < own && ++before >= delegatesCount) return false;
    }
    return true;
  }
}

function recordOf(row: Row): MemberRecord {
  const { name, instance, incarnation, addresses, tags, startedAt, software } = row;
  return makeRecord({
    name,
    instance,
    incarnation,
    state: "alive",
    addresses,
    tags,
    startedAt,
    software,
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
