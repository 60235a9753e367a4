/**
 * Keeps this node findable: it is registered with the EPMD of its machine, whoever serves that, and
 * if nobody does, it is served here.
 *
 * A registration lasts as long as its connection, so its end is the news that EPMD has gone: then
 * this node takes over if it can, and registers again. BEAM nodes do the latter by themselves.
 *
 * @module
 */
import { type Address, formatAddress } from "../../core/base/address.ts";
import { sleep, withDeadline } from "../../clock.ts";
import type { BeamHandler } from "../beam.ts";
import { joined } from "../term/bytes.ts";
import { decodeAliveAnswer, encodeAlive } from "./epmd_message.ts";
import { type EpmdContext, EpmdServer } from "./epmd_server.ts";
import { connectTo, epmdHostOf } from "./lookup.ts";
import { onAbort } from "../../abort.ts";
import { encodePacket } from "../packets.ts";
import { reasonOf } from "../../sockets/reason.ts";

/** What is to be registered, and where. */
export interface RegistrationOptions extends EpmdContext {
  /** The part of the name before the `@`. */
  readonly alive: string;
  /** Where this node answers; `undefined` to register nothing. */
  readonly port: number | undefined;
  /** Where to serve EPMD; `undefined` to leave that to others. */
  readonly serve: Address | undefined;
  readonly epmdPort: number;
  readonly onNote: BeamHandler["onNote"];
}

/** A registration that lasted so long, in milliseconds, was a good one. */
const steadyMs = 60_000;

/** Longest pause after one that did not: EPMD is on this machine, and each try is told of. */
const pauseMaxMs = 60_000;

/** A registration that is kept up until it is disposed of. */
export class KeptRegistration implements AsyncDisposable {
  readonly #options: RegistrationOptions;
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;
  readonly #first = Promise.withResolvers<void>();
  #server: EpmdServer | undefined;
  /** When it was registered the last time, if the last try led to that. */
  #registeredAt: number | undefined;
  /** The pause after the last registration that ended soon, or 0. */
  #hangUpPauseMs = 0;
  /** The last note on each subject. */
  readonly #notes = new Map<string, string>();

  constructor(options: RegistrationOptions) {
    this.#options = options;
    const { barrier } = options;
    this.#loop = barrier.settle("the registration with EPMD", () => this.#keep())
      .then(() => this.#first.resolve());
  }

  /** Resolves when the first attempt is over, however it went. */
  get tried(): Promise<void> {
    return this.#first.promise;
  }

  /** The EPMD that is served here, if it is. */
  get server(): EpmdServer | undefined {
    return this.#server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#server?.[Symbol.asyncDispose]();
  }

  async #keep(): Promise<void> {
    const { port, clock } = this.#options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#serve();
      if (port !== undefined) await this.#register(port, signal);
      this.#first.resolve();
      // The end of a registration is mostly that of its EPMD: nobody shall wait for a new one.
      const isServing = this.#server !== undefined;
      this.#serve();
      if (signal.aborted) break;
      if (!isServing && this.#server !== undefined) continue;
      await sleep(clock, this.#pauseMs(), signal).catch(() => {});
    }
    this.#first.resolve();
  }

  /**
   * The pause before the next try; it grows while EPMD registers this node and hangs up soon after.
   */
  #pauseMs(): number {
    const { clock, limits } = this.#options;
    if (this.#registeredAt === undefined) return limits.epmdRetryMs;
    const isSteady = clock.now() - this.#registeredAt >= steadyMs;
    const nextMs = isSteady ? 0 : 2 * this.#hangUpPauseMs;
    this.#hangUpPauseMs = Math.min(pauseMaxMs, Math.max(limits.epmdRetryMs, nextMs));
    return this.#hangUpPauseMs;
  }

  /** Serves EPMD if nobody does. */
  #serve(): void {
    const { serve } = this.#options;
    if (serve === undefined || this.#server !== undefined || this.#closing.signal.aborted) return;
    const where = formatAddress(serve);
    try {
      this.#server = new EpmdServer(serve, this.#options);
      this.#note("serve", "info", `Serving EPMD on ${where}, as nobody else does.`);
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return;
      const reason = reasonOf(error);
      this.#note("serve", "warning", `Cannot serve EPMD on ${where} as it failed: ${reason}.`);
    }
  }

  /** Registers, and resolves when that is over or has failed. */
  async #register(port: number, signal: AbortSignal): Promise<void> {
    const { alive, epmdPort, serve, clock, limits } = this.#options;
    this.#registeredAt = undefined;
    const host = epmdHostOf(serve);
    const where = formatAddress({ host, port: epmdPort });
    const fail = (why: string): void =>
      this.#note(
        "register",
        "warning",
        `${alive} is not registered with the EPMD on ${where}, so no BEAM node finds it: ${why}.`,
      );
    try {
      const connected = await this.#connect(host);
      if ("kind" in connected) return fail(connected.detail);
      using socket = connected;
      const cancel = onAbort(signal, () => socket.close());
      try {
        await socket.write(encodePacket(encodeAlive(alive, port), 2));
        const asked = answerOf(socket);
        const result = await withDeadline(clock, limits.epmdAnswerTimeoutMs, where, asked)
          .finally(() => void asked.catch(() => {}));
        if (result !== 0) return fail(refusal(result, alive));
        this.#registeredAt = clock.now();
        this.#note("register", "info", `${alive} is registered with the EPMD on ${where}.`);
        this.#first.resolve();
        const buffer = new Uint8Array(64);
        while (await socket.read(buffer) !== null);
      } finally {
        cancel();
      }
      if (!signal.aborted) fail("it has closed the connection");
    } catch (error) {
      if (!signal.aborted) fail(reasonOf(error));
    }
  }

  /** A connection to EPMD. A host that keeps silent must not keep this node from starting. */
  async #connect(host: string): ReturnType<typeof connectTo> {
    const { epmdPort, clock, limits } = this.#options;
    const timeout = new AbortController();
    const cancel = clock.after(
      limits.epmdAnswerTimeoutMs,
      () => timeout.abort(new Error(`no connection within ${limits.epmdAnswerTimeoutMs} ms`)),
    );
    const signal = AbortSignal.any([this.#closing.signal, timeout.signal]);
    try {
      return await connectTo(host, epmdPort, signal, "nobody serves it");
    } finally {
      cancel();
    }
  }

  #note(subject: string, level: "info" | "warning", message: string): void {
    if (this.#notes.get(subject) === message) return;
    this.#notes.set(subject, message);
    this.#options.onNote(level, message);
  }
}

/** The result of a registration, 0 for success. */
async function answerOf(socket: Deno.TcpConn): Promise<number | "garbage" | "closed"> {
  let said: Uint8Array = new Uint8Array(0);
  const buffer = new Uint8Array(64);
  for (;;) {
    const count = await socket.read(buffer);
    if (count === null) return "closed";
    said = joined(said, buffer.subarray(0, count));
    const result = decodeAliveAnswer(said);
    if (result !== undefined) return result;
  }
}

function refusal(result: number | "garbage" | "closed", alive: string): string {
  if (result === "closed") return "it closed the connection";
  if (result === "garbage") return "what answers there is no EPMD";
  return `somebody else is registered as ${alive}`;
}
