/**
 * Connections without a network, on a clock that stands still: all that takes time is tested here.
 *
 * @module
 */
import assert from "node:assert/strict";
import { HttpConnection, type HttpSocket } from "../../../lib/http/server/connection.ts";
import { Gate } from "../../../lib/http/server/gate.ts";
import type { HttpHandler, HttpSecurity } from "../../../lib/http/server/http.ts";
import { type HttpLimits, httpLimits } from "../../../lib/http/server/limits.ts";
import { Backlog } from "../../../lib/http/server/outlet.ts";
import { Pace } from "../../../lib/http/server/pace.ts";
import { Places } from "../../../lib/http/server/places.ts";
import { ResponseFormat } from "../../../lib/http/server/response.ts";
import type { Barrier } from "../../../lib/barrier.ts";
import { loudBarrier } from "../../loud_barrier.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { tellRequest } from "./raw_client.ts";

/** A socket whose other side does what it is told to. */
export class FakeSocket implements HttpSocket {
  /** What was sent to the other side and taken by it. */
  taken = "";
  isClosed = false;
  /** The server has said that nothing more comes. */
  isHalfClosed = false;
  /** Bytes that the other side takes; it takes everything by default. */
  appetite = Infinity;
  readonly #arrived: (Uint8Array | null)[] = [];
  #wakeReader: () => void = () => {};
  #wakeWriter: () => void = () => {};

  /** Something comes from the other side; `null`: its end. */
  arrive(text: string | null): void {
    this.#arrived.push(text === null ? null : new TextEncoder().encode(text));
    this.#wakeReader();
  }

  /** The other side takes so many bytes more. */
  take(count: number): void {
    this.appetite += count;
    this.#wakeWriter();
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#arrived.length === 0) {
      this.#requireOpen();
      await new Promise<void>((resolve) => this.#wakeReader = resolve);
    }
    this.#requireOpen();
    const [bytes = null] = this.#arrived;
    if (bytes === null) return null;
    const count = Math.min(into.length, bytes.length);
    into.set(bytes.subarray(0, count));
    if (count === bytes.length) this.#arrived.shift();
    else this.#arrived[0] = bytes.subarray(count);
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.appetite === 0) {
      this.#requireOpen();
      await new Promise<void>((resolve) => this.#wakeWriter = resolve);
    }
    this.#requireOpen();
    const count = Math.min(bytes.length, this.appetite);
    this.appetite -= count;
    this.taken += new TextDecoder().decode(bytes.subarray(0, count));
    return count;
  }

  closeWrite(): Promise<void> {
    this.isHalfClosed = true;
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
    this.#wakeReader();
    this.#wakeWriter();
  }

  #requireOpen(): void {
    if (this.isClosed) throw new Deno.errors.BadResource("Bad resource ID");
  }
}

/** What is not as usual in a scene. */
export interface SceneOptions {
  readonly handler?: HttpHandler;
  readonly security?: Partial<HttpSecurity>;
  readonly limits?: Partial<HttpLimits>;
  readonly barrier?: Barrier;
}

/** A server's connections. */
export class Scene implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly limits: HttpLimits;
  readonly places: Places;
  readonly pace = new Pace(this.clock);
  readonly backlog: Backlog;
  readonly #parts: ConstructorParameters<typeof HttpConnection>[2];
  readonly #connections = new Set<HttpConnection>();
  readonly #ends: Promise<void>[] = [];

  constructor({ handler = tellRequest, security, limits, barrier = loudBarrier }: SceneOptions) {
    this.limits = { ...httpLimits, ...limits };
    this.places = new Places(this.limits);
    this.backlog = new Backlog(this.limits.waitingMaxBytes);
    const { clock, pace, places, backlog } = this;
    this.#parts = {
      ...{ handler, limits: this.limits, pace, places, backlog, clock, barrier },
      gate: new Gate({ hosts: [], ...security }),
      format: new ResponseFormat({ hosts: [], ...security }, clock),
    };
  }

  /** Somebody connects, and says `text` if anything. */
  async connect(text = "", host = "192.0.2.1"): Promise<FakeSocket> {
    const socket = new FakeSocket();
    const connection = new HttpConnection(socket, host, this.#parts);
    this.#connections.add(connection);
    this.#ends.push(connection.serve());
    if (text !== "") socket.arrive(text);
    await this.settle();
    return socket;
  }

  /** Something comes from the other side, and what follows from it happens. */
  async arrive(socket: FakeSocket, text: string | null): Promise<void> {
    socket.arrive(text);
    await this.settle();
  }

  /** Everything happens that takes no time. */
  async settle(): Promise<void> {
    await this.clock.passGradually(0);
  }

  /** Time passes, and connections are looked at every second. */
  async pass(durationMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs;) {
      const stepMs = Math.min(1_000, durationMs - passedMs);
      this.clock.pass(stepMs);
      passedMs += stepMs;
      for (const connection of this.#connections) connection.check(this.clock.now());
      await this.settle();
    }
  }

  /** All connections are over, and nothing is left of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close();
    this.pace.stop();
    await Promise.all(this.#ends);
    assert.equal(this.clock.pending, 0);
  }
}
