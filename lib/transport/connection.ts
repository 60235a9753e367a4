/**
 * A connection to an identified peer, used by both sides: each may ask while it is being asked.
 *
 *     open ── drain(), or the peer's goodbye ──> draining ── nothing in flight ──> ended
 *       └──────────── leave(), a break, silence, a peer that does not read ──────────┘
 *
 * A goodbye says "nothing new comes from me". Draining ends when both sides have said it and have
 * their answers; so a connection can be taken out of use without one request failing.
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import { bodyMaxBytes, decodeEnvelope, encodeEnvelope } from "../protocol/envelope.ts";
import type { EnvelopeKind } from "../protocol/envelope.ts";
import { frameMaxBytes } from "../protocol/frame.ts";
import type { Hello } from "../protocol/hello.ts";
import type { HandshakeResult } from "../protocol/noise_handshake.ts";
import { unreachable } from "../core/base/assert.ts";
import type { Barrier } from "../barrier.ts";
import type { Clock } from "../clock.ts";
import type { TransportLimits } from "./limits.ts";
import { type RequestResult, Requests } from "./requests.ts";
import type { TransportHandler } from "./transport.ts";
import type { FramedSocket } from "./framed_socket.ts";

const nothing = new Uint8Array(0);

/** What a connection is made of. */
export interface ConnectionParts {
  readonly framed: FramedSocket;
  readonly ciphers: HandshakeResult;
  readonly peer: Hello;
  /** Where the peer answers: the address dialled, or the best guess for an inbound connection. */
  readonly address: Address;
  /** True if this side opened it. */
  readonly dialled: boolean;
  /** True if this side may ask over it again; not so if a client or a single request opened it. */
  readonly reusable: boolean;
}

/** What a connection needs from its surroundings. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly barrier: Barrier;
  readonly limits: TransportLimits;
  readonly handler: TransportHandler;
  /** It has ended; `lost` if the peer did not say goodbye and this side did not want it. */
  readonly onEnd: (connection: Connection, lost: boolean) => void;
}

/** One identified connection. */
export class Connection {
  readonly peer: Hello;
  readonly address: Address;
  readonly dialled: boolean;
  readonly reusable: boolean;
  /** Idle checks of {@linkcode ConnectionPool} since the last frame in either direction. */
  idleChecks = 0;

  readonly #framed: FramedSocket;
  readonly #ciphers: HandshakeResult;
  readonly #context: ConnectionContext;
  readonly #requests: Requests;
  #unanswered = 0;
  #saidGoodbye = false;
  #heardGoodbye = false;
  #finishing = false;
  #cancelDrain: (() => void) | undefined;

  constructor(parts: ConnectionParts, context: ConnectionContext) {
    this.peer = parts.peer;
    this.address = parts.address;
    this.dialled = parts.dialled;
    this.reusable = parts.reusable;
    this.#framed = parts.framed;
    this.#ciphers = parts.ciphers;
    this.#context = context;
    const { clock, limits, handler } = context;
    this.#requests = new Requests(clock, limits.requestsMax, {
      onLate: (roundTripUs) => handler.onLate(this.peer, roundTripUs),
      onSilent: (silentInRow) => silentInRow >= limits.silentMax && this.#giveUp(),
      onIdle: () => this.#finishIfDrained(),
    });
    this.#framed.limitBytes = frameMaxBytes;
  }

  /** The address of this machine that it hangs on. */
  get localHost(): string {
    return this.#framed.localHost;
  }

  /** True if new requests and notices may go over it. */
  get usable(): boolean {
    return !this.#saidGoodbye && !this.#heardGoodbye && this.#framed.end === undefined;
  }

  /** True if an answer is awaited or owed. */
  get busy(): boolean {
    return this.#requests.waiting > 0 || this.#unanswered > 0;
  }

  /** Reads until the connection ends; never rejects. To be called once. */
  async run(): Promise<void> {
    const { barrier } = this.#context;
    await barrier.settle("a connection", () => this.#takeAll());
    // After a fault of the program it is still open.
    this.#framed.close("reset", "a fault of this program");
    barrier.run("the end of a connection", () => this.#afterEnd());
  }

  async #takeAll(): Promise<void> {
    do {
      for (let frame = this.#framed.next(); frame !== undefined; frame = this.#framed.next()) {
        this.#take(frame);
      }
    } while (await this.#framed.fill());
  }

  /** Sends a request; resolves with its answer or how it failed. */
  request(body: Uint8Array, timeoutMs: number): Promise<RequestResult> {
    if (!this.usable) {
      return Promise.resolve({ kind: "unsent", detail: "the connection was about to be closed" });
    }
    return new Promise((resolve) => {
      const id = this.#requests.add(timeoutMs, resolve);
      if (id === undefined) return;
      this.#send("request", id, body);
      this.#requests.sent(id, this.#framed.acceptedBytes);
    });
  }

  /** Sends a notice. */
  notice(body: Uint8Array): void {
    this.#send("notice", 0, body);
  }

  /** Takes it out of use; it closes once both sides have the answers they wait for. */
  drain(): void {
    if (this.#saidGoodbye || this.#framed.end !== undefined) return;
    this.#send("goodbye", 0, nothing);
    this.#saidGoodbye = true;
    const { clock, limits } = this.#context;
    this.#cancelDrain = clock.after(
      limits.drainTimeoutMs,
      () => this.#framed.close("ours", "the last answers did not come"),
    );
    this.#finishIfDrained();
  }

  /** Says goodbye and closes; requests in flight end as `kind`. Resolves when it is closed. */
  async leave(kind: "closed" | "reset", detail: string): Promise<void> {
    await this.#context.barrier.settle("the end of a connection", () => this.#leave(kind, detail));
    this.#framed.close("ours", detail);
  }

  async #leave(kind: "closed" | "reset", detail: string): Promise<void> {
    if (!this.#saidGoodbye) this.#send("goodbye", 0, nothing);
    this.#saidGoodbye = true;
    this.#requests.endAll(() => ({ kind, detail }));
    const { clock, limits } = this.#context;
    const cancel = clock.after(limits.goodbyeTimeoutMs, () => this.#framed.close("ours", detail));
    await this.#framed.flushed();
    cancel();
  }

  #send(kind: EnvelopeKind, id: number, body: Uint8Array): void {
    this.idleChecks = 0;
    if (this.#framed.end !== undefined) return;
    this.#framed.write(this.#ciphers.send.seal(encodeEnvelope(kind, id, body)));
  }

  #take(frame: Uint8Array): void {
    const plain = this.#ciphers.receive.open(frame);
    const envelope = plain && decodeEnvelope(plain);
    if (envelope === undefined) {
      return this.#framed.close("garbage", "a frame does not open: it was damaged or repeated");
    }
    this.idleChecks = 0;
    this.#requests.heard();
    const { kind, id, body } = envelope;
    switch (kind) {
      case "request":
        return this.#takeRequest(id, body);
      case "answer":
        return this.#requests.answer(id, body);
      case "notice":
        return this.#context.handler.onNotice(this.peer, body);
      case "goodbye":
        this.#heardGoodbye = true;
        this.drain();
        return this.#finishIfDrained();
      case "hello":
      case "visit":
        return this.#framed.close("garbage", "a second hello");
      default:
        return unreachable(kind);
    }
  }

  #takeRequest(id: number, body: Uint8Array): void {
    if (this.#unanswered >= this.#context.limits.requestsMax) {
      return this.#framed.close("garbage", "more requests at once than a peer may send");
    }
    this.#unanswered++;
    let answered = false;
    this.#context.handler.onRequest(this.peer, body, (answer) => {
      if (answered) return;
      answered = true;
      this.#unanswered--;
      if (answer.length > bodyMaxBytes) {
        return this.#framed.close("ours", `an answer of ${answer.length} bytes fits no frame`);
      }
      this.#send("answer", id, answer);
      this.#finishIfDrained();
    });
  }

  #finishIfDrained(): void {
    if (!this.#saidGoodbye || !this.#heardGoodbye || this.busy || this.#finishing) return;
    this.#finishing = true;
    // Flushing cannot take for ever: draining has a deadline.
    void this.#framed.flushed().then(() => this.#framed.close("ours", "drained"));
  }

  /** A stalled connection may come back minutes later; a new one works at once or not at all. */
  #giveUp(): void {
    const detail = "the connection was given up: several requests in a row had no answer";
    this.#requests.endAll(() => ({ kind: "silent", detail }));
    void this.leave("reset", detail);
  }

  #afterEnd(): void {
    const end = this.#framed.end;
    const { kind, detail } = end ?? { kind: "reset", detail: "the connection ended" };
    this.#cancelDrain?.();
    this.#requests.endAll((sentBytes) => {
      if (sentBytes > this.#framed.writtenBytes) return { kind: "unsent", detail };
      return { kind: kind === "garbage" ? "garbage" : "reset", detail };
    });
    const wanted = this.#heardGoodbye || (kind === "ours" && this.#saidGoodbye);
    this.#context.onEnd(this, !wanted);
  }
}
