/**
 * A whole cluster in virtual time: the shipped core of every node, a network that loses, delays,
 * cuts and lies at the level of a ping, and a registry that fails.
 *
 * No promises, no real clock, one seed: the same options give the same story, event by event.
 *
 * @module
 */
import { simSettings } from "./sim_settings.ts";
import { describeChanges, groupChanges } from "../core/members/change.ts";
import type { Change } from "../core/members/change.ts";
import { unreachable } from "../core/base/assert.ts";
import type { Effect } from "../core/input.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Row } from "../core/members/row.ts";
import { seededRandom } from "../core/base/random.ts";
import type { Random } from "../core/base/random.ts";
import { EventQueue } from "./event_queue.ts";
import { SimNetwork } from "./network.ts";
import { Post } from "./post.ts";
import { SimNode } from "./sim_node.ts";
import type { SimNodeOptions } from "./sim_node.ts";
import { SimRegistry } from "./sim_registry.ts";
import type { RegistryTrouble } from "./sim_registry.ts";
import type { Traffic } from "./traffic.ts";

/** One line of a world's story. */
export interface StoryLine {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** A change that a node told, with the time. */
export interface WorldChange {
  readonly at: number;
  /** When the node came to know it: it tells many changes as one, a little later. */
  readonly knownAt: number;
  readonly who: string;
  readonly change: Change;
}

/** How a world is set up. */
export interface WorldOptions {
  readonly seed: number;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  readonly latencyMs?: number;
  /**
   * How long after a row has come or gone all nodes get a hint, in milliseconds; 20 by default,
   * `Infinity` for storage that gives none.
   */
  readonly hintMs?: number;
  /** Keep every change and note; costs memory in large worlds. */
  readonly keepStory?: boolean;
}

/** A simulated cluster. */
export class World {
  readonly registry = new SimRegistry();
  readonly network: SimNetwork;
  readonly story: StoryLine[] = [];
  readonly changes: WorldChange[] = [];
  /** Called after each step of a node, with what it wanted done. */
  onStep: ((node: SimNode, effects: readonly Effect[]) => void) | undefined;
  /** Called after a node has taken a row out of the registry. */
  onRemoval: ((node: SimNode, row: Row) => void) | undefined;
  /** Called after each change that a node told. */
  onChange: ((change: WorldChange) => void) | undefined;
  readonly #queue = new EventQueue();
  readonly #random: Random;
  readonly #keepStory: boolean;
  readonly #nodes: SimNode[] = [];
  readonly #post: Post;
  #instances = 0;
  #hintAt = -Infinity;

  constructor({ seed, latencyMs = 1, keepStory = true, hintMs = 20 }: WorldOptions) {
    this.#random = seededRandom(seed);
    this.#keepStory = keepStory;
    this.network = new SimNetwork(this.#random.fork(), latencyMs);
    this.#post = new Post(this.network, this.#queue);
    this.registry.onNews = () => this.#hintSoon(hintMs);
  }

  get now(): number {
    return this.#queue.now;
  }

  /** Events so far. */
  get events(): number {
    return this.#queue.taken;
  }

  /** What the nodes have sent to each other so far. */
  get traffic(): Traffic {
    return this.#post.traffic;
  }

  /** All nodes that were ever started, in the order of their start. */
  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  /** Starts a node; its name's host is its host, unless `host` says otherwise. */
  start(name: string, options: SimNodeOptions = {}): SimNode {
    const { host = name.slice(name.indexOf("@") + 1), port = 4000, record, clock, ...settings } =
      options;
    const node = new SimNode(
      {
        ...simSettings,
        name: name as NodeName,
        instance: this.#newInstance(),
        addresses: [{ host, port }],
        ...settings,
      },
      record === undefined ? this.#random.fork() : seededRandom(record.seed),
      {
        now: () => this.now,
        at: (at, run) => this.#queue.at(at, run),
        carryOut: (from, effect) => this.#carryOut(from, effect),
        stepped: (stepping, effects) => this.onStep?.(stepping, effects),
      },
      { ...record && { recorder: record.recorder }, ...clock && { clock } },
    );
    this.#nodes.push(node);
    this.network.add(node);
    return node;
  }

  /** Ends a process at once; its host answers connections with a refusal. */
  kill(node: SimNode): void {
    node.kill();
    this.#post.breakOff(node);
  }

  /** Takes a whole host away: nothing refuses, nothing answers. */
  unplug(node: SimNode): void {
    this.network.unplug(node);
  }

  /** Puts a firewall around a host that answers everything with a reset; the registry it reaches. */
  reject(node: SimNode): void {
    this.network.reject(node);
    for (const peer of node.connected) peer.connected.delete(node);
    node.connected.clear();
  }

  /** Puts a host into another network, with another address; its connections lead nowhere any more. */
  move(node: SimNode, host: string): void {
    const { port } = node.address;
    this.network.remove(node);
    for (const peer of node.connected) peer.connected.delete(node);
    node.connected.clear();
    node.take({ kind: "moved", addresses: [{ host, port }] });
    this.network.add(node);
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
      case "pong":
      case "probe-answer":
      case "sync-answer":
      case "tell":
      case "ask-probe":
      case "ask-sync":
        return this.#post.carry(node, effect);
      case "list":
      case "write":
      case "remove":
        return this.#useRegistry(node, effect);
      case "changes":
        return this.#tellChanges(node, effect.changes);
      case "note":
        return this.#tellStory(node, effect.message);
      case "stop":
        return this.#tellStory(node, "stops: " + JSON.stringify(effect.reason));
      // A node keeps its status line itself, nobody waits for an answer, and no BEAM node is there.
      case "status":
      case "joined":
      case "drop":
      case "forgotten":
      case "beam-ping":
      case "beam-pong":
        return;
      default:
        return unreachable(effect);
    }
  }

  #tellChanges(node: SimNode, changes: readonly Change[]): void {
    if (!this.#keepStory && this.onChange === undefined) return;
    for (const change of changes) {
      const { name, changes: kept } = node.core;
      const timed = kept.findLast((one) => one.name === change.name && one.kind === change.kind);
      const told = {
        at: this.now,
        knownAt: timed === undefined ? this.now : node.worldTime(timed.at),
        who: name,
        change,
      };
      if (this.#keepStory) this.changes.push(told);
      this.onChange?.(told);
    }
    if (!this.#keepStory) return;
    for (const group of groupChanges(changes)) this.#tellStory(node, describeChanges(group));
  }

  #tellStory(node: SimNode, what: string): void {
    if (this.#keepStory) this.story.push({ at: this.now, who: node.core.name, what });
  }

  /** Many changes at once are one hint, as in real storage. */
  #hintSoon(hintMs: number): void {
    if (this.#hintAt > this.now || hintMs === Infinity) return;
    this.#hintAt = this.now + hintMs;
    this.after(hintMs, () => {
      for (const node of this.#nodes) node.take({ kind: "registry-hint" });
    });
  }

  #useRegistry(node: SimNode, effect: Effect & { kind: "list" | "write" | "remove" }): void {
    const { registry } = this;
    const trouble = (): RegistryTrouble => registry.troubles.get(node.instance) ?? registry;
    const askedAt = this.now + trouble().latencyMs / 2;
    this.#queue.at(askedAt, () => {
      const before = effect.kind === "remove" ? registry.row(effect.name) : undefined;
      const input = registry.use(effect, this.now, trouble());
      if (before !== undefined && registry.row(before.name) === undefined) {
        this.onRemoval?.(node, before);
      }
      this.#queue.at(this.now + trouble().latencyMs / 2, () => node.take(input));
    });
  }
}
