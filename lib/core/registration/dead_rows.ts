/**
 * Rows of the dead: taken out late, by few, and only with the version that was seen, so that one that
 * has come back is never hit.
 *
 * @module
 */
import type { MemberList } from "../dissemination/member_list.ts";
import type { Candidates } from "../discovery/candidates.ts";
import type { RowKeeper } from "./row_keeper.ts";
import type { RegistryHeartbeats } from "./heartbeats_seen.ts";
import type { FailureDetector } from "../detector/failure_detector.ts";
import { Candidate, runOf } from "../discovery/candidate.ts";
import type { Dissemination } from "../dissemination/dissemination.ts";
import { removalRefusal } from "../input.ts";
import type { Effect, Input, Removal } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import { makeRecord } from "../dissemination/record.ts";
import type { MemberRecord } from "../dissemination/record.ts";
import { answerForgotten, Replies } from "../base/replies.ts";
import type { Row, StoredRow } from "./row.ts";

/** How long a member must have been dead before its row is taken out, in milliseconds. */
export const deadRowMs = 10 * 60_000;

/** How long a row of one who left must have been still before it is taken out, in milliseconds. */
const leftRowMs = 10_000;

/** Listings in a row that must lack a dead member's row before it is forgotten. */
const listingsWithoutMax = 3;

/** Who has failed, a member or a candidate. */
type Dead = MemberRecord | Candidate;

/** What tidying up works with. */
export interface DeadRowsParts {
  readonly memberList: MemberList;
  readonly candidates: Candidates;
  readonly keeper: RowKeeper;
  readonly heartbeats: RegistryHeartbeats;
  readonly detector: FailureDetector;
}

/** Tidies up for one node. */
export class DeadRows {
  readonly #parts: DeadRowsParts;
  readonly #dissemination: Dissemination;
  /** Versions of the rows that may be taken out, by name. */
  readonly #versions = new Map<NodeName, string>();
  /** Listings in a row that lacked the row of somebody dead, by {@linkcode runOf}. */
  readonly #without = new Map<string, number>();
  /** Rows that are being taken out, with the replies that wait for it. */
  readonly #removing = new Replies();
  /** Replies that wait for the next listing. */
  readonly #forgetting = new Replies();

  constructor(parts: DeadRowsParts, dissemination: Dissemination) {
    this.#parts = parts;
    this.#dissemination = dissemination;
  }

  /** A complete listing begins. */
  begin(): void {
    this.#versions.clear();
  }

  /** A row in it; `isOfLiving` if it belongs to a member that lives. */
  seen(row: Row, version: string, isOfLiving: boolean): void {
    if (!isOfLiving) this.#versions.set(row.name, version);
    this.#without.delete(runOf(row));
  }

  /** It is complete; `isWhole` if it holds this node's own row. */
  listed(
    rows: readonly StoredRow[],
    { isWhole, isDelegate }: { readonly isWhole: boolean; readonly isDelegate: boolean },
    now: number,
    out: Effect[],
  ): void {
    this.#finishForgetting(now, out);
    if (isWhole) this.#cleanUp(rows, isDelegate, now, out);
  }

  /** Takes a dead node out by hand. */
  forget({ name, dryRun, reply }: Input & { kind: "forget" }, now: number, out: Effect[]): void {
    const refusal = this.#refusal(name);
    if (refusal !== undefined || dryRun) {
      return void out.push({ kind: "forgotten", reply, refusal });
    }
    if (this.#removing.has(name)) return this.#removing.add(name, [reply]);
    // A fresh listing tells the version to remove, or that there is no row.
    this.#forgetting.add(name, [reply]);
    this.#parts.keeper.hint(now);
  }

  /** A row of another node was removed, or not. */
  removed(
    input: Removal,
    now: number,
    out: Effect[],
  ): void {
    const replies = this.#removing.take(input.name);
    if (replies === undefined) return;
    const refusal = removalRefusal(input);
    if (refusal === undefined) this.#buryName(input.name, now);
    answerForgotten(replies, refusal, out);
  }

  /** Takes out those who were to be forgotten when this listing was asked for. */
  #finishForgetting(now: number, out: Effect[]): void {
    for (const [name, replies] of this.#forgetting.takeAll()) {
      const refusal = this.#refusal(name);
      const version = this.#versions.get(name);
      if (refusal === undefined && version !== undefined) {
        this.#removing.add(name, replies);
        out.push({ kind: "remove", name, version });
        continue;
      }
      if (refusal === undefined) this.#buryName(name, now);
      answerForgotten(replies, refusal, out);
    }
  }

  #refusal(name: NodeName): string | undefined {
    const { memberList, candidates, keeper } = this.#parts;
    if (name === memberList.self.name) {
      return `Cannot forget ${name}: it is the node you asked, and can only leave`;
    }
    const record = memberList.get(name);
    const member = record?.state === "left" ? undefined : record;
    const candidate = candidates.get(name);
    if (member === undefined && candidate === undefined) return `No member is called ${name}`;
    if (member?.state === "alive") return `${name} is alive: only a dead node can be forgotten`;
    if (candidate !== undefined && candidate.failedAt === undefined) {
      return `${name} has not been asked yet: try again soon`;
    }
    return keeper.away ? "The registry is unavailable: try again later" : undefined;
  }

  /** Everybody is told that the dead of that name is gone for good. */
  #buryName(name: NodeName, now: number): void {
    const { memberList, candidates } = this.#parts;
    const candidate = candidates.get(name);
    if (candidate?.failedAt !== undefined) this.#bury(candidate, now);
    const record = memberList.get(name);
    if (record?.state === "failed") this.#bury(record, now);
  }

  #bury(dead: Dead, now: number): void {
    if (dead instanceof Candidate) this.#dissemination.buryCandidate(dead, now);
    else this.#dissemination.publish(makeRecord({ ...dead, state: "left" }), now);
    this.#versions.delete(dead.name);
    this.#without.delete(runOf(dead));
  }

  /** A listing that holds our own row is whole: what it lacks again and again was taken out. */
  #cleanUp(
    rows: readonly StoredRow[],
    isDelegate: boolean,
    now: number,
    out: Effect[],
  ): void {
    const { memberList, candidates } = this.#parts;
    const present = new Set(rows.map(({ row }) => runOf(row)));
    const review = (dead: Dead | undefined, failedAt: number): void => {
      if (dead === undefined) return;
      if (!present.has(runOf(dead))) this.#lacks(dead, now);
      else if (isDelegate && now - failedAt >= deadRowMs) this.#takeOut(dead, deadRowMs, now, out);
    };
    for (const [name, failedAt] of memberList.failed) review(memberList.get(name), failedAt);
    for (const candidate of candidates.all()) {
      if (candidate.failedAt !== undefined) review(candidate, candidate.failedAt);
      else if (!present.has(runOf(candidate))) candidates.drop(candidate.name);
    }
    // Who left while the registry was away has left a row behind.
    for (const [name, leftAt] of isDelegate ? memberList.left : []) {
      const record = memberList.get(name);
      if (record === undefined || !present.has(runOf(record)) || now - leftAt < leftRowMs) continue;
      this.#takeOut(record, leftRowMs, now, out);
    }
  }

  #lacks(dead: Dead, now: number): void {
    const count = (this.#without.get(runOf(dead)) ?? 0) + 1;
    this.#without.set(runOf(dead), count);
    if (count >= listingsWithoutMax) this.#bury(dead, now);
  }

  /** Removes the row of one who has long been gone, if most others are there to agree. */
  #takeOut(dead: Dead, stillMs: number, now: number, out: Effect[]): void {
    const { memberList, candidates, heartbeats, detector } = this.#parts;
    const { name, instance } = dead;
    const version = this.#versions.get(name);
    // Who reaches nobody at first knows the others from their rows only: they count.
    const shown = memberList.shown + candidates.shown().length;
    const hasQuorum = memberList.alive * 2 > shown && !detector.isIsolated;
    const isStill = heartbeats.state(name, instance, now) === "stale" &&
      (heartbeats.ageMs(name, now) ?? 0) >= stillMs;
    if (!hasQuorum || !isStill || version === undefined || this.#removing.has(name)) return;
    this.#removing.add(name, []);
    out.push({ kind: "remove", name, version });
  }
}
