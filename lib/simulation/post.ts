/**
 * How the nodes of a simulation reach each other: pings, requests and news over connections that
 * open, fall silent and break, as the real transport has them.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import type { Addressee, Effect, Input, PingContent } from "../core/input.ts";
import type { PingOutcome } from "../core/input.ts";
import type { PingFailure } from "../core/base/ping_failure.ts";
import type { Answer } from "../protocol/message.ts";
import type { SimNetwork } from "./network.ts";
import type { SimNode } from "./sim_node.ts";
import { Traffic } from "./traffic.ts";
import type { Message } from "./traffic.ts";

/** What an exchange of two nodes came to. */
type Reply =
  | { readonly kind: "pong"; readonly content: PingContent }
  | Extract<Answer, { readonly kind: "probe" | "sync" }>;

/** Requests in a row without an answer after which a connection is given up. */
const silentMax = 2;

/** How long a comparison of member lists may take, in milliseconds. */
const syncTimeoutMs = 2000;

/** Pings to one node, ended or not, that are remembered before those that have ended are dropped. */
const flightsMax = 64;

/** A ping on its way. */
interface Flight {
  readonly from: SimNode;
  readonly target: SimNode;
  readonly effect: Effect & { kind: "ping" };
  /** When the connection is there. */
  readonly sentAt: number;
  readonly timeoutMs: number;
  hasEnded: boolean;
}

/** Virtual time, as the post needs it. */
export interface PostClock {
  readonly now: number;
  at(at: number, run: () => void): void;
}

/** Carries what nodes say to each other. */
export class Post {
  /** What was sent so far. */
  readonly traffic = new Traffic();
  readonly #network: SimNetwork;
  readonly #clock: PostClock;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  /** Pings on their way, by the one who is asked. */
  readonly #inFlight = new Map<SimNode, Flight[]>();
  #replyCount = 0;

  constructor(network: SimNetwork, clock: PostClock) {
    this.#network = network;
    this.#clock = clock;
  }

  /** Sends one message of `node`. */
  carry(node: SimNode, message: Message): void {
    this.traffic.count(message);
    switch (message.kind) {
      case "ping":
        return this.#ping(node, message);
      case "pong":
        return this.#reply(message.reply, { kind: "pong", content: message.content });
      case "probe-answer":
        return this.#reply(message.reply, { kind: "probe", reached: message.reached });
      case "sync-answer":
        return this.#reply(message.reply, { ...message, kind: "sync" });
      case "tell":
        return this.#tell(node, message);
      case "ask-probe":
        return this.#askProbe(node, message);
      case "ask-sync":
        return this.#askSync(node, message);
      default:
        return unreachable(message);
    }
  }

  /** A process has ended: the connections to it break. */
  breakOff(node: SimNode): void {
    for (const peer of node.connected) {
      if (this.#network.reaches(node, peer)) this.#lose(peer, node);
    }
    node.connected.clear();
    for (const flight of this.#inFlight.get(node) ?? []) {
      if (flight.hasEnded || !this.#network.reaches(node, flight.from)) continue;
      const at = this.#clock.now + this.#network.delay(node, flight.from);
      this.#at(at, () => end(flight, { kind: "reset", detail: "" }));
    }
    this.#inFlight.delete(node);
  }

  #at(at: number, run: () => void): void {
    this.#clock.at(at, run);
  }

  #tell(node: SimNode, { to, news }: Effect & { kind: "tell" }): void {
    for (const instance of to) {
      const peer = this.#network.byInstance(instance);
      if (peer === undefined || !node.connected.has(peer)) continue;
      if (!this.#network.reaches(node, peer) || !this.#network.reaches(peer, node)) continue;
      this.#at(
        this.#clock.now + this.#network.delay(node, peer),
        () => peer.take({ kind: "told", news, from: node.instance }),
      );
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
    this.#at(this.#clock.now + timeoutMs, () => end(undefined));
    const found = this.#network.find(node, to);
    if (found.kind !== "node" || found.node.instance !== to.instance) return;
    const peer = found.node;
    const connectMs = node.connected.has(peer) ? 0 : this.#network.connectDelay(node, peer);
    this.#at(this.#clock.now + connectMs + this.#network.delay(node, peer), () => {
      const reply = ++this.#replyCount;
      this.#replies.set(reply, (answer) => {
        if (!this.#network.reaches(peer, node)) return;
        this.#at(this.#clock.now + this.#network.delay(peer, node), () => end(answer));
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
    const { ping, to, fresh, connectTimeoutMs, answerTimeoutMs } = effect;
    const fail = (delayMs: number, kind: PingFailure): void =>
      this.#at(
        this.#clock.now + delayMs,
        () => node.take({ kind: "ping-ended", ping, outcome: { kind, detail: "" } }),
      );
    // Who answers too late has not answered.
    const answered = (delayMs: number, kind: PingFailure): void =>
      delayMs > connectTimeoutMs ? fail(connectTimeoutMs, "no-answer") : fail(delayMs, kind);
    const found = this.#network.find(node, to);
    const peer = this.#network.byInstance(to.instance);
    const isOpen = !fresh && peer !== undefined && node.connected.has(peer);
    if (found.kind === "nobody") {
      if (!isOpen) return fail(connectTimeoutMs, "no-answer");
      this.#silence(node, peer);
      return fail(answerTimeoutMs, "silent");
    }
    if (found.kind === "refused") {
      return answered(this.#network.roundTrip(node, found.node), "refused");
    }
    const target = found.node;
    if (target.instance !== to.instance || target.core.name !== to.name) {
      return answered(this.#network.roundTrip(node, target), "other-instance");
    }
    const connectMs = isOpen ? 0 : this.#network.connectDelay(node, target);
    const timeoutMs = isOpen ? answerTimeoutMs : connectTimeoutMs + answerTimeoutMs;
    if (connectMs > connectTimeoutMs) return fail(connectTimeoutMs, "no-answer");
    const sentAt = this.#clock.now + connectMs;
    const flight: Flight = { from: node, target, effect, sentAt, timeoutMs, hasEnded: false };
    // A frozen process accepts connections, but does not shake hands.
    const silentMs = target.state === "frozen" && !isOpen ? connectTimeoutMs : timeoutMs;
    this.#at(this.#clock.now + silentMs, () => end(flight, { kind: "silent", detail: "" }));
    this.#note(flight);
    this.#at(sentAt + this.#network.delay(node, target), () => this.#deliver(flight));
  }

  /** Remembers a ping on its way, and forgets those of the same target that have ended. */
  #note(flight: Flight): void {
    const flights = this.#inFlight.get(flight.target);
    if (flights === undefined) return void this.#inFlight.set(flight.target, [flight]);
    if (flights.length < flightsMax) return void flights.push(flight);
    this.#inFlight.set(flight.target, [...flights.filter(({ hasEnded }) => !hasEnded), flight]);
  }

  /** Hands a ping to its target, and the pong back. */
  #deliver(flight: Flight): void {
    const { from: node, target, effect } = flight;
    if (!this.#network.reaches(node, target)) return;
    const reply = ++this.#replyCount;
    this.#replies.set(reply, (given) => {
      if (given.kind === "pong" && this.#network.reaches(target, node)) {
        this.#answer(flight, given.content);
      }
    });
    const { instance, software } = node.settings;
    const { name, addresses } = node.core;
    const from = { name, instance, addresses, software };
    target.take({ kind: "pinged", from, content: effect.content, reply });
  }

  #answer(flight: Flight, content: PingContent): void {
    const { from: node, target, effect, sentAt, timeoutMs } = flight;
    const back = this.#clock.now + this.#network.delay(target, node);
    const isLate = back > sentAt + timeoutMs || flight.hasEnded;
    const roundTripUs = Math.round((back - sentAt) * 1000);
    const outcome = { kind: "pong", roundTripUs, address: target.address, ...content } as const;
    this.#at(back, () => {
      if (!effect.fresh) this.#connect(node, target);
      const { instance } = target;
      if (isLate) node.take({ kind: "late", name: target.core.name, instance });
      end(flight, outcome);
    });
  }

  #connect(one: SimNode, other: SimNode): void {
    if (one.state === "dead" || other.state === "dead") return;
    if (this.#network.rejects(one, other)) return;
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
    this.#at(this.#clock.now + this.#network.delay(dead, peer), () => peer.take(input));
  }
}

/** A ping has ended, unless it had before. */
function end(flight: Flight, outcome: PingOutcome): void {
  if (flight.hasEnded) return;
  flight.hasEnded = true;
  flight.from.take({ kind: "ping-ended", ping: flight.effect.ping, outcome });
}
