/**
 * Nobody sound is called gone, nobody votes who doubts itself, and no row is taken from the living.
 *
 * @module
 */
import type { Change } from "../../lib/core/members/change.ts";
import type { Effect, StopReason } from "../../lib/core/input.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { Row } from "../../lib/core/members/row.ts";
import type { Vote } from "../../lib/core/members/news.ts";
import type { Violated } from "./invariant_error.ts";
import type { Reach } from "./reach.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";

/**
 * How long a node must have been called dead before its row is taken out unasked, in milliseconds:
 * ten minutes, and what it may take until a change is told.
 */
const deadRowMs = 10 * 60_000 - 1000;

/** A score of one's own health from which on one does not vote. */
const noVoteFrom = 4;

/** Checks verdicts, votes and removals. */
export class VerdictInvariants {
  readonly #reach: Reach;
  readonly #violated: Violated;
  readonly #byInstance = new Map<string, SimNode>();
  /** By name: since when it is called dead. */
  readonly #goneAt = new Map<string, number>();
  readonly #forgetAsked = new Set<string>();
  /** Since when a node says that it is isolated. */
  readonly #isolatedAt = new Map<SimNode, number>();
  /**
   * Instances that have announced that they leave, and may be killed before they have, and those that
   * were forgotten as their rows were gone: what is there of them is a leftover.
   */
  readonly #buried = new Set<string>();

  constructor(reach: Reach, violated: Violated) {
    this.#reach = reach;
    this.#violated = violated;
  }

  /** A node has made a step. */
  stepped(node: SimNode): void {
    this.#byInstance.set(node.instance, node);
  }

  /** A node ends by itself: only another process can make it give up its name, and no row. */
  stopped(node: SimNode, reason: StopReason): void {
    const { name } = node.core;
    if (reason.kind !== "name-taken" || !this.#reach.isFirst(name)) return;
    this.#violated(`${name} ends although no other process ever had its name`);
  }

  /** Somebody wants `name` to be forgotten, from now on. */
  forgetAsked(name: string): void {
    this.#forgetAsked.add(name);
  }

  /** Looks at one effect. */
  check(node: SimNode, effect: Effect, now: number): void {
    if (effect.kind !== "tell") return;
    for (const vote of effect.news.votes) {
      if (vote.voter === node.instance && vote.kind !== undefined) this.#vote(node, vote, now);
    }
    for (const { state, instance, cause } of effect.news.records) {
      if (state === "left" && instance === node.instance) this.#buried.add(instance);
      // Who is told what others say of it is to refute that.
      const isForIt = effect.to.length === 1 && effect.to[0] === instance;
      if (state !== "alive" && !isForIt) this.#condemned(node, instance, state, cause?.accusers);
    }
  }

  /**
   * Looks at what a node says has changed.
   *
   * @param before instances that it has shown before, by name
   * @param after what it shows now
   */
  changed(
    node: SimNode,
    changes: readonly Change[],
    before: (name: NodeName) => string | undefined,
    after: readonly MemberView[],
    now: number,
  ): void {
    for (const { kind, name } of changes) {
      if (kind === "isolated") this.#isolatedAt.set(node, now);
      if (kind === "connected") this.#isolatedAt.delete(node);
      if (kind === "returned" && this.#reach.lives(name)) this.#goneAt.delete(name);
      if (kind === "failed" && !this.#goneAt.has(name)) this.#goneAt.set(name, now);
      const instanceBefore = before(name);
      if (kind === "forgotten" && instanceBefore !== undefined) this.#buried.add(instanceBefore);
      const shown = after.find((member) => member.name === name);
      const isNow = shown !== undefined && isGone(shown.status);
      const accusers = isNow
        ? node.core.explain(name, node.now)?.accusers.map((accuser) => accuser.name)
        : undefined;
      switch (kind) {
        case "failed":
          if (isNow) this.#condemned(node, shown.instance, kind, accusers);
          break;
        case "left":
        case "forgotten":
        case "replaced":
          // Who has been away may still know an earlier one of that name, and think it the heir.
          if (!this.#reach.isFirst(name) || shown?.instance === instanceBefore) break;
          this.#condemned(node, instanceBefore, kind, accusers);
      }
    }
  }

  /** A node has taken a row out. */
  removed(node: SimNode, row: Row, now: number): void {
    // Whatever stands under its own name and has not answered, it may take along.
    if (row.name === node.core.name) return;
    const who = `${node.core.name} removes the row of ${row.name}`;
    const owner = this.#byInstance.get(row.instance);
    if (owner !== undefined && this.#reach.condemns(node, owner)) {
      this.#violated(`${who}, which lives`);
    }
    // Behind a forged row nobody stands: a stale listing may have shown that it is gone.
    if (owner?.core.name !== row.name) return;
    // Who leaves wants its row gone, and could not take it along.
    if (this.#forgetAsked.has(row.name) || this.#buried.has(row.instance)) return;
    const goneAt = this.#goneAt.get(row.name) ?? now;
    if (now - goneAt < node.inWorldMs(deadRowMs)) {
      this.#violated(`${who} unasked, before it was long dead`);
    }
  }

  /**
   * Somebody is called gone.
   *
   * Who passes it on is not to blame, those who say so are: a verdict whose accusers all were out of
   * reach themselves is excused. A node that has started where it reaches nobody calls all of whom
   * it has only read rows failed, and is believed by the others, until they refute it.
   */
  #condemned(
    node: SimNode,
    instance: string | undefined,
    state: string,
    accusers?: readonly NodeName[],
  ): void {
    const subject = instance === undefined ? undefined : this.#byInstance.get(instance);
    if (subject === undefined || !this.#reach.condemns(node, subject)) return;
    const blamed = accusers?.map((name) => this.#reach.named(name)) ?? [];
    const isExcused = blamed.length > 0 &&
      blamed.every((accuser) => accuser === undefined || !this.#reach.condemns(accuser, subject));
    if (isExcused) return;
    // Who is cut off, but can read the registry, buries those whose rows it does not find there, and
    // is believed as well.
    if ((state === "left" || state === "forgotten") && !this.#reach.isAllSound()) return;
    const who = accusers === undefined ? "" : ` (accusers: ${accusers.join(", ")})`;
    this.#violated(`${node.core.name} calls ${subject.core.name} ${state}, which lives${who}`);
  }

  #vote(node: SimNode, vote: Vote, now: number): void {
    const who = `${node.core.name} votes against ${vote.subjectName}`;
    // Whom a link does not reach, helpers do.
    const subject = this.#byInstance.get(vote.subject);
    const isSound = subject !== undefined && this.#reach.condemns(node, subject);
    if (isSound && this.#reach.isCalm()) this.#violated(`${who} in peace`);
    const why = node.core.explain(vote.subjectName, node.now);
    if (why === undefined) return;
    if (why.localHealth >= noVoteFrom) this.#violated(`${who} with health ${why.localHealth}`);
    if (!why.isolated || vote.conclusive === true) return;
    // Who lives would have written it again.
    if (why.heartbeat === "stale" || why.heartbeat === "missing") return;
    // What it has decided before that may have had to wait.
    const isolatedAt = this.#isolatedAt.get(node) ?? now;
    if (now - isolatedAt < node.settings.intervalMs / 2) return;
    this.#violated(`${who} while it is isolated`);
  }
}

function isGone(status: MemberView["status"]): boolean {
  return status !== "alive" && status !== "suspect" && status !== "unproven";
}
