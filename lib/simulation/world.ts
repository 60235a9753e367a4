/**
 * A whole cluster in virtual time: the shipped core of every node, a network that loses, delays,
 * cuts and lies at the level of a ping, and a registry that fails.
 *
 * No promises, no real clock, one seed: the same options give the same story, event by event.
 *
 * @module
 */
import { describeChanges } from "../core/change.ts";
import type { Change } from "../core/change.ts";
import type { Addressee, Effect, Input, PingContent } from "../core/input.ts";
import type { PingFailure, PingOutcome } from "../core/input.ts";
import type { NodeName } from "../core/name.ts";
import { profileTimings } from "../core/profile.ts";
import { seededRandom } from "../core/random.ts";
import type { Random } from "../core/random.ts";
import type { MemberRecord } from "../core/record.ts";
import type { Settings } from "../core/settings.ts";
import { EventQueue } from "./event_queue.ts";
import { SimNetwork } from "./network.ts";
import { SimNode } from "./sim_node.ts";
import { SimRegistry } from "./sim_registry.ts";
import type { StoryLine, WorldChange } from "./story.ts";

/** How a world is set up. */
export interface WorldOptions {
  readonly seed: number;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  readonly latencyMs?: number;
  /** Keep every change and note; costs memory in large worlds. */
  readonly keepStory?: boolean;
}

/** What an exchange of two nodes came to. */
type Reply =
  | { readonly kind: "pong"; readonly content: PingContent }
  | { readonly kind: "probe"; readonly reached: boolean }
  | {
    readonly kind: "sync";
    readonly buckets: readonly number[];
    readonly records: readonly MemberRecord[];
    readonly more: boolean;
  };

/** Requests in a row without an answer after which a connection is given up. */
const silentMax = 2;

/** How long a comparison of rosters may take, in milliseconds. */
const syncTimeoutMs = 2000;

/** A simulated cluster. */
export class World {
  readonly registry = new SimRegistry();
  readonly network: SimNetwork;
  readonly story: StoryLine[] = [];
  readonly changes: WorldChange[] = [];
  /** Pings that were sent so far, by all. */
  pings = 0;
  /** Called after each change that a node told. */
  onChange: ((change: WorldChange) => void) | undefined;
  readonly #queue = new EventQueue();
  readonly #random: Random;
  readonly #keepStory: boolean;
  readonly #nodes: SimNode[] = [];
  readonly #replies = new Map<number, (reply: Reply) => void>();
  #replyCount = 0;
  #instances = 0;

  constructor({ seed, latencyMs = 1, keepStory = true }: WorldOptions) {
    this.#random = seededRandom(seed);
    this.#keepStory = keepStory;
    this.network = new SimNetwork(this.#random.fork(), latencyMs);
  }

  get now(): number {
    return this.#queue.now;
  }

  /** Events so far. */
  get events(): number {
    return this.#queue.taken;
  }

  /** All nodes that were ever started, in the order of their start. */
  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  /** Starts a node; its name's host is its host, unless `host` says otherwise. */
  start(name: string, options: { host?: string; port?: number } & Partial<Settings> = {}): SimNode {
    const { host = name.slice(name.indexOf("@") + 1), port = 4000, ...settings } = options;
    const node = new SimNode(
      {
        name: name as NodeName,
        nameIsAutomatic: false,
        instance: this.#newInstance(),
        addresses: [{ host, port }],
        tags: {},
        startedAt: "2016-03-10T18:51:29.277Z",
        software: "simulated",
        intervalMs: 1000,
        timings: profileTimings.lan,
        fullMesh: false,
        statusEntriesMax: 32,
        startTimeoutMs: 30_000,
        ...settings,
      },
      this.#random.fork(),
      {
        now: () => this.now,
        at: (at, run) => this.#queue.at(at, run),
        carryOut: (from, effect) => this.#carryOut(from, effect),
      },
    );
    this.#nodes.push(node);
    this.network.add(node);
    return node;
  }

  /** Ends a process at once; its host answers connections with a refusal. */
  kill(node: SimNode): void {
    node.kill();
    for (const peer of node.connected) {
      if (this.network.reaches(node, peer)) this.#lose(peer, node);
    }
    node.connected.clear();
  }

  /** Takes a whole host away: nothing refuses, nothing answers. */
  unplug(node: SimNode): void {
    this.network.unplug(node);
  }

  /** Lets `run` happen after `delayMs`. */
  after(delayMs: number, run: () => void): void {
    this.#queue.at(this.now + delayMs, run);
  }

  /** Lets `delayMs` of virtual time pass. */
  run(delayMs: number): void {
    const until = this.now + delayMs;
    while (this.#queue.takeNext(until));
    this.#queue.advance(until);
  }

  /** Lets time pass until `holds()`, but no more than `withinMs`; how long it took, or undefined. */
  runUntil(holds: () => boolean, withinMs: number): number | undefined {
    const begun = this.now;
    while (!holds()) {
      if (!this.#queue.takeNext(begun + withinMs)) {
        this.#queue.advance(begun + withinMs);
        return undefined;
      }
    }
    return this.now - begun;
  }

  /** 128 bits that look random, so that nodes stand at random places on the rings. */
  #newInstance(): string {
    const words = [this.#instances++, 1, 2, 3].map((word, index) =>
      index === 0 ? word : this.#random.next()
    );
    return words.map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #carryOut(node: SimNode, effect: Effect): void {
    switch (effect.kind) {
      case "ping":
        return this.#ping(node, effect);
      case "pong":
        return this.#reply(effect.reply, { kind: "pong", content: effect.content });
      case "probe-answer":
        return this.#reply(effect.reply, { kind: "probe", reached: effect.reached });
      case "sync-answer":
        return this.#reply(effect.reply, { ...effect, kind: "sync" });
      case "tell":
        return this.#tell(node, effect);
      case "ask-probe":
        return this.#askProbe(node, effect);
      case "ask-sync":
        return this.#askSync(node, effect);
      case "list":
      case "write":
      case "remove":
        return this.#useRegistry(node, effect);
      case "drop":
        return;
      case "changes":
        return this.#tellChanges(node, effect.changes);
      case "note":
        return this.#tellStory(node, effect.message);
      case "stop":
        return this.#tellStory(node, "stops: " + JSON.stringify(effect.reason));
    }
  }

  #tellChanges(node: SimNode, changes: readonly Change[]): void {
    for (const change of changes) {
      const told = { at: this.now, who: node.core.name, change };
      if (this.#keepStory) this.changes.push(told);
      this.onChange?.(told);
    }
    this.#tellStory(node, describeChanges(changes));
  }

  #tellStory(node: SimNode, what: string): void {
    if (this.#keepStory) this.story.push({ at: this.now, who: node.core.name, what });
  }

  #useRegistry(node: SimNode, effect: Effect & { kind: "list" | "write" | "remove" }): void {
    const { registry } = this;
    const askedAt = this.now + registry.latencyMs / 2;
    this.#queue.at(askedAt, () => {
      const input = registry.use(effect, this.now);
      this.#queue.at(this.now + registry.latencyMs / 2, () => node.take(input));
    });
  }

  #tell(node: SimNode, { to, news }: Effect & { kind: "tell" }): void {
    for (const instance of to) {
      const peer = this.network.byInstance(instance);
      if (peer === undefined || !node.connected.has(peer)) continue;
      if (!this.network.reaches(node, peer) || !this.network.reaches(peer, node)) continue;
      this.#queue.at(this.now + this.network.delay(), () => peer.take({ kind: "told", news }));
    }
  }

  #askProbe(node: SimNode, effect: Effect & { kind: "ask-probe" }): void {
    const { probe, helper, subject, timeoutMs } = effect;
    this.#exchange(
      node,
      helper,
      timeoutMs,
      (peer, reply) => peer.take({ kind: "probe-asked", subject, reply }),
      (reply) => ({
        kind: "probe-ended",
        probe,
        reached: reply?.kind === "probe" ? reply.reached : undefined,
      }),
    );
  }

  #askSync(node: SimNode, { from, buckets }: Effect & { kind: "ask-sync" }): void {
    this.#exchange(
      node,
      from,
      syncTimeoutMs,
      (peer, reply) => peer.take({ kind: "sync-asked", buckets, reply }),
      (reply) =>
        reply?.kind === "sync"
          ? { ...reply, kind: "synced", from: from.instance }
          : { kind: "synced", from: from.instance, buckets: [], records: [], more: false },
    );
  }

  /** A request with one answer; `undefined` for `finish` if none comes in time. */
  #exchange(
    node: SimNode,
    to: Addressee,
    timeoutMs: number,
    ask: (peer: SimNode, reply: number) => void,
    finish: (reply: Reply | undefined) => Input,
  ): void {
    let ended = false;
    const end = (reply: Reply | undefined): void => {
      if (ended) return;
      ended = true;
      node.take(finish(reply));
    };
    this.#queue.at(this.now + timeoutMs, () => end(undefined));
    const found = this.network.find(node, to);
    if (found.kind !== "node" || found.node.instance !== to.instance) return;
    const peer = found.node;
    const connectMs = node.connected.has(peer) ? 0 : this.network.connectDelay();
    this.#queue.at(this.now + connectMs + this.network.delay(), () => {
      const reply = ++this.#replyCount;
      this.#replies.set(reply, (answer) => {
        if (!this.network.reaches(peer, node)) return;
        this.#queue.at(this.now + this.network.delay(), () => end(answer));
      });
      ask(peer, reply);
    });
  }

  #reply(number: number, reply: Reply): void {
    const answer = this.#replies.get(number);
    this.#replies.delete(number);
    answer?.(reply);
  }

  #ping(node: SimNode, effect: Effect & { kind: "ping" }): void {
    this.pings++;
    const { ping, to, fresh, content, connectTimeoutMs, answerTimeoutMs } = effect;
    let ended = false;
    const end = (at: number, outcome: PingOutcome): void =>
      this.#queue.at(at, () => {
        if (ended) return;
        ended = true;
        node.take({ kind: "ping-ended", ping, outcome });
      });
    const fail = (delayMs: number, kind: PingFailure): void =>
      end(this.now + delayMs, { kind, detail: "" });

    const found = this.network.find(node, to);
    const peer = this.network.byInstance(to.instance);
    const isOpen = !fresh && peer !== undefined && node.connected.has(peer);
    if (found.kind === "nobody") {
      if (!isOpen) return fail(connectTimeoutMs, "no-answer");
      this.#silence(node, peer);
      return fail(answerTimeoutMs, "silent");
    }
    if (found.kind === "refused") {
      return fail(this.network.delay() + this.network.delay(), "refused");
    }
    const target = found.node;
    if (target.instance !== to.instance) {
      return fail(this.network.delay() + this.network.delay(), "other-instance");
    }
    const connectMs = isOpen ? 0 : this.network.connectDelay();
    const timeoutMs = isOpen ? answerTimeoutMs : connectTimeoutMs + answerTimeoutMs;
    if (connectMs > connectTimeoutMs) return fail(connectTimeoutMs, "no-answer");
    // A frozen process accepts connections, but does not shake hands.
    fail(target.state === "frozen" && !isOpen ? connectTimeoutMs : timeoutMs, "silent");
    const sentAt = this.now + connectMs;
    this.#queue.at(
      sentAt + this.network.delay(),
      () =>
        this.#deliver(node, target, content, (answer) => {
          const back = this.now + this.network.delay();
          if (!fresh) this.#queue.at(back, () => this.#connect(node, target));
          if (back > sentAt + timeoutMs || ended) {
            const { instance } = target;
            this.#queue.at(
              back,
              () => node.take({ kind: "late", name: target.core.name, instance }),
            );
          }
          const { incarnation, fingerprint } = answer;
          const roundTripUs = Math.round((back - sentAt) * 1000);
          end(back, {
            kind: "pong",
            roundTripUs,
            address: target.address,
            incarnation,
            fingerprint,
          });
        }),
    );
  }

  /** Hands a ping to its target, and the pong back. */
  #deliver(
    node: SimNode,
    target: SimNode,
    content: PingContent,
    answer: (content: PingContent) => void,
  ): void {
    if (!this.network.reaches(node, target)) return;
    const reply = ++this.#replyCount;
    this.#replies.set(reply, (given) => {
      if (given.kind === "pong" && this.network.reaches(target, node)) answer(given.content);
    });
    const { instance, addresses, software } = node.settings;
    target.take({
      kind: "pinged",
      from: { name: node.core.name, instance, addresses, software },
      content,
      reply,
    });
  }

  #connect(one: SimNode, other: SimNode): void {
    if (one.state === "dead" || other.state === "dead") return;
    one.connected.add(other);
    other.connected.add(one);
    one.silent.delete(other);
  }

  /** A connection that has not answered twice in a row is given up; the next ping dials anew. */
  #silence(one: SimNode, other: SimNode): void {
    const count = (one.silent.get(other) ?? 0) + 1;
    one.silent.set(other, count);
    if (count < silentMax) return;
    one.silent.delete(other);
    // The other end does not hear of it: nothing gets through.
    one.connected.delete(other);
  }

  #lose(peer: SimNode, dead: SimNode): void {
    peer.connected.delete(dead);
    const input: Input = { kind: "lost", name: dead.core.name, instance: dead.instance };
    this.#queue.at(this.now + this.network.delay(), () => peer.take(input));
  }
}
