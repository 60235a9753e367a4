/**
 * What this node learns from the registry about others.
 *
 * Listings introduce candidates and show whose heartbeat moves. They change no member and remove
 * nobody: a listing may be empty, stale, wrong, or written by somebody who does not hold the
 * cookie.
 *
 * @module
 */
import type { Candidates } from "../discovery/candidates.ts";
import { watchedAlwaysMax } from "../detector/registry_heartbeats.ts";
import type { HeartbeatSighting } from "../members/news.ts";
import type { Change, TimedChange } from "../members/change.ts";
import type { Random } from "../base/random.ts";
import type { VerdictParts } from "../verdict/status_of.ts";
import { sameAddresses } from "../base/address.ts";
import { Candidate } from "../members/candidate.ts";
import { claimOfRow, isOfLiving, runOf } from "../members/row_claim.ts";
import { candidateStatus, failingSince, heartbeatMoves, statusOf } from "../verdict/status_of.ts";
import type { Effect } from "../input.ts";
import type { MemberStatus } from "../members/member.ts";
import type { NodeName } from "../base/name.ts";
import { failedReason, unansweredReason } from "../verdict/reasons.ts";
import type { MemberRecord } from "../members/record.ts";
import type { RowKeeper } from "./row_keeper.ts";
import type { Row, StoredRow } from "../members/row.ts";

/** How many of a cluster ask a newcomer whose row has just appeared. */
const newcomerAskers = 4;

/** For so long after somebody was called gone a write of its own may still be on its way. */
const leavingMs = 5_000;

/** Most rows of which is told that they claim the instance of another node. */
const copiedMax = 100;

/** What the reader works with. */
export interface ReaderParts extends VerdictParts {
  readonly keeper: Pick<RowKeeper, "away" | "pace" | "listStartedAt">;
  readonly candidates: Candidates;
  /** What has been told, the oldest first. */
  readonly changes: { readonly kept: readonly TimedChange[] };
  readonly random: Random;
}

/** What is to be done after a listing, by others. */
export type ReaderDecision =
  /** There is a new candidate; `isFresh` if its owner was alive a moment ago. */
  | { readonly kind: "introduce"; readonly name: NodeName; readonly isFresh: boolean }
  /** Ask that member out of turn. */
  | { readonly kind: "look"; readonly name: NodeName }
  /** Ask one who has failed and goes on writing its row, if this node does not. */
  | { readonly kind: "seek"; readonly name: NodeName }
  /** Pass on that the heartbeat of one who failed has moved. */
  | { readonly kind: "sighting"; readonly sighting: HeartbeatSighting }
  | { readonly kind: "change"; readonly change: Change }
  | Effect & { readonly kind: "note" };

/** What a listing came to. */
export interface Read {
  readonly decisions: readonly ReaderDecision[];
  /** The rows that are not surely those of living members. */
  readonly doubtful: readonly StoredRow[];
}

/** What one who failed at `failedAt` was called last. */
interface Told {
  readonly failedAt: number | undefined;
  readonly status: MemberStatus;
}

/** Reads listings for one node. */
export class RegistryReader {
  readonly #parts: ReaderParts;
  /** What those who have failed were called when it was told last, and which failure that was. */
  readonly #told = new Map<NodeName, Told>();
  /** Rows of which was told that they claim the instance of another node. */
  readonly #copied = new Set<string>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** A complete listing came. @param isWhole true if it also holds this node's own row */
  listed(rows: readonly StoredRow[], isWhole: boolean, now: number): Read {
    const { memberList, candidates, keeper, heartbeats } = this.#parts;
    const { self } = memberList;
    const decisions: ReaderDecision[] = [];
    const doubtful: StoredRow[] = [];
    // In a smaller cluster the heartbeats of all are kept who are known.
    const isLarge = rows.length > watchedAlwaysMax;
    const inDoubt: StoredRow[] = [];
    const silent = this.#silent();
    // In a large cluster a node looks at thousands of rows: at each member once.
    for (const stored of rows) {
      const { row } = stored;
      if (row.name === self.name) continue;
      // Whoever can write the registry can write the row of another run over it.
      silent.delete(row.name);
      const known = memberList.get(row.name);
      const decision = this.#learn(row, known, now);
      if (decision !== undefined) decisions.push(decision);
      if (!isOfLiving(row, known) || candidates.has(row.name)) doubtful.push(stored);
      if (isLarge && this.#isInDoubt(row.name, known, now)) inDoubt.push(stored);
    }
    const isKept = (name: NodeName): boolean => {
      const known = memberList.get(name);
      if (isLarge) return this.#isInDoubt(name, known, now);
      return known !== undefined || candidates.has(name) || name === self.name;
    };
    heartbeats.listed(rows, keeper.listStartedAt, now, isKept, inDoubt);
    heartbeats.lacked(isWhole ? silent.values() : [], now);
    decisions.push(...this.#reviewFailed(now));
    return { decisions, doubtful };
  }

  /** The members that this node watches, and does not reach. */
  #silent(): Map<NodeName, MemberRecord> {
    const { memberList, links } = this.#parts;
    const { targets } = memberList.ring;
    return new Map([...targets].filter(([name]) => links.get(name)?.isBad === true));
  }

  /** True if it is open whether the one of that name lives. */
  #isInDoubt(name: NodeName, known: MemberRecord | undefined, now: number): boolean {
    const { candidates, detector, links } = this.#parts;
    if (known === undefined) return candidates.failed.has(name);
    // Who takes itself for isolated suspects nobody, and waits for what is seen here.
    return known.state !== "alive" || detector.isSuspected(known, now) ||
      links.get(name)?.isBad === true;
  }

  /** Takes a row of another node: it may introduce a candidate, and changes no member. */
  #learn(row: Row, known: MemberRecord | undefined, now: number): ReaderDecision | undefined {
    const { memberList, candidates, heartbeats, random } = this.#parts;
    const isKnown = known?.instance === row.instance;
    // The row of it, or of one before it, is no newcomer's.
    const isOld = isKnown || row.incarnation < (known?.incarnation ?? 0);
    if (known?.state === "left" && isOld) memberList.renewLeft(row.name, now);
    const owner = isOfLiving(row, known) ? undefined : candidates.ownerOf(row);
    if (owner !== undefined) return this.#copiedFrom(owner, row);
    if (!this.#mayIntroduce(row, known, now)) {
      candidates.drop(row.name);
      // Two instances: ask the one that is alive; its heir will make itself known.
      return known?.state === "alive" && !isKnown ? { kind: "look", name: row.name } : undefined;
    }
    if (!candidates.learn(claimOfRow(row))) return undefined;
    // What was not there a moment ago has just been written. A few of those who see it ask it.
    const isFresh = heartbeats.readAt > -Infinity &&
      random.below(memberList.ring.size + 1) < newcomerAskers;
    return { kind: "introduce", name: row.name, isFresh };
  }

  /** True if a row says what no member of its name has said: its owner may be somebody new. */
  #mayIntroduce(row: Row, known: MemberRecord | undefined, now: number): boolean {
    if (known === undefined) return true;
    if (known.instance !== row.instance) {
      if (known.state === "alive") return false;
      // Who has just started does not know yet how far the one before it has come, but goes on
      // writing. The row of one before that, as a backup brings it back, stands still.
      return row.incarnation >= known.incarnation || this.#isBack(row, now, 0);
    }
    if (known.state === "left") return this.#isBack(row, now, leavingMs);
    // It may have moved while nothing that it says gets through: there is where to look for it.
    const isOutOfReach = known.state === "failed" ||
      this.#parts.links.get(row.name)?.isBad === true;
    return isOutOfReach && !sameAddresses(row.addresses, known.addresses);
  }

  /**
   * True if somebody who is taken for gone goes on writing its row: it was forgotten while it was out
   * of reach, or called gone by somebody else. When it is asked it hears of that, and refutes it.
   */
  #isBack({ name, instance }: Row, now: number, afterMs: number): boolean {
    const { memberList, heartbeats } = this.#parts;
    const goneAt = memberList.left.get(name) ?? memberList.failed.get(name) ?? now;
    return heartbeats.movedAfter(name, instance, goneAt + afterMs) !== undefined;
  }

  /** A row bears one name and the instance of a node with another one: it is not looked into. */
  #copiedFrom(owner: NodeName, row: Row): ReaderDecision | undefined {
    this.#parts.candidates.drop(row.name);
    const run = runOf(row);
    if (this.#copied.has(run) || this.#copied.size >= copiedMax) return undefined;
    this.#copied.add(run);
    const message = `The row of ${row.name} claims to be ${owner}, which has another name; ` +
      "it is left alone";
    return { kind: "note", level: "warning", message };
  }

  /** Whether the dead are dead or only out of reach may show later, by their heartbeats. */
  #reviewFailed(now: number): ReaderDecision[] {
    const { memberList, candidates } = this.#parts;
    const decisions: ReaderDecision[] = [];
    for (const name of memberList.failed.keys()) {
      const record = memberList.get(name);
      if (record === undefined) continue;
      const status = statusOf(this.#parts, record, now);
      const reason = () => failedReason(this.#parts, record, now);
      decisions.push(...this.#review(record, status, reason, now));
      // Those who called it failed, and ask it since, may be gone themselves.
      if (status === "unreachable" && memberList.ring.wouldWatch(record)) {
        decisions.push({ kind: "seek", name });
      }
    }
    for (const candidate of candidates.shown()) {
      const status = candidateStatus(this.#parts, candidate, now);
      decisions.push(...this.#review(candidate, status, () => unansweredReason(candidate), now));
    }
    for (const name of this.#told.keys()) {
      if (!memberList.failed.has(name) && !candidates.failed.has(name)) this.#told.delete(name);
    }
    return decisions;
  }

  #review(
    failed: MemberRecord | Candidate,
    status: MemberStatus,
    reason: () => string,
    now: number,
  ): ReaderDecision[] {
    const { heartbeats, memberList } = this.#parts;
    const { name, instance } = failed;
    const failedAt = failed instanceof Candidate ? failed.failedAt : memberList.failed.get(name);
    const last = this.#told.get(name);
    // It may have come back and failed again since the last listing.
    const told = last === undefined || last.failedAt !== failedAt
      ? this.#firstTold(name)
      : last.status;
    this.#told.set(name, { failedAt, status });
    const since = failingSince(this.#parts, failed);
    const heartbeat = since === undefined
      ? undefined
      : heartbeats.movedAfter(name, instance, since);
    const isNews = heartbeat !== undefined && told !== "unreachable" &&
      heartbeatMoves(this.#parts, failed, now);
    const decisions: ReaderDecision[] = [];
    // Everybody reads rows: of those that nobody stands behind there is nothing to witness.
    if (isNews && !(failed instanceof Candidate)) {
      decisions.push({ kind: "sighting", sighting: { name, instance, heartbeat } });
    }
    if (told !== undefined && told !== status) {
      decisions.push({
        kind: "change",
        change: { kind: "failed", name, status, reason: reason() },
      });
    }
    return decisions;
  }

  /** What a member was called when it failed. */
  #firstTold(name: NodeName): MemberStatus | undefined {
    return this.#parts.changes.kept.findLast((change) => change.name === name)?.status;
  }
}
