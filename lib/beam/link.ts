/**
 * A link: an open connection to a node that has proven to hold the cookie.
 *
 * Pings go over it side by side, in both directions. What else comes is answered if somebody may wait
 * for it, and ignored otherwise. Ticks keep it alive, and find out that the other side no longer is.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import type { BeamHandler } from "./beam.ts";
import { type Asker, pingFrames, type Reference, understand } from "./control.ts";
import type { Peer } from "./handshake/handshake.ts";
import type { BeamLimits } from "./limits.ts";
import { frameMaxBytes } from "./limits.ts";
import type { Failure } from "./epmd/lookup.ts";
import type { PacketSocket } from "./packet_socket.ts";

/** What all links share. */
export interface LinkContext {
  readonly own: Asker;
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: BeamLimits;
  readonly tickMs: number;
  readonly onPing: BeamHandler["onPing"];
  /** It is over. */
  readonly onEnd: (link: Link) => void;
}

/** How a ping over a link ended; `lost` if the link ended for a reason that is not the node's. */
export type LinkOutcome =
  | { readonly kind: "pong"; readonly roundTripUs: number }
  | { readonly kind: "lost"; readonly detail: string }
  | Failure;

/** Ticks that may be missing before the other side counts as gone, as with the BEAM. */
const missedTicksMax = 4;

/** The first word of a reference has 18 bits. */
const referenceIdsMax = 2 ** 18;

const tick = new Uint8Array(0);

interface Waiting {
  readonly sentUs: number;
  readonly cancel: () => void;
  readonly resolve: (outcome: LinkOutcome) => void;
}

/** A connected node. */
export class Link {
  readonly peer: Peer;
  readonly packets: PacketSocket;
  readonly #context: LinkContext;
  readonly #number: number;
  readonly #pingFrame: (ids: readonly number[]) => Uint8Array;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #unanswered = 0;
  #isOver = false;
  #cancelTick: (() => void) | undefined;
  /** What pings in flight are told when the link ends on purpose. */
  #reason: Failure | undefined;

  /** @param number tells the links of this node apart */
  constructor(peer: Peer, packets: PacketSocket, number: number, context: LinkContext) {
    this.peer = peer;
    this.packets = packets;
    this.#number = number;
    this.#pingFrame = pingFrames(context.own);
    this.#context = context;
  }

  /** Who is connected. */
  get name(): NodeName {
    return this.peer.name;
  }

  /** True until it has ended. */
  get isOpen(): boolean {
    return this.packets.end === undefined;
  }

  /** Serves it until it ends. Never rejects. */
  async run(): Promise<void> {
    const { packets } = this;
    const { barrier } = this.#context;
    packets.setLength(4, frameMaxBytes);
    this.#tickLater(packets.packetsWritten, packets.chunksRead, 0);
    await barrier.settle("a connection to a BEAM node", () => this.#takeAll());
    // After a fault of the program it is still open.
    packets.close("reset", "a fault of this program");
    barrier.run("the end of a connection to a BEAM node", () => this.#end());
  }

  async #takeAll(): Promise<void> {
    const { packets } = this;
    do {
      for (let frame = packets.next(); frame !== undefined; frame = packets.next()) {
        this.#take(frame);
      }
    } while (await packets.fill());
  }

  /** Asks whether the node lives. */
  ping(timeoutMs: number): Promise<LinkOutcome> {
    const { clock, limits } = this.#context;
    if (!this.isOpen) return Promise.resolve(this.#lost());
    if (this.#waiting.size >= limits.pingsMax) {
      const detail = `${limits.pingsMax} pings are waiting for its answer already`;
      return Promise.resolve({ kind: "silent", detail });
    }
    return new Promise((resolve) => {
      const id = this.#lastId = (this.#lastId + 1) % referenceIdsMax;
      const cancel = clock.after(timeoutMs, () => this.#giveUp(timeoutMs));
      this.packets.write(this.#pingFrame([id, this.#number, 0]));
      this.#waiting.set(id, { sentUs: clock.nowUs(), cancel, resolve });
    });
  }

  /** Ends it; pings in flight end with `failure`, or look for another link without one. */
  close(detail: string, failure?: Failure): void {
    this.#reason ??= failure;
    this.packets.close("ours", detail);
    this.#end();
  }

  #giveUp(timeoutMs: number): void {
    const detail = `no answer to a ping within ${timeoutMs} ms`;
    this.close(detail, { kind: "silent", detail });
  }

  #take(frame: Uint8Array): void {
    if (frame.length === 0) return;
    const said = understand(frame);
    switch (said.kind) {
      case "ping":
        return this.#answerLater(said.answer);
      case "pong":
        return this.#hear(said.reference, said.isYes);
      case "question":
        return this.packets.write(said.answer);
      case "nothing":
        return;
      case "garbage":
        return this.packets.close("garbage", said.detail);
      default:
        return unreachable(said);
    }
  }

  #answerLater(answer: Uint8Array): void {
    if (this.#unanswered >= this.#context.limits.pingsMax) {
      return this.packets.close("garbage", "it sends more pings at once than a node may");
    }
    this.#unanswered++;
    let isOver = false;
    const end = (said: Uint8Array | undefined): void => {
      if (isOver) return;
      isOver = true;
      this.#unanswered--;
      if (said !== undefined) this.packets.write(said);
    };
    this.#context.onPing(this.name, () => end(answer), () => end(undefined));
  }

  #hear({ node, creation, ids }: Reference, isYes: boolean): void {
    const { own, clock } = this.#context;
    const [id = -1, number] = ids;
    const isOurs = node === own.name && creation === own.creation && number === this.#number;
    const waiting = isOurs ? this.#waiting.get(id) : undefined;
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.cancel();
    const roundTripUs = clock.nowUs() - waiting.sentUs;
    const detail = "its net_kernel does not say yes to a ping";
    waiting.resolve(isYes ? { kind: "pong", roundTripUs } : { kind: "garbage", detail });
  }

  #tickLater(written: number, read: number, missed: number): void {
    const { clock, tickMs } = this.#context;
    this.#cancelTick = clock.after(tickMs, () => {
      const { packets } = this;
      const missedNow = packets.chunksRead === read ? missed + 1 : 0;
      if (missedNow >= missedTicksMax) {
        const detail = `nothing came from it in ${missedTicksMax * tickMs} ms`;
        return this.close(detail, { kind: "silent", detail });
      }
      if (packets.packetsWritten === written) packets.write(tick);
      this.#tickLater(packets.packetsWritten, packets.chunksRead, missedNow);
    });
  }

  #lost(): LinkOutcome {
    if (this.#reason !== undefined) return this.#reason;
    const { kind = "reset", detail = "the connection ended" } = this.packets.end ?? {};
    return kind === "garbage" ? { kind, detail } : { kind: "lost", detail };
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTick?.();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { cancel, resolve } of waiting) {
      cancel();
      resolve(this.#lost());
    }
    this.#context.onEnd(this);
  }
}
