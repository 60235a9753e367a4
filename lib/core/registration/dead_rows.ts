/**
 * Rows of the dead: taken out late, by few, and only with the version that was seen, so that one that
 * has come back is never hit.
 *
 * @module
 */
import type { MemberList } from "../members/member_list.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { RowKeeper } from "./row_keeper.ts";
import type { RegistryHeartbeats } from "../detector/registry_heartbeats.ts";
import type { FailureDetector } from "../detector/failure_detector.ts";
import { Candidate } from "../members/candidate.ts";
import { isOfLiving, runOf } from "../members/row_claim.ts";
import { removalRefusal } from "../input.ts";
import type { Effect, Input, Removal } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import type { MemberRecord } from "../members/record.ts";
import { answerForgotten, Replies } from "./replies.ts";
import { listingsWithoutMin } from "../members/row.ts";
import type { Row, RowVersion, StoredRow } from "../members/row.ts";

/** How long a member must have been dead before its row is taken out, in milliseconds. */
export const deadRowMs = 10 * 60_000;

/** How long a row of one who left must have been still before it is taken out, in milliseconds. */
const leftRowMs = 10_000;

/** Who has failed, a member or a candidate. */
export type Dead = MemberRecord | Candidate;

/** Rows of one listing that are not surely those of living members. */
type DoubtfulRows = Map<NodeName, StoredRow>;

/** What tidying up works with. */
export interface DeadRowsParts {
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly keeper: Pick<RowKeeper, "away">;
  readonly heartbeats: RegistryHeartbeats;
  readonly detector: FailureDetector;
}

/** Tidies up for one node. */
export class DeadRows {
  readonly #parts: DeadRowsParts;
  /** Whole listings in a row that lacked the row of somebody dead, by {@linkcode runOf}. */
  #without = new Map<string, number>();
  /** Rows that are being taken out, with the replies that wait for it. */
  readonly #removing = new Replies();
  /** Replies that wait for the next listing. */
  readonly #forgetting = new Replies();

  constructor(parts: DeadRowsParts) {
    this.#parts = parts;
  }

  /**
   * A complete listing came; `isWhole` if it holds this node's own row.
   *
   * @param doubtful those of `rows` that are not surely those of living members
   * @returns those who are gone for good by that
   */
  listed(
    rows: readonly StoredRow[],
    doubtful: readonly StoredRow[],
    { isWhole, isDelegate }: { readonly isWhole: boolean; readonly isDelegate: boolean },
    now: number,
    out: Effect[],
  ): readonly Dead[] {
    // None of them is kept: at a start together each node finds as many as there are.
    const byName: DoubtfulRows = new Map(doubtful.map((stored) => [stored.row.name, stored]));
    if (this.#without.size > 0) { for (const { row } of rows) this.#without.delete(runOf(row)); }
    const gone = this.#finishForgetting(byName, out);
    if (isWhole) gone.push(...this.#cleanUp(byName, isDelegate, now, out));
    return gone;
  }

  /**
   * Takes a dead node out by hand.
   *
   * @returns true if a fresh listing has to tell the version to remove, or that there is no row
   */
  forget({ name, dryRun, reply }: Input & { kind: "forget" }, out: Effect[]): boolean {
    const refusal = this.#refusal(name);
    if (refusal !== undefined || dryRun) {
      out.push({ kind: "forgotten", reply, refusal });
      return false;
    }
    const isRemoving = this.#removing.has(name);
    (isRemoving ? this.#removing : this.#forgetting).add(name, [reply]);
    return !isRemoving;
  }

  /** A row of another node was removed, or not; returns those who are gone for good by that. */
  removed(input: Removal, out: Effect[]): readonly Dead[] {
    const replies = this.#removing.take(input.name);
    if (replies === undefined) return [];
    const refusal = removalRefusal(input);
    const gone = refusal === undefined ? this.#deadOf(input.name) : [];
    answerForgotten(replies, refusal, out);
    return gone;
  }

  /** Takes out those who were to be forgotten when this listing was asked for. */
  #finishForgetting(rows: DoubtfulRows, out: Effect[]): Dead[] {
    const gone: Dead[] = [];
    for (const [name, replies] of this.#forgetting.takeAll()) {
      const refusal = this.#refusal(name);
      const version = this.#versionOf(name, rows);
      if (refusal === undefined && version !== undefined) {
        this.#removing.add(name, replies);
        out.push({ kind: "remove", name, version });
        continue;
      }
      if (refusal === undefined) gone.push(...this.#deadOf(name));
      answerForgotten(replies, refusal, out);
    }
    return gone;
  }

  #refusal(name: NodeName): string | undefined {
    const { memberList, candidates, keeper } = this.#parts;
    if (name === memberList.self.name) {
      return `Cannot forget ${name}: it is the node you asked, and can only leave`;
    }
    const member = memberList.present(name);
    const candidate = candidates.get(name);
    if (member === undefined && candidate === undefined) return `No member is called ${name}`;
    if (member?.state === "alive") return `${name} is alive: only a dead node can be forgotten`;
    if (candidate !== undefined && candidate.failedAt === undefined) {
      return `${name} has not been asked yet: try again soon`;
    }
    return keeper.away ? "The registry is unavailable: try again later" : undefined;
  }

  /** Who has failed under that name: a candidate, a member, or both. */
  #deadOf(name: NodeName): Dead[] {
    const { memberList, candidates } = this.#parts;
    const candidate = candidates.get(name);
    const record = memberList.get(name);
    return [
      ...candidate?.failedAt === undefined ? [] : [candidate],
      ...record?.state === "failed" ? [record] : [],
    ];
  }

  /** The version of the row of that name, unless it is that of a living member. */
  #versionOf(name: NodeName, rows: DoubtfulRows): RowVersion | undefined {
    const stored = rows.get(name);
    return stored === undefined || isOfLiving(stored.row, this.#parts.memberList.get(name))
      ? undefined
      : stored.version;
  }

  /** A listing that holds our own row is whole: what it lacks again and again was taken out. */
  #cleanUp(
    rows: DoubtfulRows,
    isDelegate: boolean,
    now: number,
    out: Effect[],
  ): Dead[] {
    const { memberList, candidates } = this.#parts;
    const gone: Dead[] = [];
    // Who is not dead any more is counted from the beginning, should it die again.
    const without = new Map<string, number>();
    const isPresent = ({ name, instance }: Pick<Row, "name" | "instance">): boolean =>
      rows.get(name)?.row.instance === instance;
    const review = (dead: Dead | undefined, failedAt: number): void => {
      if (dead === undefined) return;
      if (!isPresent(dead)) {
        const count = (this.#without.get(runOf(dead)) ?? 0) + 1;
        without.set(runOf(dead), count);
        if (count >= listingsWithoutMin) gone.push(dead);
      } else if (isDelegate && now - failedAt >= deadRowMs) {
        this.#takeOut(dead, rows, deadRowMs, now, out);
      }
    };
    for (const [name, failedAt] of memberList.failed) review(memberList.get(name), failedAt);
    for (const known of candidates.known()) {
      if (known instanceof Candidate && known.failedAt !== undefined) {
        review(known, known.failedAt);
      } else if (!isPresent(known)) candidates.drop(known.name);
    }
    this.#without = without;
    // Who left while the registry was away has left a row behind.
    for (const [name, leftAt] of isDelegate ? memberList.left : []) {
      const record = memberList.get(name);
      if (record === undefined || now - leftAt < leftRowMs || !isPresent(record)) continue;
      this.#takeOut(record, rows, leftRowMs, now, out);
    }
    return gone;
  }

  /** Removes the row of one who has long been gone, if most others are there to agree. */
  #takeOut(dead: Dead, rows: DoubtfulRows, stillMs: number, now: number, out: Effect[]): void {
    const { memberList, candidates, heartbeats, detector } = this.#parts;
    const { name, instance } = dead;
    const version = this.#versionOf(name, rows);
    // Who reaches nobody at first knows the others from their rows only: they count.
    const shown = memberList.shown + candidates.shown().length;
    const hasQuorum = memberList.alive * 2 > shown && !detector.isIsolated;
    const isStill = heartbeats.state(name, instance, now) === "stale" &&
      (heartbeats.ageMs(name, instance, now) ?? 0) >= stillMs;
    if (!hasQuorum || !isStill || version === undefined || this.#removing.has(name)) return;
    this.#removing.add(name, []);
    out.push({ kind: "remove", name, version });
  }
}
