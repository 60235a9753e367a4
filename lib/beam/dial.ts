/**
 * One attempt to connect to a node: find its place, open a connection, prove the cookie to each other.
 *
 * @module
 */
import { formatAddress } from "../core/base/address.ts";
import { assert, AssertionError, unreachable } from "../core/base/assert.ts";
import type { NodeName } from "../core/base/name.ts";
import type { HandshakeEffect, Party, Peer } from "./handshake/handshake.ts";
import { DiallingHandshake } from "./handshake/handshake_dialler.ts";
import type { Status } from "./handshake/handshake_message.ts";
import { type BeamLimits, handshakePacketMaxBytes } from "./limits.ts";
import {
  connectTo,
  type Failure,
  findPlace,
  type LookupContext,
  type Progress,
} from "./epmd/lookup.ts";
import { onAbort } from "../abort.ts";
import { PacketSocket } from "./packet_socket.ts";

/** How a dial ended. */
export type DialResult =
  | { readonly kind: "linked"; readonly peer: Peer; readonly packets: PacketSocket }
  /** The other side comes here instead, or has come. */
  | { readonly kind: "yielded"; readonly detail: string }
  /** The other side closed before it said anything that counts: perhaps it is dialling, too. */
  | { readonly kind: "dropped"; readonly detail: string }
  | Failure;

/** What a dial needs from its surroundings. */
export interface DialContext extends LookupContext {
  readonly limits: BeamLimits;
  /** This node for one handshake, until that is over. */
  readonly party: () => Party & Disposable;
  /**
   * Asked just before this node says its name: resolves with true if a link to that node came up
   * meanwhile, or is coming up and did, for which some of the time that is left may be used.
   */
  readonly hasCome: (name: NodeName, leftMs: number) => Promise<boolean>;
  /** True if there is a link to that node. */
  readonly isLinked: (name: NodeName) => boolean;
}

/** A dial under way. */
export class Dial implements Progress {
  readonly result: Promise<DialResult>;
  /** What the other side has said to our name; `undefined` once it is over without that. */
  readonly status: Promise<Status | undefined>;
  readonly #name: NodeName;
  readonly #context: DialContext;
  readonly #deadlineMs: number;
  readonly #stop = new AbortController();
  readonly #status = Promise.withResolvers<Status | undefined>();
  #stopped: Failure | undefined;
  #waiting: { readonly kind: "no-answer" | "silent"; readonly what: string };
  #isNamed = false;

  /**
   * @param leftMs how long it may take, in milliseconds
   * @param timeoutMs how long all may take of which it is a part, as the outcome tells it
   */
  constructor(name: NodeName, leftMs: number, timeoutMs: number, context: DialContext) {
    this.#name = name;
    this.#context = context;
    this.#deadlineMs = context.clock.now() + leftMs;
    this.#waiting = { kind: "no-answer", what: `the place of ${name}` };
    this.status = this.#status.promise;
    const cancel = context.clock.after(leftMs, () => this.stop(this.overdue(timeoutMs)));
    this.result = this.#run().finally(() => {
      cancel();
      this.#status.resolve(undefined);
    });
  }

  /** True from when the other side may have heard our name. */
  get isNamed(): boolean {
    return this.#isNamed;
  }

  /** The outcome if it has to end now, because so much time has passed. */
  overdue(timeoutMs: number): Failure {
    const { kind, what } = this.#waiting;
    return { kind, detail: `${what} did not come within ${timeoutMs} ms` };
  }

  waitingFor(kind: "no-answer" | "silent", what: string): void {
    this.#waiting = { kind, what };
  }

  /** Ends it with that outcome. */
  stop(outcome: Failure): void {
    this.#stopped ??= outcome;
    this.#stop.abort();
  }

  async #run(): Promise<DialResult> {
    const { signal } = this.#stop;
    const { limits } = this.#context;
    try {
      const place = await findPlace(this.#name, this.#context, this, signal);
      if ("kind" in place) return place;
      const where = formatAddress(place);
      this.waitingFor("no-answer", `a connection to ${where}`);
      const refused = `nobody listens at ${where}, where its EPMD says that it is`;
      const socket = await connectTo(place.host, place.port, signal, refused);
      if ("kind" in socket) return socket;
      const packets = new PacketSocket(
        socket,
        2,
        handshakePacketMaxBytes,
        limits.writeQueueMaxBytes,
      );
      const cancel = onAbort(signal, () => packets.close("ours", "the attempt was given up"));
      const result = await this.#introduce(packets, place.version);
      cancel();
      if (result.kind === "linked" && !signal.aborted) return result;
      // What was written last, such as that the old connection stays, is still to arrive.
      await packets.flushed();
      packets.close("ours", "no link came of it");
      return this.#stopped ?? result;
    } catch (error) {
      assert(this.#stopped !== undefined, `a dial throws only when it is stopped: ${error}`);
      return this.#stopped;
    }
  }

  async #introduce(packets: PacketSocket, version: 5 | 6): Promise<DialResult> {
    const { hasCome, party, clock } = this.#context;
    const leftMs = Math.max(0, this.#deadlineMs - clock.now());
    this.waitingFor("silent", "its own connection to this node");
    if (await hasCome(this.#name, leftMs)) {
      return { kind: "yielded", detail: "it has come by itself" };
    }
    using own = party();
    this.waitingFor("silent", "its answer to the name of this node");
    const handshake = new DiallingHandshake(own, this.#name, version);
    this.#isNamed = true;
    packets.write(handshake.greeting());
    for (;;) {
      const packet = await packets.read();
      if (packet === undefined) return this.#brokenOff(packets, handshake);
      this.waitingFor("silent", "the next step of its handshake");
      for (const effect of handshake.receive(packet)) {
        const result = this.#carryOut(effect, packets, handshake);
        if (result !== undefined) return result;
      }
    }
  }

  #carryOut(
    effect: HandshakeEffect,
    packets: PacketSocket,
    handshake: DiallingHandshake,
  ): DialResult | undefined {
    switch (effect.kind) {
      case "send":
        packets.write(effect.packet);
        return undefined;
      case "status": {
        this.#status.resolve(effect.status);
        if (effect.status !== "alive") return undefined;
        const replaces = !this.#context.isLinked(this.#name);
        const results = handshake.answerAlive(replaces)
          .map((next) => this.#carryOut(next, packets, handshake));
        return results.find((result) => result !== undefined);
      }
      case "proven":
        return { kind: "linked", peer: effect.peer, packets };
      case "failed": {
        const { fault: kind, detail } = effect;
        return { kind, detail };
      }
      case "admit":
        throw new AssertionError("a dialler lets nobody in");
      default:
        return unreachable(effect);
    }
  }

  #brokenOff(packets: PacketSocket, handshake: DiallingHandshake): DialResult {
    if (this.#stopped !== undefined) return this.#stopped;
    const { kind = "reset", detail = "it ended" } = packets.end ?? {};
    if (kind === "garbage") return { kind, detail };
    if (!handshake.hasProven) return { kind: "dropped", detail };
    return {
      kind: "wrong-cookie",
      detail: "it closed when it saw the proof of this node's cookie",
    };
  }
}
