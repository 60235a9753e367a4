/**
 * The transport over TCP: every peer is one connection, found, opened and kept as requests need it.
 *
 * This file decides which connection a request goes over; {@linkcode Dial} opens them,
 * {@linkcode Listener} takes them in, {@linkcode Connection} speaks over them.
 *
 * @module
 */
import { type Address, formatAddress, ipFamily } from "../core/base/address.ts";
import { bodyMaxBytes } from "../protocol/envelope.ts";
import { assert } from "../core/base/assert.ts";
import type { Barrier } from "../barrier.ts";
import type { Hello } from "../protocol/hello.ts";
import type { NodeName } from "../core/base/name.ts";
import type { InstanceId } from "../core/members/row.ts";
import type { Clock } from "../clock.ts";
import type { Connect, DialContext, Endpoint, Failure } from "./attempt.ts";
import { Connection, type ConnectionContext, type ConnectionParts } from "./connection.ts";
import { Dial } from "./dialing.ts";
import type { FramedSocket } from "./framed_socket.ts";
import type { Listener } from "../sockets/listener.ts";
import { listenForPeers } from "./listener.ts";
import { makeKeys, withdraw } from "./handshake.ts";
import { defaultLimits, type TransportLimits } from "./limits.ts";
import { checksPerIdleTimeout, ConnectionPool } from "./connection_pool.ts";
import { HostResolver } from "../sockets/resolver.ts";
import type { Resolver } from "../sockets/resolver.ts";
import { RejectionReports } from "../sockets/rejections.ts";
import type { Deadlines, Outcome, Target, Transport, TransportHandler } from "./transport.ts";

/** What a TCP transport is made of. */
export interface TcpOptions {
  /** Where to listen, port 0 for any free one; `undefined` to dial only, as a client does. */
  readonly listen: Address | undefined;
  /** Who this node is; asked anew for each connection. Its instance must not change. */
  readonly hello: () => Hello;
  /** At least one; the first is used to dial, all are accepted. */
  readonly cookies: readonly string[];
  readonly cluster: string;
  readonly clock: Clock;
  /** Around each connection and each timer. */
  readonly barrier: Barrier;
  /** Random bytes from the operating system: keys are made of them. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly handler: TransportHandler;
  readonly limits?: Partial<TransportLimits>;
  /** Finds the addresses of hosts; one of its own by default. */
  readonly resolver?: Resolver;
  /** How to open a TCP connection, `Deno.connect` by default. */
  readonly connect?: Connect;
}

/** A transport over TCP, with what tests and metrics want to count. */
export interface TcpTransport extends Transport {
  /** Inbound connections that have not proven who they are. */
  readonly pendingCount: number;
  /** Identified connections. */
  readonly connectionCount: number;
}

/**
 * Opens a transport.
 *
 * @throws {ListenError} `Cannot listen on 10.0.0.5:80 as …`
 */
export function listenTcp(options: TcpOptions): Promise<TcpTransport> {
  // A promise, so that a fault of the address comes as a rejection like any other fault of IO.
  return new Promise((resolve) => resolve(new TcpConnections(options)));
}

const connectTcp: Connect = ({ host, port }, signal) =>
  Deno.connect({ hostname: host, port, signal });

/** The IP addresses that worked last time are remembered for so many peers. */
const lastGoodMax = 4_096;
const stopped: Failure = { kind: "closed", detail: "the transport was closed" };
const broken: Failure = { kind: "reset", detail: "a fault of this program" };

/** A dial under way, and the connection that comes of it. */
interface RunningDial {
  readonly dial: Dial;
  readonly connection: Promise<Connection | Failure>;
}

class TcpConnections implements TcpTransport {
  readonly #options: TcpOptions;
  readonly #limits: TransportLimits;
  readonly #peers: ConnectionPool;
  readonly #listener: Listener<FramedSocket> | undefined;
  readonly #dialContext: DialContext;
  readonly #connectionContext: ConnectionContext;
  /** Dials that others may join, by what is dialled. */
  readonly #shared = new Map<string, RunningDial>();
  readonly #dials = new Set<Dial>();
  readonly #lastGood = new Map<NodeName, Endpoint>();
  readonly #closing = new AbortController();
  readonly #tasks = new Set<Promise<unknown>>();
  #cancelIdleCheck: (() => void) | undefined;

  constructor(options: TcpOptions) {
    const { hello, handler, cookies, cluster, randomBytes, barrier } = options;
    assert(cookies.length > 0, "a transport has at least one cookie");
    const clock = barrier.clock(options.clock);
    this.#options = { ...options, clock };
    const limits = this.#limits = { ...defaultLimits, ...options.limits };
    const keys = makeKeys(cookies, cluster, randomBytes);
    const { connect = connectTcp, resolver = new HostResolver({ clock }) } = options;
    this.#peers = new ConnectionPool(hello().instance, limits.connectionsMax);
    this.#dialContext = { keys, hello, clock, barrier, limits, connect, resolver };
    const onEnd = (connection: Connection, lost: boolean): void => {
      if (this.#peers.delete(connection) && lost && !this.#closed) handler.onLost(connection.peer);
    };
    this.#connectionContext = { clock, barrier, limits, handler, onEnd };
    const rejections = new RejectionReports(clock, (host, why) => handler.onRejected(host, why));
    const onIdentified = (parts: ConnectionParts): Promise<void> => this.#adopt(parts).ended;
    const listenerContext = { keys, hello, clock, barrier, limits, rejections, onIdentified };
    this.#listener = options.listen && listenForPeers(options.listen, listenerContext);
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get pendingCount(): number {
    return this.#listener?.pendingCount ?? 0;
  }

  get connectionCount(): number {
    return this.#peers.size;
  }

  async ask(target: Target, body: Uint8Array, deadlines: Deadlines): Promise<Outcome> {
    const { barrier } = this.#options;
    const asked = (): Promise<Outcome> => this.#ask(target, body, deadlines);
    return await barrier.settle("a request", asked, () => broken);
  }

  #ask(target: Target, body: Uint8Array, deadlines: Deadlines): Promise<Outcome> {
    if (body.length > bodyMaxBytes) {
      const detail = `a request of ${body.length} bytes fits no frame`;
      return Promise.resolve({ kind: "no-answer", detail });
    }
    if (this.#closed) return Promise.resolve(stopped);
    if (deadlines.fresh) return this.#askAfresh(target, body, deadlines);
    const connection = this.#peers.find(target);
    return connection === undefined
      ? this.#askDialling(target, body, deadlines, deadlines.answerTimeoutMs)
      : this.#askOver(connection, target, body, deadlines);
  }

  tell(instance: InstanceId, body: Uint8Array): boolean {
    const connection = this.#closed || body.length > bodyMaxBytes
      ? undefined
      : this.#peers.findForNotice(instance);
    connection?.notice(body);
    return connection !== undefined;
  }

  drop(hosts: readonly string[]): void {
    for (const connection of this.#peers.all()) {
      const { localHost } = connection;
      if (!hosts.includes(localHost)) continue;
      this.#track(connection.leave("reset", `this machine is no longer at ${localHost}`));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#cancelIdleCheck?.();
    for (const dial of this.#dials) dial.stop(stopped);
    const leaving = this.#peers.all().map((one) => one.leave("closed", stopped.detail));
    await Promise.all([this.#listener?.close(), ...leaving]);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #askOver(
    connection: Connection,
    target: Target,
    body: Uint8Array,
    deadlines: Deadlines,
  ): Promise<Outcome> {
    const { answerTimeoutMs } = deadlines;
    const startMs = this.#options.clock.now();
    const result = await connection.request(body, answerTimeoutMs);
    if (result.kind === "answer") return answerOf(connection, result);
    if (result.kind !== "unsent") return result;
    if (this.#closed) return stopped;
    const leftMs = Math.max(1, answerTimeoutMs - (this.#options.clock.now() - startMs));
    return this.#askDialling(target, body, deadlines, leftMs);
  }

  /**
   * Resolves the hosts of a peer that has dialled this node, while they can be resolved: once its
   * connection is gone it has to be dialled, and the name servers may be gone by then. Whether this
   * node has anything to ask until then is chance: of two that watch each other only one asks.
   */
  #lookAhead({ addresses }: Hello): void {
    const { resolver } = this.#dialContext;
    for (const { host } of addresses) {
      if (ipFamily(host) !== undefined) continue;
      const resolved = resolver.addressesOf(host, this.#closing.signal);
      // Who dials it tells why it cannot be resolved.
      this.#track(resolved.catch(() => []));
    }
  }

  async #askDialling(
    target: Target,
    body: Uint8Array,
    { connectTimeoutMs }: Deadlines,
    answerTimeoutMs: number,
  ): Promise<Outcome> {
    const connection = await this.#sharedDial(target, connectTimeoutMs);
    if (!(connection instanceof Connection)) return connection;
    // The peer may have dialled at the same moment, and the other connection be the one to keep.
    const kept = this.#peers.find(target) ?? connection;
    const result = await kept.request(body, answerTimeoutMs);
    if (result.kind === "answer") return answerOf(kept, result);
    return result.kind === "unsent" ? { kind: "reset", detail: result.detail } : result;
  }

  async #askAfresh(target: Target, body: Uint8Array, deadlines: Deadlines): Promise<Outcome> {
    const connection = await this.#dial(target, deadlines.connectTimeoutMs, true).connection;
    if (!(connection instanceof Connection)) return connection;
    const result = await connection.request(body, deadlines.answerTimeoutMs);
    // Draining, not leaving: the peer may owe or await something too, and has its time for it.
    connection.drain();
    if (result.kind === "answer") return answerOf(connection, result);
    return result.kind === "unsent" ? { kind: "reset", detail: result.detail } : result;
  }

  /** Joins a dial to the same target that is under way, or begins one. */
  #sharedDial(target: Target, timeoutMs: number): Promise<Connection | Failure> {
    const { name, instance, addresses } = target;
    const key = [name, instance, ...addresses.map(formatAddress)].join(" ");
    const running = this.#shared.get(key);
    if (running !== undefined) return this.#within(timeoutMs, running);
    const begun = this.#dial(target, timeoutMs, false);
    this.#shared.set(key, begun);
    void begun.connection.then(() => this.#shared.delete(key));
    return this.#within(timeoutMs, begun);
  }

  /** A dial may take longer than one of those who wait for it. */
  #within(timeoutMs: number, { dial, connection }: RunningDial): Promise<Connection | Failure> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(timeoutMs, () => resolve(dial.standing));
      void connection.then(resolve).finally(cancel);
    });
  }

  #dial(
    target: Target,
    timeoutMs: number,
    fresh: boolean,
  ): RunningDial {
    const lastGood = this.#lastGood.get(target.name);
    const dial = new Dial(target, lastGood, timeoutMs, fresh, this.#dialContext);
    this.#dials.add(dial);
    this.#track(dial.over);
    const connected = async (): Promise<Connection | Failure> => {
      const result = await dial.result;
      this.#dials.delete(dial);
      if (result.kind !== "identified") return result;
      if (this.#closed) {
        this.#track(withdraw(result.parts, stopped.detail));
        return stopped;
      }
      this.#rememberGood(target.name, result.endpoint);
      return this.#adopt(result.parts).connection;
    };
    const { barrier } = this.#options;
    return { dial, connection: barrier.settle("a dial", connected, () => broken) };
  }

  #adopt(parts: ConnectionParts): { connection: Connection; ended: Promise<void> } {
    const connection = new Connection(parts, this.#connectionContext);
    this.#peers.add(connection);
    if (!connection.dialled) this.#lookAhead(connection.peer);
    const ended = connection.run();
    this.#track(ended);
    this.#cancelIdleCheck ??= this.#checkIdleLater();
    return { connection, ended };
  }

  #checkIdleLater(): () => void {
    const { clock } = this.#options;
    return clock.after(Math.ceil(this.#limits.idleTimeoutMs / checksPerIdleTimeout), () => {
      this.#peers.checkIdle();
      this.#cancelIdleCheck = this.#peers.size > 0 ? this.#checkIdleLater() : undefined;
    });
  }

  #rememberGood(name: NodeName, endpoint: Endpoint): void {
    this.#lastGood.delete(name);
    this.#lastGood.set(name, endpoint);
    const [oldest] = this.#lastGood.keys();
    if (this.#lastGood.size > lastGoodMax && oldest !== undefined) this.#lastGood.delete(oldest);
  }

  /** Is waited for when closing. */
  #track(work: Promise<unknown>): void {
    const task = this.#options.barrier.settle("the work of a transport", () => work);
    this.#tasks.add(task);
    void task.then(() => this.#tasks.delete(task));
  }
}

function answerOf(
  { peer, address }: Connection,
  { body, roundTripUs }: { body: Uint8Array; roundTripUs: number },
): Outcome {
  return { kind: "answer", body, roundTripUs, from: peer, address };
}
