/**
 * Nobody makes things up about others, and nobody goes back behind what it knew.
 *
 * Only an instance itself raises its incarnation, and all that others can know of it has left it in
 * one of its own effects. What a node shows and tells of one name only ever moves on: to a higher
 * incarnation, then to a greater instance, then from alive over failed to left. Written down here
 * once more, so that a mistake in the core does not excuse itself.
 *
 * @module
 */
import type { Effect } from "../../lib/core/input.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { MemberRecord, RecordState } from "../../lib/core/members/record.ts";
import type { Violated } from "./invariant_error.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";

/** How long it is remembered that somebody left; a little less than in the core. */
const rememberedMs = 9.9 * 60_000;

const ranks: Readonly<Record<RecordState, number>> = { alive: 0, failed: 1, left: 2 };

/** What is believed of one name. */
interface Belief {
  readonly instance: string;
  readonly incarnation: number;
  readonly state: RecordState;
  readonly since: number;
}

interface Known {
  /** The highest incarnation that this instance has told of itself. */
  incarnation: number;
  /** By name: what it showed last. */
  readonly shown: Map<NodeName, Belief>;
  /** By name: what it told last. */
  readonly told: Map<NodeName, Belief>;
}

/** Checks what nodes tell and show. */
export class ClaimInvariants {
  /** The last fingerprint that each node told. */
  readonly fingerprints = new Map<SimNode, number>();
  readonly #known = new Map<string, Known>();
  /** The name of each instance that has said something. */
  readonly #names = new Map<string, NodeName>();
  readonly #violated: Violated;

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  /** Looks at what a node says. */
  check(node: SimNode, effect: Effect, now: number): void {
    this.#names.set(node.instance, node.core.name);
    switch (effect.kind) {
      case "ping":
      case "pong":
        this.#own(node, effect.content.incarnation);
        if (effect.content.record !== undefined) this.#record(node, effect.content.record, now);
        this.fingerprints.set(node, effect.content.fingerprint);
        return;
      case "write":
        return this.#own(node, effect.row.incarnation);
      case "tell":
        for (const record of effect.news.records) {
          // Who is told what others say of it, or of its name, is to refute that: it is not passed on.
          const [to, ...others] = effect.to;
          const isItself = to === record.instance || this.#names.get(to ?? "") === record.name;
          const isForIt = others.length === 0 && isItself;
          if (!isForIt) this.#record(node, record, now);
        }
        for (const { subject, incarnation } of effect.news.votes) {
          this.#reached(node, subject, incarnation);
        }
        return;
      case "sync-answer":
        for (const record of effect.records) this.#record(node, record, now);
    }
  }

  /** Looks at what a node shows. */
  look(node: SimNode, members: readonly MemberView[], now: number): void {
    const { shown } = this.#knownOf(node.instance);
    const present = new Set<NodeName>();
    for (const { name, instance, incarnation, status, self } of members) {
      present.add(name);
      // What only a row says may be anything.
      if (self || node.core.isCandidate(name)) continue;
      const state = status === "alive" || status === "suspect" ? "alive" : "failed";
      this.#moveOn(node, "shows", shown, name, { instance, incarnation, state, since: now });
      this.#reached(node, instance, incarnation);
    }
    for (const [name, belief] of shown) {
      if (!present.has(name) && belief.state !== "left") {
        shown.set(name, { ...belief, state: "left", since: now });
      }
    }
  }

  /** The instance that a node has shown last under a name. */
  shownBy(node: SimNode, name: NodeName): string | undefined {
    return this.#knownOf(node.instance).shown.get(name)?.instance;
  }

  #record(node: SimNode, record: MemberRecord, now: number): void {
    const { name, instance, incarnation, state } = record;
    if (instance === node.instance) return this.#own(node, incarnation);
    this.#reached(node, instance, incarnation);
    const { told } = this.#knownOf(node.instance);
    this.#moveOn(node, "tells", told, name, { instance, incarnation, state, since: now });
  }

  #moveOn(
    node: SimNode,
    verb: string,
    beliefs: Map<NodeName, Belief>,
    name: NodeName,
    after: Belief,
  ): void {
    const before = beliefs.get(name);
    if (before !== undefined && isBefore(after, before)) {
      const isForgotten = before.state === "left" &&
        after.since - before.since >= node.inWorldMs(rememberedMs);
      if (!isForgotten) {
        this.#violated(
          `${node.core.name} ${verb} ${name} as ${words(after)} after ${words(before)}`,
        );
      }
    }
    if (before === undefined || isBefore(before, after)) beliefs.set(name, after);
  }

  #own(node: SimNode, incarnation: number): void {
    const known = this.#knownOf(node.instance);
    if (incarnation < known.incarnation) {
      const { name } = node.core;
      this.#violated(`${name} falls from incarnation ${known.incarnation} to ${incarnation}`);
    }
    known.incarnation = incarnation;
  }

  #reached(node: SimNode, instance: string, incarnation: number): void {
    const known = this.#known.get(instance);
    // Rows of ghosts belong to nobody who could say.
    if (known === undefined || incarnation <= known.incarnation) return;
    this.#violated(
      `${node.core.name} claims incarnation ${incarnation} of ${instance}, which is at ` +
        `${known.incarnation}`,
    );
  }

  #knownOf(instance: string): Known {
    let known = this.#known.get(instance);
    if (known === undefined) {
      known = { incarnation: 0, shown: new Map(), told: new Map() };
      this.#known.set(instance, known);
    }
    return known;
  }
}

function isBefore(one: Belief, other: Belief): boolean {
  if (one.incarnation !== other.incarnation) return one.incarnation < other.incarnation;
  if (one.instance !== other.instance) return one.instance < other.instance;
  return ranks[one.state] < ranks[other.state];
}

function words({ instance, incarnation, state }: Belief): string {
  return `${state} ${incarnation} of ${instance.slice(0, 8)}`;
}
