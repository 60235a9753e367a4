/**
 * A whole cluster in virtual time: the shipped core of every node, a network that loses, delays,
 * cuts and lies at the level of a ping, and a registry that fails.
 *
 * No promises, no real clock, one seed: the same options give the same story, event by event.
 *
 * @module
 */
import { sameAddress } from "../core/address.ts";
import { describeChange } from "../core/change_words.ts";
import type { Effect, PingFailure, PingOutcome } from "../core/input.ts";
import type { Change } from "../core/member.ts";
import type { NodeName } from "../core/name.ts";
import { profileTimings } from "../core/profile.ts";
import { seededRandom } from "../core/random.ts";
import type { Random } from "../core/random.ts";
import type { Settings } from "../core/settings.ts";
import { EventQueue } from "./event_queue.ts";
import { SimNode } from "./sim_node.ts";
import { SimRegistry } from "./sim_registry.ts";

/** How a world is set up. */
export interface WorldOptions {
  readonly seed: number;
  /** One-way delay of a message, in milliseconds, plus up to as much again by chance. */
  readonly latencyMs?: number;
}

/** One line of a world's story. */
export interface StoryLine {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** Retransmission of a lost packet, in milliseconds; doubles with each further loss. */
const retransmitMs = 200;

/** A simulated cluster. */
export class World {
  readonly registry = new SimRegistry();
  readonly story: StoryLine[] = [];
  readonly changes: { readonly at: number; readonly who: string; readonly change: Change }[] = [];
  /** Probability that a single packet is lost. */
  loss = 0;
  readonly #queue = new EventQueue();
  readonly #random: Random;
  readonly #network: Random;
  readonly #latencyMs: number;
  readonly #nodes: SimNode[] = [];
  readonly #cuts = new Set<string>();
  readonly #goneHosts = new Set<string>();
  readonly #replies = new Map<number, () => void>();
  #replyCount = 0;
  #instances = 0;

  constructor({ seed, latencyMs = 1 }: WorldOptions) {
    this.#random = seededRandom(seed);
    this.#network = this.#random.fork();
    this.#latencyMs = latencyMs;
  }

  get now(): number {
    return this.#queue.now;
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
        instance: (++this.#instances).toString(16).padStart(32, "0"),
        addresses: [{ host, port }],
        tags: {},
        startedAt: "",
        software: "simulated",
        intervalMs: 1000,
        timings: profileTimings.lan,
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
    return node;
  }

  /** Ends a process at once; its host answers connections with a refusal. */
  kill(node: SimNode): void {
    node.kill();
    for (const peer of node.connected) {
      if (this.#reaches(node, peer)) this.#lose(peer, node);
    }
    node.connected.clear();
  }

  /** Takes a whole host away: nothing refuses, nothing answers. */
  unplug(node: SimNode): void {
    node.kill();
    this.#goneHosts.add(node.address.host);
    node.connected.clear();
  }

  /** Drops everything that `from` sends to `to`. */
  cut(from: SimNode, to: SimNode): void {
    this.#cuts.add(link(from, to));
  }

  /** Lets everything through again. */
  heal(): void {
    this.#cuts.clear();
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
      if (!this.#queue.takeNext(begun + withinMs)) return undefined;
    }
    return this.now - begun;
  }

  #carryOut(node: SimNode, effect: Effect): void {
    switch (effect.kind) {
      case "ping":
        return this.#ping(node, effect);
      case "pong": {
        const reply = this.#replies.get(effect.reply);
        this.#replies.delete(effect.reply);
        return reply?.();
      }
      case "list":
      case "write":
      case "remove":
        return this.#useRegistry(node, effect);
      case "tell-left":
      case "tell-forgot":
        return this.#tell(node, effect);
      case "drop":
        for (const peer of node.connected) {
          if (peer.settings.instance === effect.instance) node.connected.delete(peer);
        }
        return;
      case "change":
        this.changes.push({ at: this.now, who: node.core.name, change: effect.change });
        return this.#tellStory(node, describeChange(effect.change));
      case "note":
        return this.#tellStory(node, effect.message);
      case "stop":
        return this.#tellStory(node, "stops: " + JSON.stringify(effect.reason));
    }
  }

  #tellStory(node: SimNode, what: string): void {
    this.story.push({ at: this.now, who: node.core.name, what });
  }

  #useRegistry(node: SimNode, effect: Effect & { kind: "list" | "write" | "remove" }): void {
    const { registry } = this;
    const askedAt = this.now + registry.latencyMs / 2;
    const answer = (input: Parameters<SimNode["take"]>[0]): void =>
      this.#queue.at(this.now + registry.latencyMs / 2, () => node.take(input));
    this.#queue.at(askedAt, () => {
      if (effect.kind === "list") {
        const rows = registry.list(this.now);
        answer(
          typeof rows === "string"
            ? { kind: "list-failed", reason: rows }
            : { kind: "listed", rows },
        );
      } else if (effect.kind === "write") {
        const result = registry.write({ ...effect.row, activeAt: "" }, effect.seen, this.now);
        if (typeof result === "string") answer({ kind: "write-failed", reason: result });
        else if (result.kind === "written") answer(result);
        else answer({ kind: "write-conflict", current: result.current });
      } else {
        const result = registry.remove(effect.name, effect.version, this.now);
        const { name } = effect;
        if (result === "removed") answer({ kind: "removed", name });
        else {
          const reason = result === "conflict" ? "its row has just changed" : result.fault;
          answer({ kind: "remove-failed", name, reason });
        }
      }
    });
  }

  #tell(node: SimNode, effect: Effect & { kind: "tell-left" | "tell-forgot" }): void {
    const { name, instance, addresses, software } = node.settings;
    for (const peer of node.connected) {
      if (!this.#reaches(node, peer)) continue;
      this.#queue.at(this.now + this.#delay(), () =>
        peer.take(
          effect.kind === "tell-left"
            ? { kind: "peer-left", from: { name, instance, addresses, software } }
            : { kind: "peer-forgot", name: effect.name, instance: effect.instance },
        ));
    }
  }

  #ping(node: SimNode, effect: Effect & { kind: "ping" }): void {
    const { ping, connectTimeoutMs, answerTimeoutMs } = effect;
    let ended = false;
    const end = (at: number, outcome: PingOutcome): void =>
      this.#queue.at(at, () => {
        if (ended) return;
        ended = true;
        node.take({ kind: "ping-ended", ping, outcome });
      });
    const fail = (delayMs: number, kind: PingFailure): void =>
      end(this.now + delayMs, { kind, detail: "" });

    const host = effect.addresses[0]?.host ?? "";
    const target = this.#nodes.findLast((other) =>
      other.state !== "dead" && effect.addresses.some((at) => sameAddress(at, other.address))
    );
    const open = target !== undefined && node.connected.has(target);
    const timeoutMs = open ? answerTimeoutMs : connectTimeoutMs;
    if (target === undefined) {
      const dead = this.#nodes.find((other) => other.address.host === host);
      const reached = dead !== undefined && !this.#goneHosts.has(host) &&
        this.#reaches(node, dead) && this.#reaches(dead, node);
      return reached ? fail(2 * this.#delay(), "refused") : fail(connectTimeoutMs, "no-answer");
    }
    if (!this.#reaches(node, target) || !this.#reaches(target, node)) {
      if (open) this.#break(node, target);
      return fail(timeoutMs, open ? "silent" : "no-answer");
    }
    if (target.settings.instance !== effect.instance) {
      return fail(2 * this.#delay(), "other-instance");
    }
    fail(timeoutMs, "silent");
    const sentAt = this.now;
    this.#queue.at(this.now + this.#delay(), () => {
      const reply = ++this.#replyCount;
      this.#replies.set(reply, () => {
        if (!this.#reaches(target, node)) return;
        const back = this.now + this.#delay();
        const roundTripUs = Math.round((back - sentAt) * 1000);
        if (back > sentAt + timeoutMs) {
          this.#queue.at(
            back,
            () => node.take({ kind: "late", instance: target.settings.instance }),
          );
        }
        this.#queue.at(back, () => {
          if (node.state === "dead" || target.state === "dead") return;
          node.connected.add(target);
          target.connected.add(node);
        });
        end(back, { kind: "pong", roundTripUs, address: target.address });
      });
      const { instance, addresses, software } = node.settings;
      target.take({
        kind: "pinged",
        from: { name: node.core.name, instance, addresses, software },
        reply,
      });
    });
  }

  /** Both ends find out sooner or later that a connection carries nothing any more. */
  #break(one: SimNode, other: SimNode): void {
    one.connected.delete(other);
    other.connected.delete(one);
  }

  #lose(peer: SimNode, dead: SimNode): void {
    peer.connected.delete(dead);
    const { instance } = dead.settings;
    this.#queue.at(this.now + this.#delay(), () => peer.take({ kind: "lost", instance }));
  }

  #reaches(from: SimNode, to: SimNode): boolean {
    return !this.#cuts.has(link(from, to));
  }

  /** One-way delay of a message: latency, jitter, and retransmissions of what was lost. */
  #delay(): number {
    let delayMs = this.#latencyMs * (1 + this.#network.below(1000) / 1000);
    let waitMs = retransmitMs;
    while (this.loss > 0 && this.#network.below(1_000_000) < this.loss * 1_000_000) {
      delayMs += waitMs;
      waitMs *= 2;
    }
    return delayMs;
  }
}

function link(from: SimNode, to: SimNode): string {
  return `${from.settings.instance}>${to.settings.instance}`;
}
