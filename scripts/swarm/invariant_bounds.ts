/**
 * Work and words have bounds, and the status line says what is believed.
 *
 * @module
 */
import { bodyMaxBytes } from "../../lib/protocol/envelope.ts";
import type { Effect } from "../../lib/core/input.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import { encodeMessage } from "../../lib/protocol/message.ts";
import { fullMeshMax, observersMax } from "../../lib/core/members/ring.ts";
import type { Violated } from "./invariant_error.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";

/** Most steps of one node within a second of virtual time. */
const stepsMax = 4000;

/**
 * Most pings of one node in an interval, whatever is done to it, if it watches ten others; and for
 * each one more that it watches, because its cluster is a full mesh. As a mean over ten of them:
 * half of it.
 */
const pingsMax = 120;
const pingsMaxPerTarget = 10;

/**
 * Most pings to unauthenticated peers in an interval: of whom it knows rows only, each asked twice.
 */
const firstPingsMax = 120;

/** Intervals that may pass between two status lines of a node that is not held up. */
const statusIntervals = 2;

/** Records from which on a message is measured; smaller ones fit in any case. */
const measuredFrom = 20;

/** So much of something since then. */
class Count {
  #since = -Infinity;
  #count = 0;

  /** One more; how many in this period of `periodMs`. */
  add(now: number, periodMs: number): number {
    if (now - this.#since >= periodMs) {
      this.#since = now;
      this.#count = 0;
    }
    return ++this.#count;
  }
}

/** What is known of one node. */
class Costs {
  readonly steps = new Count();
  readonly pings = new Count();
  readonly pingsOfTen = new Count();
  readonly firstPings = new Count();
  steppedAt = -Infinity;
  /** When it went on after it had been held up. */
  wentOnAt = -Infinity;
  /** When it wrote its last status line, or began to; `undefined` if it does not write any. */
  statusAt: number | undefined;
}

/** Checks costs and status lines. */
export class BoundsInvariants {
  readonly #violated: Violated;
  readonly #costs = new Map<SimNode, Costs>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  /** A node has made a step. */
  stepped(node: SimNode, isLeaving: boolean, now: number): void {
    let costs = this.#costs.get(node);
    if (costs === undefined) this.#costs.set(node, costs = new Costs());
    const { name } = node.core;
    const { intervalMs } = node.settings;
    const steps = costs.steps.add(now, 1000);
    if (steps > stepsMax) this.#violated(`${name} makes ${steps} steps in a second`);
    const { steppedAt: before, statusAt } = costs;
    const wasHeldUp = before > -Infinity && now - before > intervalMs;
    if (wasHeldUp) costs.wentOnAt = now;
    costs.steppedAt = now;
    if (statusAt === undefined || isLeaving) return;
    // At the step before this one: since then it may have been held up.
    if (before - statusAt <= statusIntervals * intervalMs) return;
    this.#violated(`${name} has written no status line for ${now - statusAt} ms`);
  }

  /** Looks at one effect. */
  check(node: SimNode, effect: Effect, now: number): void {
    switch (effect.kind) {
      case "ping":
        return this.#pinged(node, effect.content.record !== undefined, now);
      case "tell":
        if (effect.news.records.length < measuredFrom) return;
        return this.#measure(node, encodeMessage({ kind: "news", news: effect.news }).length);
      case "sync-answer": {
        if (effect.records.length < measuredFrom) return;
        const { buckets, records, more } = effect;
        return this.#measure(node, encodeMessage({ kind: "sync", buckets, records, more }).length);
      }
      case "status":
        (this.#costs.get(node) as Costs).statusAt = now;
    }
  }

  /** Looks whether a node still asks all those that it watches. */
  pulse(node: SimNode, members: readonly MemberView[]): void {
    // In a larger cluster it does not watch all.
    if (members.length > observersMax) return;
    const { intervalMs, timings } = node.settings;
    const { connectTimeoutMs, pingTimeoutMaxMs } = timings;
    // Deadlines are stretched by a node that does not feel well.
    const mostMs = 2 * intervalMs + 8 * (connectTimeoutMs + pingTimeoutMaxMs);
    const living = new Set(
      members.filter(({ status }) => status === "alive").map(({ name }) => name),
    );
    for (const { name, agoMs = 0 } of node.core.links(node.now)) {
      if (!living.has(name) || agoMs <= mostMs) continue;
      this.#violated(`${node.core.name} has not asked ${name} for ${agoMs} ms`);
    }
  }

  /** Holds a status line against what the node believes. */
  status(
    node: SimNode,
    { self, shown, alive, entries }: Effect & { kind: "status" },
    members: readonly MemberView[],
  ): void {
    const { name } = node.core;
    const proven = members.filter(({ status }) => status !== "unproven");
    const living = proven.filter(({ status }) => status === "alive" || status === "suspect");
    const reached = living.filter(({ linkWorks }) => linkWorks);
    if (self !== name) this.#violated(`${name} writes the status line of ${self}`);
    if (shown !== proven.length) {
      this.#violated(`${name} shows ${shown} members and knows ${proven.length}`);
    }
    // Links to members that it does not watch do not count.
    if (alive < reached.length || alive > living.length) {
      this.#violated(`${name} shows ${alive} alive and knows ${reached.length}…${living.length}`);
    }
    if (entries === undefined) return;
    const names = proven.map((member) => member.name).join();
    if (entries.map((entry) => entry.name).join() !== names) {
      this.#violated(`${name} shows ${entries.map((entry) => entry.name).join()} and not ${names}`);
    }
    const trueCount = entries.filter((entry) => entry.alive).length;
    if (trueCount !== alive) this.#violated(`${name} shows ${trueCount} true, and says ${alive}`);
  }

  #pinged(node: SimNode, isFirst: boolean, now: number): void {
    const { pings, pingsOfTen, firstPings, wentOnAt } = this.#costs.get(node) as Costs;
    const { intervalMs, fullMesh } = node.settings;
    const { name } = node.core;
    const most = pingsMax + (fullMesh ? pingsMaxPerTarget * (fullMeshMax - observersMax) : 0);
    const sent = pings.add(now, intervalMs);
    if (sent > most) this.#violated(`${name} sends ${sent} pings in an interval`);
    const ofTen = pingsOfTen.add(now, 10 * intervalMs);
    if (ofTen > 5 * most) this.#violated(`${name} sends ${ofTen} pings in ten intervals`);
    // What has become due meanwhile is all asked at once.
    if (now - wentOnAt <= 2 * intervalMs) return;
    const first = isFirst ? firstPings.add(now, intervalMs) : 0;
    if (first > firstPingsMax) this.#violated(`${name} pings ${first} strangers in an interval`);
  }

  #measure(node: SimNode, bytes: number): void {
    if (bytes > bodyMaxBytes) this.#violated(`${node.core.name} sends ${bytes} bytes at once`);
  }
}
